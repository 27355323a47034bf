import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from referee.runtime.cache import Cache
from referee.runtime.kube import Kube
from referee.runtime.paths import PROVIDERS
from referee.runtime.reflector import Reflector, State
from referee.runtime.resync import Source
from tests.fakeapi.server import FakeApi
from tests.unit.runtime.virtual_time import until

SOURCE = Source(PROVIDERS, "ns")


def provider(name: str, title: str = "") -> dict[str, Any]:
    return {"apiVersion": "referee.dev/v1alpha1", "kind": "Provider", "metadata": {"name": name}, "title": title}


class Reflected:
    """A running reflector, its cache and what it told."""

    def __init__(self, kube: Kube, source: Source = SOURCE) -> None:
        self.cache: Cache[str] = Cache(lambda obj: obj.get("title", ""))
        self.told: list[str] = []
        self.reflector = Reflector(kube, source, self.cache, lambda keys: self.told.extend(k[1] for k in sorted(keys)))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Reflected"]:
        task = asyncio.create_task(self.reflector.run())
        yield self
        assert not task.done(), "a reflector runs until it is cancelled"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def titles(self) -> dict[str, str | None]:
        return {key[1]: self.cache.get(key) for key in self.cache}


async def watching(api: FakeApi) -> None:
    await until(lambda: len(api.watches) == 1)


async def test_it_lists_then_follows(api: FakeApi, kube: Kube) -> None:
    api.add(PROVIDERS, provider("a", "old"))
    async with Reflected(kube).running() as seen:
        await asyncio.wait_for(seen.reflector.synced.wait(), 5)
        await watching(api)
        assert seen.titles() == {"a": "old"}

        await kube.merge_patch(PROVIDERS.one("ns", "a"), {"title": "new"})
        await kube.create(PROVIDERS.all("ns"), provider("b", "fresh"))
        await until(lambda: seen.titles() == {"a": "new", "b": "fresh"})
        await kube.delete(PROVIDERS.one("ns", "a"))
        await until(lambda: seen.titles() == {"b": "fresh"})

        assert seen.told == ["a", "a", "b", "a"]
        assert seen.reflector.state is State.SYNCED


async def test_other_namespaces_and_what_the_selector_leaves_out_are_not_its_business(api: FakeApi, kube: Kube) -> None:
    chosen = provider("a")
    chosen["metadata"]["labels"] = {"tier": "gold"}
    api.add(PROVIDERS, chosen)
    api.add(PROVIDERS, provider("b"))
    api.add(PROVIDERS, chosen, namespace="elsewhere")
    async with Reflected(kube, Source(PROVIDERS, "ns", labels="tier=gold")).running() as seen:
        await watching(api)
        await kube.merge_patch(PROVIDERS.one("ns", "b"), {"title": "still not"})
        await kube.merge_patch(PROVIDERS.one("ns", "a"), {"title": "seen"})
        await until(lambda: seen.titles() == {"a": "seen"})
        await kube.merge_patch(PROVIDERS.one("ns", "a"), {"metadata": {"labels": None}})
        await until(lambda: seen.titles() == {})


async def test_a_broken_watch_resumes_without_another_list(api: FakeApi, kube: Kube) -> None:
    async with Reflected(kube).running() as seen:
        await watching(api)
        for number in range(3):
            api.watches.cut()
            api.add(PROVIDERS, provider(f"p{number}"))
            await until(lambda number=number: len(seen.cache) == number + 1)  # type: ignore[misc]

        assert api.counted()["list", "providers"] == 1


async def test_after_410_it_lists_again_and_notices_what_was_deleted_meanwhile(api: FakeApi, kube: Kube) -> None:
    for name in ("kept", "deleted"):
        api.add(PROVIDERS, provider(name))
    async with Reflected(kube).running() as seen:
        await watching(api)
        api.fail(503, verb="watch", times=2)
        api.watches.cut()
        api.store.delete(api.of(PROVIDERS), "ns", "deleted")
        api.store.compact(api.of(PROVIDERS))
        await until(lambda: seen.titles() == {"kept": ""})

        assert api.counted()["list", "providers"] == 2
        assert "deleted" in seen.told[-1:]


async def test_bookmarks_spare_the_list_after_a_quiet_time(api: FakeApi, kube: Kube) -> None:
    async with Reflected(kube).running() as seen:
        await watching(api)
        api.store.compact(api.of(PROVIDERS))
        api.watches.bookmark()
        await asyncio.sleep(1)
        api.watches.cut()
        api.add(PROVIDERS, provider("a"))
        await until(lambda: len(seen.cache) == 1)

        assert api.counted()["list", "providers"] == 1


async def test_an_error_line_is_survived(api: FakeApi, kube: Kube) -> None:
    async with Reflected(kube).running() as seen:
        await watching(api)
        api.watches.tell("ERROR", {"kind": "Status", "code": 500, "reason": "InternalError", "message": "etcd is away"})
        await until(lambda: seen.reflector.state is State.DISCONNECTED)
        assert "etcd is away" in (seen.reflector.problem or "")
        api.add(PROVIDERS, provider("a"))
        await until(lambda: len(seen.cache) == 1)

        assert seen.reflector.state is State.SYNCED
        assert seen.reflector.problem is None


@pytest.mark.parametrize(
    ("code", "state"),
    [
        pytest.param(403, State.FORBIDDEN, id="no right"),
        pytest.param(404, State.ABSENT, id="no such resource"),
        pytest.param(503, State.DISCONNECTED, id="server down"),
        pytest.param(401, State.DISCONNECTED, id="token refused"),
    ],
)
async def test_what_keeps_it_from_reading_is_a_state_and_passes(
    code: int, state: State, api: FakeApi, kube: Kube, caplog: pytest.LogCaptureFixture
) -> None:
    fault = api.fail(code, times=100_000)
    async with Reflected(kube).running() as seen:
        await asyncio.sleep(600)

        assert seen.reflector.state is state
        assert "ordered by a test" in (seen.reflector.problem or "")
        assert not seen.reflector.synced.is_set()
        assert 20 < len(api.calls) < 30, "backs off to 30 s"
        assert len(caplog.records) == 1, "says it once"

        fault.times = 0
        api.add(PROVIDERS, provider("a"))
        await until(lambda: seen.reflector.synced.is_set() and seen.reflector.state is State.SYNCED)
        assert len(seen.cache) == 1


async def test_a_right_that_is_taken_away_leaves_what_was_read(api: FakeApi, kube: Kube) -> None:
    api.add(PROVIDERS, provider("a"))
    async with Reflected(kube).running() as seen:
        await watching(api)
        api.fail(403, times=100_000)
        api.watches.cut()
        await until(lambda: seen.reflector.state is State.FORBIDDEN)

        assert len(seen.cache) == 1
        assert seen.reflector.synced.is_set()


async def test_a_watch_that_always_ends_at_once_is_not_reopened_in_a_rush(api: FakeApi, kube: Kube) -> None:
    async with Reflected(kube).running():
        await watching(api)
        for _ in range(100):
            api.watches.cut()
            await asyncio.sleep(0.5)

        assert api.counted()["watch", "providers"] < 12, "in 50 seconds"


async def test_the_wish_of_a_busy_server_is_honoured(api: FakeApi, kube: Kube) -> None:
    api.fail(429, verb="list", retry_after=20)
    async with Reflected(kube).running() as seen:
        await asyncio.sleep(19)
        assert len(api.calls) == 1
        await asyncio.sleep(8)
        assert seen.reflector.synced.is_set()


async def test_a_line_longer_than_any_buffer_arrives_whole(api: FakeApi, kube: Kube) -> None:
    async with Reflected(kube).running() as seen:
        await watching(api)
        api.add(PROVIDERS, provider("big", "x" * 900_000))
        await until(lambda: len(seen.cache) == 1)

        assert seen.titles()["big"] == "x" * 900_000
