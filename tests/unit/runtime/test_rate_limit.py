import asyncio
from collections.abc import Callable

import pytest

from referee.runtime.ratelimit import TokenBucket

Clock = Callable[[], float]


async def times(bucket: TokenBucket, count: int, clock: Clock) -> list[float]:
    start = clock()
    passed: list[float] = []

    async def one() -> None:
        await bucket.acquire()
        passed.append(round(clock() - start, 3))

    await asyncio.gather(*(one() for _ in range(count)))
    return passed


async def test_a_burst_passes_at_once_and_the_rest_at_the_rate(clock: Clock) -> None:
    assert await times(TokenBucket(10, 3), 6, clock) == [0, 0, 0, 0.1, 0.2, 0.3]


async def test_a_quiet_while_refills_the_burst_and_no_more(clock: Clock) -> None:
    bucket = TokenBucket(10, 3)
    await times(bucket, 5, clock)
    await asyncio.sleep(100)

    assert await times(bucket, 4, clock) == [0, 0, 0, 0.1]


async def test_a_cancelled_wait_gives_its_place_back(clock: Clock) -> None:
    bucket = TokenBucket(1, 1)
    await bucket.acquire()
    waiting = [asyncio.create_task(bucket.acquire()) for _ in range(10)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert await times(bucket, 1, clock) == [1]


async def test_holding_off_stops_those_who_wait_too_and_ends_without_a_burst(clock: Clock) -> None:
    bucket = TokenBucket(10, 5)
    bucket.hold_off(30)

    assert await times(bucket, 3, clock) == [30.1, 30.2, 30.3]


async def test_a_wait_begun_before_holding_off_is_held_too(clock: Clock) -> None:
    bucket = TokenBucket(1, 1)
    start = clock()
    await bucket.acquire()
    waiting = asyncio.create_task(bucket.acquire())
    await asyncio.sleep(0.5)
    bucket.hold_off(5)
    await waiting

    assert clock() - start == pytest.approx(5.5)


async def test_the_seconds_held_back_are_told() -> None:
    told: list[float] = []
    bucket = TokenBucket(10, 1, told.append)
    await bucket.acquire()
    await bucket.acquire()

    assert told == pytest.approx([0.1])


@pytest.mark.parametrize(("qps", "burst"), [(0, 1), (-1, 1), (1, 0)])
async def test_a_limit_that_lets_nothing_pass_is_refused(qps: float, burst: int) -> None:
    with pytest.raises(ValueError, match="lets nothing pass"):
        TokenBucket(qps, burst)
