import asyncio
from collections.abc import Callable

import pytest

from referee.runtime.backoff import Backoff
from referee.runtime.workqueue import QueueShutDown, WorkQueue

Clock = Callable[[], float]
EXACT = Backoff(first=1, most=300, jitter=0)


async def taken(queue: WorkQueue[str]) -> str:
    key = await queue.get()
    queue.done(key)
    return key


async def test_a_key_added_often_is_handed_out_once() -> None:
    queue: WorkQueue[str] = WorkQueue()
    for key in ("a", "b", "a", "a"):
        queue.add(key)

    assert [await taken(queue), await taken(queue)] == ["a", "b"]
    assert len(queue) == 0


async def test_a_key_is_never_worked_on_twice_at_once_and_what_came_meanwhile_is_not_lost() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add("a")
    key = await queue.get()

    queue.add("a")
    queue.add("a")
    assert len(queue) == 0

    queue.done(key)
    assert await taken(queue) == "a"
    assert len(queue) == 0


async def test_first_come_first_served_also_for_a_key_that_comes_back() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add("a")
    key = await queue.get()
    queue.add("b")
    queue.add("a")
    queue.add("c")
    queue.done(key)

    assert [await taken(queue) for _ in range(3)] == ["b", "c", "a"]


async def test_the_earliest_of_several_dates_counts(clock: Clock) -> None:
    queue: WorkQueue[str] = WorkQueue()
    start = clock()
    queue.add_after("a", 60)
    queue.add_after("a", 5)
    queue.add_after("a", 3600)

    assert await taken(queue) == "a"
    assert clock() - start == pytest.approx(5)

    queue.add_after("b", 7200)
    assert await taken(queue) == "b"
    assert clock() - start == pytest.approx(7205), "the dates that were replaced do not come up again"


async def test_dates_come_up_in_their_order(clock: Clock) -> None:
    queue: WorkQueue[str] = WorkQueue()
    start = clock()
    for key, seconds in (("late", 30), ("early", 10), ("middle", 20), ("now", 0)):
        queue.add_after(key, seconds)

    seen = [(await taken(queue), round(clock() - start)) for _ in range(4)]

    assert seen == [("now", 0), ("early", 10), ("middle", 20), ("late", 30)]


async def test_a_failing_key_backs_off_to_five_minutes_and_a_forgotten_one_begins_anew() -> None:
    queue: WorkQueue[str] = WorkQueue(EXACT)

    waits = [queue.add_rate_limited("a") for _ in range(11)]

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert queue.failures("a") == 11
    queue.forget("a")
    assert queue.add_rate_limited("a") == 1
    assert queue.add_rate_limited("b") == 1, "each key has a back-off of its own"


async def test_a_thousand_failures_do_not_overflow() -> None:
    assert EXACT.delay(5000) == 300


async def test_jitter_spreads_what_failed_together() -> None:
    waits = {Backoff(first=10, jitter=0.2).delay(1) for _ in range(50)}

    assert len(waits) > 40
    assert all(10 <= wait <= 12 for wait in waits)


async def test_shutting_down_lets_what_is_under_way_end_and_hands_out_nothing_else() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add("a")
    queue.add("b")
    queue.add_after("c", 1)
    key = await queue.get()
    waiting = asyncio.create_task(queue.shut_down(drain=10))
    await asyncio.sleep(5)

    assert not waiting.done()
    queue.done(key)
    assert await waiting is True
    queue.add("d")
    with pytest.raises(QueueShutDown):
        await queue.get()


async def test_shutting_down_wakes_a_worker_that_waits_and_does_not_wait_for_one_that_hangs(clock: Clock) -> None:
    queue: WorkQueue[str] = WorkQueue()
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.add("a")
    assert await waiting == "a"
    idle = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    start = clock()

    assert await queue.shut_down(drain=10) is False
    assert clock() - start == pytest.approx(10)
    with pytest.raises(QueueShutDown):
        await idle


async def test_a_wake_up_is_passed_on_when_the_worker_it_was_meant_for_is_cancelled() -> None:
    queue: WorkQueue[str] = WorkQueue()
    first, second = asyncio.create_task(queue.get()), asyncio.create_task(queue.get())
    await asyncio.sleep(0)

    queue.add("a")
    first.cancel()

    assert await second == "a"
    assert first.cancelled() or await asyncio.gather(first, return_exceptions=True)


async def test_it_knows_what_runs_for_how_long() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add("a")
    queue.add("b")
    await queue.get()
    await asyncio.sleep(100)
    await queue.get()
    await asyncio.sleep(20)

    assert queue.longest_running() == pytest.approx(120)
    assert queue.unfinished() == pytest.approx(140)


async def test_its_metrics_tell_waiting_from_working() -> None:
    heard: list[tuple[str, float]] = []

    class Recorder:
        def added(self) -> None:
            heard.append(("added", 1))

        def retried(self) -> None:
            heard.append(("retried", 1))

        def started(self, waited: float) -> None:
            heard.append(("waited", round(waited)))

        def finished(self, worked: float) -> None:
            heard.append(("worked", round(worked)))

    queue: WorkQueue[str] = WorkQueue(EXACT, Recorder())
    queue.add("a")
    await asyncio.sleep(3)
    key = await queue.get()
    await asyncio.sleep(4)
    queue.add_rate_limited(key)
    queue.done(key)

    assert heard == [("added", 1), ("waited", 3), ("retried", 1), ("worked", 4)]
