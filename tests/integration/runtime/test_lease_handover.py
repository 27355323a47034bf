"""Leadership on real clocks and real connections; every rule of it is in tests/unit/runtime/test_lease.py."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from referee.runtime.lease import Elector, LeaseSettings
from referee.runtime.paths import LEASES
from tests.integration.runtime.server import Server


@contextlib.asynccontextmanager
async def candidate(server: Server, name: str) -> AsyncIterator[tuple[Elector, asyncio.Event]]:
    elected = asyncio.Event()
    settings = LeaseSettings(server.namespace, "referee", name, duration=3, renew_deadline=2, retry_period=0.2)
    elector = Elector(server.kube, settings, on_started=elected.set)
    task = asyncio.create_task(elector.run())
    try:
        yield elector, elected
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_release_hands_over_at_once_and_a_death_after_the_duration(server: Server) -> None:
    async with candidate(server, "second") as (second, second_elected):
        await asyncio.wait_for(second_elected.wait(), 10)
        async with candidate(server, "third") as (third, third_elected):
            await asyncio.sleep(0.5)
            assert second.held()
            assert not third.held()
            await second.release()
            released = time.monotonic()
            await asyncio.wait_for(third_elected.wait(), 10)
            assert time.monotonic() - released < 1.5

    # Both tasks are gone without a release by now: whoever comes next waits for the duration.
    died = time.monotonic()
    async with candidate(server, "fourth") as (_, fourth_elected):
        await asyncio.wait_for(fourth_elected.wait(), 10)
        assert 1.5 < time.monotonic() - died < 5

    spec = (await server.kube.get(server.one(LEASES, "referee")))["spec"]
    assert spec["holderIdentity"] == "fourth"
    assert spec["leaseTransitions"] >= 1
