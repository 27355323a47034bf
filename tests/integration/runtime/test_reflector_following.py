"""A reflector on a real watch; what it does about faults is in tests/unit/runtime/test_reflector.py."""

import asyncio
from collections.abc import Callable

from referee.runtime.cache import Cache
from referee.runtime.paths import CONFIG_MAPS
from referee.runtime.reflector import Reflector, State
from referee.runtime.resync import Source
from tests.integration.runtime.server import Server


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - tests look from outside
            await asyncio.sleep(0.02)


async def test_a_cache_follows_the_server(server: Server) -> None:
    await server.config_map("before", labels={"mine": "yes"})
    cache: Cache[str] = Cache(lambda obj: obj["data"]["k"])
    told: list[str] = []
    source = Source(CONFIG_MAPS, server.namespace, labels="mine=yes")
    reflector = Reflector(server.kube, source, cache, lambda keys: told.extend(name for _, name in keys))
    task = asyncio.create_task(reflector.run())
    await asyncio.wait_for(reflector.synced.wait(), 10)
    assert told == ["before"]

    await server.config_map("after", labels={"mine": "yes"})
    await until(lambda: len(cache) == 2)
    await server.kube.merge_patch(server.one(CONFIG_MAPS, "before"), {"data": {"k": "edited"}})
    await until(lambda: cache.get((server.namespace, "before")) == "edited")
    await server.kube.delete(server.one(CONFIG_MAPS, "after"))
    await until(lambda: len(cache) == 1)

    assert told == ["before", "after", "before", "after"]
    assert reflector.state is State.SYNCED
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_our_own_answer_and_the_watchs_event_are_not_told_twice(server: Server) -> None:
    cache: Cache[str] = Cache(lambda obj: obj["data"]["k"])
    told: list[str] = []
    source = Source(CONFIG_MAPS, server.namespace, labels="mine=yes")
    reflector = Reflector(server.kube, source, cache, lambda keys: told.extend(name for _, name in keys))
    task = asyncio.create_task(reflector.run())
    await asyncio.wait_for(reflector.synced.wait(), 10)

    cache.upsert(await server.config_map("ours", labels={"mine": "yes"}))
    await server.config_map("theirs", labels={"mine": "yes"})
    await until(lambda: "theirs" in told)

    # By the watch, if its event was faster than the answer to our write.
    assert told in (["theirs"], ["ours", "theirs"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
