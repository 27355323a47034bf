"""The gateway in a cluster, from start to stop.

First it opens the results store, waiting for one that does not answer yet: without it nothing can be acknowledged.
It listens before its caches are filled, so that probes are answered; what arrives meanwhile is decided by live reads.
Told to end, it stops listening, finishes the requests under way, and only then closes what they need: an answer that
was promised is given. One process and one session to the API server; more throughput is more replicas.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Coroutine, Iterator
from itertools import count
from typing import Any

import uvicorn
from fastapi import FastAPI

from referee.api.names import ADAPTER_AUDIENCE
from referee.gateway.app import create_app
from referee.gateway.heads import BoundedHeads
from referee.gateway.health import Probes
from referee.gateway.logs.collector import LogCollector
from referee.gateway.objects import Objects
from referee.gateway.people import ApiKeys, People
from referee.gateway.posting.announcing import Announcer
from referee.gateway.posting.counting import Counting
from referee.gateway.reporting.events import EventLimits
from referee.gateway.reporting.jobs import JobChildren
from referee.gateway.reporting.journals import StoreJournals
from referee.gateway.reporting.tokens import TokenChecker
from referee.gateway.retention import Retention
from referee.gateway.services import Services
from referee.gateway.settings import GatewaySettings
from referee.gateway.watched import Watched
from referee.runtime.backoff import Backoff
from referee.runtime.credentials import Credentials
from referee.runtime.health import LoopLag, loop_lag_below
from referee.runtime.kube import Kube
from referee.runtime.metrics import Metrics
from referee.runtime.transport import Transport
from referee.store import Store, StoreUnavailable

log = logging.getLogger(__name__)

_BACKOFF = Backoff(first=0.5, most=15.0)


class _Server(uvicorn.Server):
    """Leaves signals to the process: uvicorn's own way raises them anew when it is done, before we are."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say where in our own way: uvicorn's lines carry colours into a JSON log."""
        await super().startup(sockets)
        if self.started:
            log.info("listening", extra={"host": self.config.host or "*", "port": _port(self)})


class Gateway:
    """One process of the gateway. Make it and `run` it inside an event loop."""

    def __init__(self, settings: GatewaySettings, credentials: Credentials) -> None:
        namespaces = settings.namespaces or (credentials.namespace,)
        self.metrics = Metrics()
        self._settings = settings
        self._transport = Transport(credentials, middlewares=(self.metrics.middleware,))
        self._kube = Kube(self._transport)
        scope: list[str | None] = [None] if namespaces == ("*",) else list(namespaces)
        self._watched = Watched(self._kube, scope, settings.catalogue_namespace)
        self._tokens = TokenChecker(self._kube, ADAPTER_AUDIENCE)
        secret = settings.api_keys_secret
        keys = ApiKeys(self._kube, credentials.namespace, secret) if secret else None
        self._people = People(self._kube, self._watched.serves, keys)
        self._lag = LoopLag()
        self._server: _Server | None = None
        self._ended = asyncio.Event()

    @property
    def port(self) -> int | None:
        """Where it listens; None before it does."""
        return _port(self._server) if self._server is not None and self._server.started else None

    async def run(self) -> None:
        """Serve until `stop`; raises what broke if a part fell over.

        Raises:
            UnusableStore: the settings name no store that can be used.
        """
        self._lag.start()
        try:
            store = await self._open_store()
            if store is not None:
                try:
                    await self._run_over(store)
                finally:
                    await store.close()
        finally:
            await self._lag.stop()
            await self._transport.close()

    def stop(self) -> None:
        """End gracefully."""
        self._ended.set()
        self._watched.evaluations.feed.close()  # an open watch would hold the end up
        if self._server is not None:
            self._server.should_exit = True

    async def _open_store(self) -> Store | None:
        """The store as soon as it answers; None if we are told to end before it does."""
        artifacts = self._settings.artifacts_place
        for failures in count(1):
            try:
                return await Store.open(self._settings.store_url, artifacts)
            except StoreUnavailable as error:
                log.warning("waiting for the results store: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _BACKOFF.delay(failures))
                return None
        return None

    async def _run_over(self, store: Store) -> None:
        children = JobChildren(self._kube, self._watched, self._tokens, store.results)
        objects = Objects(self._watched)
        collector = LogCollector(self._kube, self._watched, store.logs)
        announcer = Announcer(Counting(self._kube, self._watched, store))
        self._watched.on_evaluations = announcer.hear
        services = Services(self._kube, self._people, objects, store, children, self._settings, collector, announcer)
        retention = Retention(store, self._settings.retention_seconds)
        app = create_app(
            children,
            limits=EventLimits(self._settings.max_event_bytes, self._settings.event_seconds),
            probes=self._probes(),
            journals=StoreJournals(store.journal),
            services=services,
        )
        self._server = self._server_of(app)
        if self._ended.is_set():
            return
        try:
            watching = (task() for task in self._watched.tasks)
            work = (*watching, self._tokens.refresh(), retention.run(), collector.collect(), announcer.sweep())
            await self._serve_with(self._server, *work)
        finally:
            objects.close()
            await announcer.close()
            await children.close()

    def _probes(self) -> Probes:
        return Probes(
            live={"loop": loop_lag_below(self._lag)},
            ready={"caches": self._watched.unprimed, "keys": self._keyless},
            registry=self.metrics.registry,
        )

    def _server_of(self, app: FastAPI) -> _Server:
        return _Server(
            uvicorn.Config(
                app,
                host=self._settings.host,
                port=self._settings.port,
                http=BoundedHeads,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=round(self._settings.drain_seconds),
                lifespan="off",
            )
        )

    def _keyless(self) -> str | None:
        return None if self._tokens.primed else "the API server's keys are not read yet"

    async def _serve_with(self, server: _Server, *work: Coroutine[Any, Any, None]) -> None:
        """Serve; what runs beside ends with it, and takes it along if it ends before."""
        beside = [asyncio.create_task(coroutine) for coroutine in work]
        for task in beside:
            task.add_done_callback(lambda _: self.stop())
        await server.serve()
        fell_over = [task for task in beside if task.done()]
        for task in beside:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*beside, return_exceptions=True)
        for task in fell_over:
            task.result()


def _port(server: uvicorn.Server) -> int | None:
    sockets = [sock for listener in server.servers for sock in listener.sockets]
    return int(sockets[0].getsockname()[1]) if sockets else None
