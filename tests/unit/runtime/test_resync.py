import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from referee.runtime.cache import Cache
from referee.runtime.errors import Forbidden
from referee.runtime.kube import Kube
from referee.runtime.paths import PROVIDERS
from referee.runtime.resync import Resyncer, Source
from tests.fakeapi.server import FakeApi
from tests.unit.runtime.virtual_time import until


class Resynced:
    def __init__(self, kube: Kube) -> None:
        self.cache: Cache[str] = Cache(lambda obj: obj.get("title", ""))
        self.told: list[str] = []
        sources = [Source(PROVIDERS, "one"), Source(PROVIDERS, "two")]
        self.resyncer = Resyncer(kube, sources, self.cache, lambda keys: self.told.extend(k[1] for k in sorted(keys)))


@pytest.fixture
async def seen(kube: Kube, api: FakeApi) -> AsyncIterator[Resynced]:
    api.add(PROVIDERS, provider("a"), "one")
    api.add(PROVIDERS, provider("b"), "two")
    seen = Resynced(kube)
    await seen.resyncer.prime()
    task = asyncio.create_task(seen.resyncer.run())
    yield seen
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def provider(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}}


async def test_priming_reads_every_namespace_before_anything_else(seen: Resynced) -> None:
    assert seen.resyncer.primed
    assert seen.told == ["a", "b"]


@pytest.mark.usefixtures("seen")
async def test_a_quiet_hour_is_six_sweeps(api: FakeApi) -> None:
    api.calls.clear()
    await asyncio.sleep(3600)

    assert len(api.calls) in {10, 12}, "each of two namespaces"


async def test_a_missed_deletion_is_noticed_within_the_period(api: FakeApi, seen: Resynced) -> None:
    api.store.delete(api.of(PROVIDERS), "two", "b")
    seen.told.clear()
    await asyncio.sleep(700)

    assert seen.told == ["b"]


async def test_a_hundred_relisted_objects_are_one_sweep_when_they_are_through(api: FakeApi, seen: Resynced) -> None:
    api.store.delete(api.of(PROVIDERS), "one", "a")
    api.calls.clear()
    for _ in range(100):
        seen.resyncer.mark_relisted()
        await asyncio.sleep(0.1)
    assert api.calls == []
    await asyncio.sleep(3)

    assert len(api.calls) == 2
    assert seen.told[-1] == "a"


async def test_a_sweep_that_fails_is_tried_again_soon(api: FakeApi, seen: Resynced) -> None:
    api.store.delete(api.of(PROVIDERS), "one", "a")
    api.fail(503, times=3)
    seen.resyncer.mark_relisted()
    await until(lambda: len(seen.cache) == 1)

    assert [call.code for call in api.calls[2:6]] == [503, 503, 503, 200]


async def test_priming_without_the_right_says_so(api: FakeApi, kube: Kube) -> None:
    api.fail(403)
    seen = Resynced(kube)

    with pytest.raises(Forbidden, match=r"GET /apis/referee\.dev/v1alpha1/namespaces/one/providers: 403"):
        await seen.resyncer.prime()
    assert not seen.resyncer.primed
