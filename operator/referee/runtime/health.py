"""Whether this process lives and is of use: /healthz, /readyz and /metrics on a port of their own.

Not kopf's endpoint: that answers nothing until its startup handlers end, checks no watcher and no worker, and is gone
when the operator is still closing down. Live means that the process itself can go on; whether the API server is there
is no part of it, else an outage there would restart every operator. Ready means that the caches are primed, on a
standby replica too, so that a rollout proceeds.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from referee.runtime.activity import WatchActivity
from referee.runtime.workqueue import WorkQueue

Check = Callable[[], str | None]
"""None: all is well; else what is wrong, in a sentence."""


class LoopLag:
    """How late the event loop runs what is due: a blocking call in some handler shows here."""

    def __init__(self, period: float = 0.5) -> None:
        self._period = period
        self._worst = 0.0
        self._due: float | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to measure."""
        self._task = asyncio.create_task(self._measure(), name="loop-lag")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def seconds(self) -> float:
        """Worst lag of the last few seconds, the present one included."""
        now = asyncio.get_running_loop().time()
        return max(self._worst, now - self._due if self._due is not None else 0.0)

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._due = loop.time() + self._period
            await asyncio.sleep(self._period)
            # Halved each time: what is over is forgotten within a few probes, not at once.
            self._worst = max(self._worst / 2, loop.time() - self._due)


def loop_lag_below(lag: LoopLag, limit: float = 5.0) -> Check:
    """Live while the event loop keeps up."""
    return lambda: f"the event loop lags {lag.seconds():.1f} s behind" if lag.seconds() > limit else None


def no_worker_stuck(queue: WorkQueue[tuple[str, str]], limit: float = 300.0) -> Check:
    """Live while every worker comes back; each call has a timeout, so five minutes is no slow API server."""
    return lambda: f"a worker has not returned for {s:.0f} s" if (s := queue.longest_running()) > limit else None


def no_watch_silent(activity: WatchActivity, limit: float = 180.0) -> Check:
    """Live while each watch gives signs of life; bookmarks arrive each minute."""

    def check() -> str | None:
        silent = [f"{resource} ({age:.0f} s)" for resource, age in sorted(activity.ages().items()) if age > limit]
        return f"watches without a sign of life: {', '.join(silent)}" if silent else None

    return check


class HealthServer:
    """Answers probes and scrapes; start it before anything that may take long."""

    def __init__(
        self, registry: CollectorRegistry, live: Mapping[str, Check], ready: Mapping[str, Check], port: int = 8081
    ) -> None:
        """Take the checks by name; port 0 takes any free one, told by `port` after `start`."""
        self._registry = registry
        self._live = live
        self._ready = ready
        self._runner: web.AppRunner | None = None
        self.port = port

    async def start(self, host: str | None = None) -> None:
        """Listen; None: on every address, since probes come from the node."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close; last of all, so that a slow shutdown still answers."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _healthz(self, _: web.Request) -> web.Response:
        return _verdict(self._live)

    async def _readyz(self, _: web.Request) -> web.Response:
        return _verdict(self._ready)

    async def _metrics(self, _: web.Request) -> web.Response:
        body = generate_latest(self._registry)
        return _last_word(web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST}))


def _verdict(checks: Mapping[str, Check]) -> web.Response:
    answers = {name: check() for name, check in checks.items()}
    body = json.dumps({name: answer or "ok" for name, answer in answers.items()})
    status = 503 if any(answers.values()) else 200
    return _last_word(web.Response(text=body + "\n", status=status, content_type="application/json"))


def _last_word(response: web.Response) -> web.Response:
    """Close the connection: each open one is a task, and kopf waits five seconds for every task that is left."""
    response.force_close()
    return response
