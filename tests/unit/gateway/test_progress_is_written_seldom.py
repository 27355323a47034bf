"""The throttle on virtual time: an hour of progress in milliseconds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from referee.core.children import Progress
from referee.gateway.errors import Standing, Unavailable
from referee.gateway.reporting.children import ChildRef
from referee.gateway.reporting.throttle import ProgressThrottle, interval_for

CHILD = ChildRef("ns", "capitals-0-1", "uid-0")
OTHER = ChildRef("ns", "capitals-1-1", "uid-1")


@dataclass
class Written:
    """What was written when, and what goes wrong next."""

    calls: list[tuple[float, ChildRef, Progress]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def __call__(self, child: ChildRef, progress: Progress) -> None:
        self.calls.append((asyncio.get_running_loop().time(), child, progress))
        if self.faults:
            raise self.faults.pop(0)

    @property
    def done(self) -> list[int]:
        return [progress.done for _, _, progress in self.calls]

    @property
    def last(self) -> Progress | None:
        return self.calls[-1][2] if self.calls else None

    @property
    def gaps(self) -> list[float]:
        times = [time for time, _, _ in self.calls]
        return [round(later - earlier, 6) for earlier, later in pairwise(times)]


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture
async def throttle(written: Written) -> AsyncIterator[ProgressThrottle]:
    throttle = ProgressThrottle(written, lambda: interval_for(running=3))
    yield throttle
    await throttle.close()


async def test_the_first_goes_at_once(throttle: ProgressThrottle, written: Written) -> None:
    throttle.offer(CHILD, Progress(100, 0), None)
    await asyncio.sleep(0)

    assert written.done == [0]


async def test_a_thousand_in_ten_seconds_are_three(throttle: ProgressThrottle, written: Written) -> None:
    for done in range(1000):
        throttle.offer(CHILD, Progress(1000, done), None)
        await asyncio.sleep(0.01)
    await asyncio.sleep(60)

    assert written.done == [0, 500, 999]
    assert min(written.gaps) >= 5


async def test_the_last_one_is_written_when_nothing_follows(throttle: ProgressThrottle, written: Written) -> None:
    throttle.offer(CHILD, Progress(100, 1), None)
    await asyncio.sleep(1)
    throttle.offer(CHILD, Progress(100, 2), None)
    await asyncio.sleep(60)

    assert written.done == [1, 2]


async def test_less_than_a_percent_is_not_worth_a_write(throttle: ProgressThrottle, written: Written) -> None:
    for done in (1000, 1001, 1099, 1100):
        throttle.offer(CHILD, Progress(10_000, done), written.last)
        await asyncio.sleep(60)

    assert written.done == [1000, 1100]


async def test_what_stands_on_the_child_already_is_not_written_again(
    throttle: ProgressThrottle, written: Written
) -> None:
    throttle.offer(CHILD, Progress(10_000, 1099), Progress(10_000, 1000))
    await asyncio.sleep(60)

    assert written.calls == []


async def test_without_a_total_the_start_is_told(throttle: ProgressThrottle, written: Written) -> None:
    for done in range(10):
        throttle.offer(CHILD, Progress(None, done), written.last)
        await asyncio.sleep(10)

    assert written.done == [0]


async def test_children_do_not_wait_for_each_other(throttle: ProgressThrottle, written: Written) -> None:
    throttle.offer(CHILD, Progress(100, 1), None)
    throttle.offer(OTHER, Progress(100, 2), None)
    await asyncio.sleep(0)

    assert [child for _, child, _ in written.calls] == [CHILD, OTHER]


async def test_what_could_not_be_written_is_tried_again(throttle: ProgressThrottle, written: Written) -> None:
    written.faults = [Unavailable("the API server did not answer")] * 2
    throttle.offer(CHILD, Progress(100, 1), None)
    await asyncio.sleep(60)

    assert written.done == [1, 1, 1]
    assert min(written.gaps) >= 5


async def test_what_is_newer_replaces_what_could_not_be_written(throttle: ProgressThrottle, written: Written) -> None:
    written.faults = [Unavailable("the API server did not answer")]
    throttle.offer(CHILD, Progress(None, 1), None)
    await asyncio.sleep(1)
    throttle.offer(CHILD, Progress(None, 2), None)
    await asyncio.sleep(60)

    assert written.done == [1, 2]


async def test_a_child_that_takes_no_more_is_left_alone(throttle: ProgressThrottle, written: Written) -> None:
    written.faults = [Standing("it has a result")]
    throttle.offer(CHILD, Progress(100, 1), None)
    await asyncio.sleep(60)

    assert written.done == [1]


async def test_nothing_is_written_after_a_result(throttle: ProgressThrottle, written: Written) -> None:
    throttle.offer(CHILD, Progress(100, 1), None)
    await asyncio.sleep(1)
    throttle.offer(CHILD, Progress(100, 50), None)
    throttle.drop(CHILD)
    await asyncio.sleep(60)

    assert written.done == [1]


@pytest.mark.parametrize(("running", "seconds"), [(0, 5), (1, 5), (50, 5), (100, 10), (1000, 100)], ids=str)
def test_all_children_together_are_ten_patches_a_second(running: int, seconds: float) -> None:
    assert interval_for(running) == seconds


async def test_another_phase_is_worth_a_write(throttle: ProgressThrottle, written: Written) -> None:
    throttle.offer(CHILD, Progress(phase="initializing"), None)
    await asyncio.sleep(1)
    throttle.offer(CHILD, Progress(phase="initializing"), written.last)
    throttle.offer(CHILD, Progress(phase="loading_data"), written.last)
    await asyncio.sleep(60)

    assert [progress.phase for _, _, progress in written.calls] == ["initializing", "loading_data"]
