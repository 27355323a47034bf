import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from referee.runtime.activity import WatchActivity
from referee.runtime.health import HealthServer, LoopLag, loop_lag_below, no_watch_silent, no_worker_stuck
from referee.runtime.kube import Kube
from referee.runtime.metrics import Metrics
from referee.runtime.paths import PROVIDERS
from referee.runtime.transport import Transport
from referee.runtime.workqueue import WorkQueue
from tests.fakeapi.server import FakeApi
from tests.unit.runtime.virtual_time import VirtualTimeLoop


class Probed:
    def __init__(self) -> None:
        self.wrong: dict[str, str | None] = {"live": None, "ready": None}
        self.server = HealthServer(
            Metrics().registry, {"live": lambda: self.wrong["live"]}, {"ready": lambda: self.wrong["ready"]}, port=0
        )

    async def get(self, path: str) -> tuple[int, str]:
        url = f"http://127.0.0.1:{self.server.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def probed() -> AsyncIterator[Probed]:
    probed = Probed()
    await probed.server.start("127.0.0.1")
    yield probed
    await probed.server.stop()


async def test_it_answers_what_its_checks_say(probed: Probed) -> None:
    assert await probed.get("/healthz") == (200, '{"live": "ok"}\n')
    probed.wrong["live"] = "a worker has not returned for 301 s"
    assert await probed.get("/healthz") == (503, '{"live": "a worker has not returned for 301 s"}\n')
    assert await probed.get("/readyz") == (200, '{"ready": "ok"}\n')


async def test_not_ready_is_not_dead(probed: Probed) -> None:
    probed.wrong["ready"] = "providers are not listed yet"

    assert (await probed.get("/readyz"))[0] == 503
    assert (await probed.get("/healthz"))[0] == 200


async def test_prometheus_reads_the_registry(probed: Probed) -> None:
    status, text = await probed.get("/metrics")

    assert status == 200
    assert "referee_leader 0.0" in text
    assert "process_resident_memory_bytes" in text


async def test_a_scraper_that_keeps_its_connection_does_not_hold_up_the_shutdown(probed: Probed) -> None:
    before = asyncio.all_tasks()
    async with aiohttp.ClientSession() as session:
        for path in ("/metrics", "/healthz", "/readyz"):
            async with session.get(f"http://127.0.0.1:{probed.server.port}{path}") as answer:
                await answer.read()
        await asyncio.sleep(0.1)

        assert asyncio.all_tasks() == before


async def test_a_blocked_loop_is_noticed_and_forgotten_after_a_while() -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    lag = LoopLag()
    lag.start()
    await asyncio.sleep(1)
    check = loop_lag_below(lag)
    assert check() is None

    loop.now += 8
    assert check() == "the event loop lags 8.0 s behind", "while it is blocked, whoever gets to ask is told"
    await asyncio.sleep(0.1)
    assert check() is not None, "and the next probe after it too"
    await asyncio.sleep(2)
    assert check() is None
    await lag.stop()


async def test_a_worker_that_never_returns_is_noticed() -> None:
    queue: WorkQueue[tuple[str, str]] = WorkQueue()
    check = no_worker_stuck(queue)
    queue.add(("ns", "a"))
    key = await queue.get()
    await asyncio.sleep(299)
    assert check() is None
    await asyncio.sleep(2)
    assert check() == "a worker has not returned for 301 s"
    queue.done(key)
    assert check() is None


@pytest.fixture
def activity(clock: Callable[[], float]) -> WatchActivity:
    return WatchActivity(clock)


@pytest.fixture
async def seen(api: FakeApi, activity: WatchActivity) -> AsyncIterator[Kube]:
    transport = Transport(api.credentials, middlewares=[activity.middleware])
    yield Kube(transport)
    await transport.close()


async def follow(kube: Kube) -> None:
    async with kube.watch(PROVIDERS.all("ns"), "100", seconds=3600) as events:
        async for _ in events:
            pass


async def test_bookmarks_keep_a_watch_alive_and_silence_does_not(
    api: FakeApi, seen: Kube, activity: WatchActivity
) -> None:
    check = no_watch_silent(activity, limit=80)
    assert check() is None, "who watches nothing is no zombie"
    watching = asyncio.create_task(follow(seen))
    for _ in range(10):
        await asyncio.sleep(60)
        api.watches.bookmark()
        await asyncio.sleep(0.1)
        assert check() is None
    await asyncio.sleep(81)

    assert check() == "watches without a sign of life: providers (81 s)"
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_server_that_is_down_makes_nobody_a_zombie(api: FakeApi, seen: Kube, activity: WatchActivity) -> None:
    watching = asyncio.create_task(follow(seen))
    await asyncio.sleep(1)
    api.watches.cut()
    await watching
    api.fail(503, times=10_000)

    async def keeps_trying() -> Any:
        while True:
            await asyncio.sleep(30)
            await asyncio.gather(seen.get(PROVIDERS.all("ns")), return_exceptions=True)

    trying = asyncio.create_task(keeps_trying())
    await asyncio.sleep(1000)
    assert no_watch_silent(activity)() is None

    trying.cancel()
    await asyncio.sleep(200)
    assert "providers" in (no_watch_silent(activity)() or ""), "who gave up is one"
