"""The gateway in a cluster, from start to stop.

It listens before its caches are filled, so that probes are answered; what arrives meanwhile is decided by live reads.
Told to end, it stops listening, finishes the requests under way, and only then closes what they need: an answer that
was promised is given. One process and one session to the API server; more throughput is more replicas.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Coroutine, Iterator
from typing import Any

import uvicorn

from referee.api.names import ADAPTER_AUDIENCE
from referee.gateway.app import create_app
from referee.gateway.health import Probes
from referee.gateway.reporting.events import EventLimits
from referee.gateway.reporting.jobs import JobChildren
from referee.gateway.reporting.tokens import TokenChecker
from referee.gateway.settings import GatewaySettings
from referee.gateway.watched import Watched
from referee.runtime.credentials import Credentials
from referee.runtime.health import LoopLag, loop_lag_below
from referee.runtime.kube import Kube
from referee.runtime.metrics import Metrics
from referee.runtime.transport import Transport

log = logging.getLogger(__name__)


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
        self._transport = Transport(credentials, middlewares=(self.metrics.middleware,))
        kube = Kube(self._transport)
        self._watched = Watched(kube, [None] if namespaces == ("*",) else list(namespaces))
        self._tokens = TokenChecker(kube, ADAPTER_AUDIENCE)
        self._children = JobChildren(kube, self._watched, self._tokens)
        self._lag = LoopLag()
        probes = Probes(
            live={"loop": loop_lag_below(self._lag)},
            ready={"caches": self._watched.unprimed, "keys": self._keyless},
            registry=self.metrics.registry,
        )
        app = create_app(
            self._children, limits=EventLimits(settings.max_event_bytes, settings.event_seconds), probes=probes
        )
        self._server = _Server(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=round(settings.drain_seconds),
                lifespan="off",
            )
        )

    @property
    def port(self) -> int | None:
        """Where it listens; None before it does."""
        return _port(self._server) if self._server.started else None

    async def run(self) -> None:
        """Serve until `stop`; raises what broke if a part fell over."""
        self._lag.start()
        try:
            await self._serve_with(*(task() for task in self._watched.tasks), self._tokens.refresh())
        finally:
            await self._children.close()
            await self._lag.stop()
            await self._transport.close()

    def stop(self) -> None:
        """End gracefully."""
        self._server.should_exit = True

    def _keyless(self) -> str | None:
        return None if self._tokens.primed else "the API server's keys are not read yet"

    async def _serve_with(self, *work: Coroutine[Any, Any, None]) -> None:
        """Serve; what runs beside ends with it, and takes it along if it ends before."""
        beside = [asyncio.create_task(coroutine) for coroutine in work]
        for task in beside:
            task.add_done_callback(lambda _: self.stop())
        await self._server.serve()
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
