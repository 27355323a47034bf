"""kopf on our connections: one place for tokens and counting, and its 401 takes nothing of ours down."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import kopf
import pytest
from prometheus_client import generate_latest

from referee.runtime.activity import WatchActivity
from referee.runtime.kube import Kube
from referee.runtime.metrics import Metrics
from referee.runtime.paths import CONFIG_MAPS
from referee.runtime.transport import Transport
from tests.fakeapi.proxy import FaultyProxy
from tests.integration.runtime.server import Server


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - tests look from outside
            await asyncio.sleep(0.02)


class Watcher:
    """A kopf operator that watches ConfigMaps over a shared transport."""

    def __init__(self, transport: Transport, namespace: str) -> None:
        self.seen: list[str] = []
        self.logins = 0
        self._namespace = namespace
        self._registry = kopf.OperatorRegistry()

        async def login(**_: Any) -> kopf.AiohttpSession:
            self.logins += 1
            return kopf.AiohttpSession(
                server=transport.credentials.server, aiohttp_session=transport.fresh_session(), default_namespace="x"
            )

        async def startup(settings: kopf.OperatorSettings, **_: Any) -> None:
            settings.scanning.disabled = True
            settings.posting.enabled = False
            settings.peering.standalone = True

        async def event(name: str, **_: Any) -> None:
            self.seen.append(name)

        kopf.on.login(registry=self._registry)(login)
        kopf.on.startup(registry=self._registry)(startup)
        kopf.on.event("", "v1", "configmaps", registry=self._registry)(event)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(kopf.operator(registry=self._registry, namespaces=[self._namespace], stop_flag=stop))
        yield
        stop.set()
        await asyncio.wait_for(task, 20)


@pytest.fixture
async def proxy(real: Server) -> AsyncIterator[FaultyProxy]:
    async with FaultyProxy(real.kube.transport.credentials) as proxy:
        yield proxy


async def test_a_refused_token_makes_kopf_log_in_anew_and_leaves_our_session_alone(
    proxy: FaultyProxy, real: Server
) -> None:
    metrics, activity = Metrics(), WatchActivity()
    transport = Transport(proxy.credentials, middlewares=[metrics.middleware, activity.middleware])
    ours = Server(Kube(transport), real.namespace)
    watcher = Watcher(transport, real.namespace)
    async with watcher.running():
        await ours.config_map("first")
        await until(lambda: "first" in watcher.seen)
        assert watcher.logins == 1

        proxy.fail(401, verb="watch")
        proxy.cut_watches()
        await until(lambda: watcher.logins == 2)
        await ours.config_map("second")
        await until(lambda: "second" in watcher.seen)

        assert activity.ages()["configmaps"] < 20
        await ours.kube.get(ours.one(CONFIG_MAPS, "second"))

    text = generate_latest(metrics.registry).decode()
    counted = 'referee_api_requests_total{code="401",resource="configmaps",verb="watch"} 1.0'
    assert counted in text, "kopf's calls are counted as ours are"
    await transport.close()
