"""What `put` returned from is there: after a SIGKILL of who put it, and of the database server."""

import asyncio
import itertools
import random
import signal
import sys
import uuid
from collections.abc import Callable

import pytest

from referee.store import RunRef, Store, StoreUnavailable
from tests.testbed.postgresql import Postgresql

KILLS = 5


async def test_a_gateway_that_is_killed_loses_no_result(url: str) -> None:
    for _ in range(KILLS):
        job = str(uuid.uuid4())
        acknowledged = await _killed_after(url, job, seconds=random.uniform(0.02, 0.3))  # noqa: S311

        store = await Store.open(url)
        results = [r.run.index async for r in store.results.of_job(job)]
        samples = [r.index async for r in store.samples.read(job)]
        await store.close()

        everything = list(range(acknowledged + 1))
        assert results[: acknowledged + 1] == samples[: acknowledged + 1] == everything
        assert len(results) <= len(samples) <= acknowledged + 2


async def _killed_after(url: str, job: str, seconds: float) -> int:
    """The last number that it told."""
    command = [sys.executable, "-m", "tests.contract.store.killed", url, job]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    first = await process.stdout.readline()
    await asyncio.sleep(seconds)  # the moment of its death, anywhere between two puts
    process.send_signal(signal.SIGKILL)
    told = (first + await process.stdout.read()).split(b"\n")
    assert await process.wait() == -signal.SIGKILL
    return int(told[-2])


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_server_that_is_killed_loses_no_result(
    url: str, postgresql: Postgresql, run_of: Callable[..., RunRef]
) -> None:
    store = await Store.open(url)
    acknowledged: list[int] = []

    async def put() -> None:
        for number in itertools.count():
            await store.results.put(run_of(number), "sha256:1", {"number": number})
            acknowledged.append(number)

    putting = asyncio.create_task(put())
    async with asyncio.timeout(20):
        while len(acknowledged) < 20:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    await asyncio.to_thread(postgresql.kill)
    with pytest.raises(StoreUnavailable):
        await putting
    postgresql.restart()

    kept = [result.run.index async for result in store.results.of_job(run_of().job_uid)]
    await store.close()
    assert kept[: len(acknowledged)] == acknowledged
