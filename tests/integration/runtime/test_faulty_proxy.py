"""The proxy changes nothing but what it is told to; whole programs are tested behind it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from referee.runtime.cache import Cache
from referee.runtime.errors import ServerUnavailable
from referee.runtime.kube import Kube
from referee.runtime.paths import CONFIG_MAPS
from referee.runtime.reflector import Reflector
from referee.runtime.resync import Source
from referee.runtime.transport import Transport
from tests.fakeapi.proxy import FaultyProxy
from tests.integration.runtime.server import Server


@pytest.fixture
async def proxy(real: Server) -> AsyncIterator[FaultyProxy]:
    async with FaultyProxy(real.kube.transport.credentials) as proxy:
        yield proxy


@pytest.fixture
async def through(proxy: FaultyProxy, real: Server) -> AsyncIterator[Server]:
    transport = Transport(proxy.credentials)
    yield Server(Kube(transport), real.namespace)
    await transport.close()


async def test_what_goes_through_is_counted(proxy: FaultyProxy, through: Server) -> None:
    made = await through.config_map("a")
    assert await through.kube.get(through.one(CONFIG_MAPS, "a")) == made
    await through.kube.delete(through.one(CONFIG_MAPS, "a"), uid=made["metadata"]["uid"])

    assert proxy.counted() == {("create", "configmaps"): 1, ("get", "configmaps"): 1, ("delete", "configmaps"): 1}


async def test_what_is_ordered_fails_and_does_not_reach_the_server(
    proxy: FaultyProxy, through: Server, real: Server
) -> None:
    proxy.fail(503, verb="create")
    with pytest.raises(ServerUnavailable):
        await through.config_map("a")

    assert [obj async for obj in real.kube.list(real.all(CONFIG_MAPS), field_selector="metadata.name=a")] == []


async def test_watches_pass_can_be_cut_and_resume(proxy: FaultyProxy, through: Server, real: Server) -> None:
    cache: Cache[str] = Cache(lambda obj: obj["metadata"]["name"])
    source = Source(CONFIG_MAPS, real.namespace, labels="mine")
    reflector = Reflector(through.kube, source, cache)
    task = asyncio.create_task(reflector.run())
    await asyncio.wait_for(reflector.synced.wait(), 10)
    for number in range(3):
        await real.config_map(f"c{number}", labels={"mine": "yes"})
        async with asyncio.timeout(10):
            while len(cache) <= number or not proxy.open_watches:  # noqa: ASYNC110 - tests look from outside
                await asyncio.sleep(0.02)
        proxy.cut_watches()

    assert proxy.counted()["list", "configmaps"] == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
