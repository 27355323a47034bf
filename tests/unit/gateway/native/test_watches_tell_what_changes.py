"""Watches: they begin with what there is, and end when the server does, the time is over or the rights are gone."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from referee.gateway.native import watches
from referee.gateway.native.lists import Filter
from referee.gateway.native.watches import Watch, watching
from tests.unit.gateway.native.entries import NAMESPACE, Cached, job


async def permitted() -> bool:
    return True


def events(cached: Cached, watch: Watch | None = None, may: Callable[[], Any] = permitted) -> Any:
    return aclosing(watching(cached.objects, watch or Watch(NAMESPACE, Filter()), may))


async def told(stream: AsyncIterator[bytes]) -> tuple[str, str | None]:
    """Type and name of the next one."""
    async with asyncio.timeout(10):
        line = await anext(stream)
    assert line.endswith(b"\n")
    event = json.loads(line)
    return event["type"], event["object"]["metadata"].get("name")


async def ended(stream: AsyncIterator[bytes]) -> bool:
    async with asyncio.timeout(10):
        return [line async for line in stream] == []


async def test_from_how_things_stand_on(cached: Cached) -> None:
    cached.put(job("old", 1), job("older", 2))
    async with events(cached) as stream:
        assert {await told(stream), await told(stream)} == {("ADDED", "old"), ("ADDED", "older")}
        cached.put(job("new", 3))
        assert await told(stream) == ("ADDED", "new")
        cached.put(job("old", 4, phase="Running"))
        assert await told(stream) == ("MODIFIED", "old")
        cached.jobs.discard((NAMESPACE, "old"), "uid-of-old")
        assert await told(stream) == ("DELETED", "old")


async def test_what_was_made_again_went_first(cached: Cached) -> None:
    cached.put(job("a", 1))
    async with events(cached) as stream:
        assert await told(stream) == ("ADDED", "a")
        cached.jobs.discard((NAMESPACE, "a"), "uid-of-a")
        cached.put(job("a", 3, uid="another"))
        assert await told(stream) == ("DELETED", "a")
        assert await told(stream) == ("ADDED", "a")


async def test_what_is_no_longer_wanted_goes_and_other_namespaces_are_not_heard(cached: Cached) -> None:
    cached.put(job("a", 1, phase="Running"), job("b", 2))
    async with events(cached, Watch(NAMESPACE, Filter(phase="Running"))) as stream:
        assert await told(stream) == ("ADDED", "a")
        elsewhere = job("c", 3, phase="Running")
        elsewhere["metadata"]["namespace"] = "elsewhere"
        cached.put(elsewhere, job("a", 4, phase="Completed"), job("b", 5, phase="Running"))
        assert await told(stream) == ("DELETED", "a")
        assert await told(stream) == ("ADDED", "b")


async def test_a_slow_listener_hears_how_it_stands_and_not_what_was(cached: Cached) -> None:
    cached.put(job("a", 1))
    async with events(cached) as stream:
        await told(stream)
        for version in range(2, 100):
            cached.put(job("a", version, phase="Running"))
        async with asyncio.timeout(10):
            event = json.loads(await anext(stream))
        assert event["object"]["metadata"]["resourceVersion"] == "99"


async def test_the_watch_of_one_job_ends_with_it(cached: Cached) -> None:
    cached.put(job("a", 1), job("b", 2))
    async with events(cached, Watch(NAMESPACE, Filter(), "a")) as stream:
        assert await told(stream) == ("ADDED", "a")
        cached.put(job("b", 3, phase="Running"))
        cached.jobs.discard((NAMESPACE, "a"), "uid-of-a")
        assert await told(stream) == ("DELETED", "a")
        assert await ended(stream)


async def test_heartbeats_go_on_while_the_rights_do(cached: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "HEARTBEAT", 0.01)
    answers = [True, False]

    async def may() -> bool:
        return answers.pop(0)

    async with events(cached, may=may) as stream:
        assert await told(stream) == ("BOOKMARK", None)
        assert await ended(stream)


async def test_it_ends_with_the_rights_also_while_there_is_always_something_to_tell(
    cached: Cached, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watches, "HEARTBEAT", 0.01)

    async def may() -> bool:
        return False

    async with events(cached, may=may) as stream, asyncio.timeout(10):
        for version in itertools.count(1):
            cached.put(job("a", version))
            await asyncio.sleep(0.001)
            if await anext(stream, None) is None:
                break


async def test_it_ends_when_its_time_is_over(cached: Cached) -> None:
    async with events(cached, Watch(NAMESPACE, Filter(), seconds=0.01)) as stream:
        assert [json.loads(line)["type"] async for line in stream] in ([], ["BOOKMARK"])


async def test_it_ends_when_the_server_does_and_none_begins_then(cached: Cached) -> None:
    cached.put(job("a", 1))
    async with events(cached) as stream:
        await told(stream)
        asyncio.get_running_loop().call_later(0.01, cached.objects.close)
        assert await ended(stream)
    async with events(cached) as stream:
        assert await told(stream) == ("ADDED", "a")
        assert await ended(stream)
