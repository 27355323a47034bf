import asyncio
import itertools
from collections.abc import Callable

import pytest

from referee.runtime.backoff import Backoff
from referee.runtime.errors import Conflict, NotLeader, TooManyRequests
from referee.runtime.workers import run_workers
from referee.runtime.workqueue import WorkQueue

Clock = Callable[[], float]


def queue() -> WorkQueue[str]:
    return WorkQueue(Backoff(first=1, most=300, jitter=0))


async def test_what_reconcile_returns_is_when_it_is_called_again(clock: Clock) -> None:
    work, start, seen = queue(), clock(), list[float]()

    async def reconcile(_: str) -> float | None:
        seen.append(round(clock() - start))
        if len(seen) == 3:
            await finish()
        return {1: 30.0, 2: 5.0}.get(len(seen))

    async def finish() -> None:
        stopping.append(asyncio.create_task(work.shut_down()))

    stopping: list[asyncio.Task[bool]] = []
    work.add("a")
    await run_workers(work, 1, reconcile)

    assert seen == [0, 30, 35]


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        pytest.param(RuntimeError("a bug"), [1, 2, 4], id="a bug backs off and is tried again"),
        pytest.param(Conflict("PATCH /x", 409), [1, 2, 4], id="a conflict backs off"),
        pytest.param(None, [10, 10, 10], id="the server's wish to wait is honoured"),
    ],
)
async def test_what_fails_is_put_off(error: Exception | None, waits: list[int], clock: Clock) -> None:
    work, seen = queue(), list[float]()
    if error is None:
        error = TooManyRequests("PATCH /x", 429)
        error.retry_after = 10

    async def reconcile(_: str) -> float | None:
        seen.append(clock())
        if len(seen) <= len(waits):
            raise error
        stopping.append(asyncio.create_task(work.shut_down()))
        return None

    stopping: list[asyncio.Task[bool]] = []
    work.add("a")
    await run_workers(work, 2, reconcile)

    assert [round(b - a) for a, b in itertools.pairwise(seen)] == waits
    assert work.failures("a") == 0, "a success ends the back-off"


async def test_a_doubt_about_the_lease_loses_no_key() -> None:
    work, calls = queue(), list[str]()

    async def reconcile(key: str) -> float | None:
        calls.append(key)
        if len(calls) == 1:  # a renewal came late
            raise NotLeader("lease ns/referee is not held")
        return None

    work.add("a")
    running = asyncio.create_task(run_workers(work, 1, reconcile))
    await asyncio.sleep(1000)
    await work.shut_down()
    await running

    assert calls == ["a", "a"]


async def test_a_slow_key_does_not_keep_the_others_from_being_worked_on() -> None:
    work, done = queue(), list[str]()

    async def reconcile(key: str) -> float | None:
        await asyncio.sleep(100 if key == "slow" else 1)
        done.append(key)
        return None

    for key in ("slow", "a", "b", "c"):
        work.add(key)
    running = asyncio.create_task(run_workers(work, 2, reconcile))
    await asyncio.sleep(10)
    assert done == ["a", "b", "c"]
    assert await work.shut_down(drain=200) is True
    await running
    assert done[-1] == "slow"


async def test_cancelling_gives_the_key_back() -> None:
    work = queue()

    async def reconcile(_: str) -> float | None:
        await asyncio.sleep(1000)
        return None

    work.add("a")
    running = asyncio.create_task(run_workers(work, 1, reconcile))
    await asyncio.sleep(1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert work.longest_running() == 0
