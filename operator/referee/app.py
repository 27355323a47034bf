"""The operator, from start to stop: what is watched, what runs, what ends, in this order.

Everything is made in `Operator`; nothing is global. kopf watches and logs in; the caches are primed before it
starts, so that the first look at a job sees all of its children.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import kopf

from referee.core.fetching import FetchLimits
from referee.core.podspec import PodDefaults
from referee.core.resolve import Allowed
from referee.runtime.activity import WatchActivity
from referee.runtime.catalogue import Lookup
from referee.runtime.catalogue_status import CatalogueReconciler
from referee.runtime.children import Children
from referee.runtime.credentials import Credentials
from referee.runtime.errors import ApiError
from referee.runtime.events import EventRecorder
from referee.runtime.health import HealthServer, LoopLag, loop_lag_below, no_watch_silent, no_worker_stuck
from referee.runtime.informers import Informers, Queues
from referee.runtime.kopf_settings import quiet
from referee.runtime.kube import Kube
from referee.runtime.lease import Elector, LeaseSettings
from referee.runtime.metrics import Metrics
from referee.runtime.paths import EVALUATION_JOBS
from referee.runtime.ratelimit import TokenBucket
from referee.runtime.reconcile import Parts, Reconciler, Taken
from referee.runtime.reflector import Reflector
from referee.runtime.resync import Resyncer, ResyncSettings, Source
from referee.runtime.transport import Transport
from referee.runtime.watched import CATALOGUE, Watched
from referee.runtime.workers import run_workers
from referee.runtime.workqueue import WorkQueue
from referee.settings import Settings

log = logging.getLogger(__name__)

_CATALOGUE_PATIENCE = 3.0
"""Seconds that the start waits for a catalogue in another namespace."""


class Operator:
    """One process of the operator. Make it and `run` it inside an event loop."""

    def __init__(self, settings: Settings, credentials: Credentials) -> None:
        self._settings = settings
        self._namespaces = settings.namespaces or (credentials.namespace,)
        self._everywhere = self._namespaces == ("*",)
        self.metrics = Metrics()
        activity = WatchActivity()
        self._transport = Transport(credentials, middlewares=(self.metrics.middleware, activity.middleware))
        free = Kube(self._transport)
        self._elector = Elector(
            free, self._lease(credentials), on_started=self._lead, on_lost=lambda: self._end("the Lease was lost")
        )
        bucket = TokenBucket(settings.qps, settings.burst, self.metrics.throttled)
        kube = Kube(self._transport, limiter=bucket, before_write=self._elector.check)
        self._recorder = EventRecorder(
            Kube(self._transport, limiter=TokenBucket(20, 100)), on_outcome=self.metrics.event
        )
        self._watched = Watched()
        # a catalogue that is watched anyway needs no reflector of its own
        self._shared = self._watched if self._serves(settings.catalogue_namespace) else Watched()
        lookup = Lookup(self._watched, self._shared, settings.catalogue_namespace)
        children = Children(kube, self._watched, self._pod_defaults(credentials))
        parts = Parts(kube, self._watched, lookup, children, self._recorder, self.metrics)
        allowed = Allowed(
            frozenset(settings.allowed_service_accounts),
            mlflow=bool(settings.mlflow_tracking_uri),
            code=settings.allow_code,
        )
        taken = Taken(settings.class_name, allowed)
        self._reconciler = Reconciler(parts, taken)
        self._queues = Queues(
            WorkQueue(metrics=self.metrics.queues.of("evaluationjobs")),
            WorkQueue(metrics=self.metrics.queues.of("catalogue")),
        )
        self.metrics.queues.watch("evaluationjobs", self._queues.jobs)
        self.metrics.queues.watch("catalogue", self._queues.catalogue)
        self._catalogue = CatalogueReconciler(kube, self._watched, lookup)
        self._informers = Informers(self._watched, children, self._queues, lambda: self._reconciler.unplanned)
        self._resyncers = self._make_resyncers(free)
        self._reflectors = self._make_reflectors(free)
        self._lag = LoopLag()
        live = {
            "loop": loop_lag_below(self._lag),
            "workers": no_worker_stuck(self._queues.jobs),
            "watches": no_watch_silent(activity),
        }
        self._health = HealthServer(self.metrics.registry, live, {"caches": self._unprimed}, settings.health_port)
        self._observe()
        self._tasks: list[asyncio.Task[Any]] = []
        self._stop = asyncio.Event()
        self._ended_by: str | None = None
        self.ready = asyncio.Event()
        """Set once this process leads and its workers run."""

    # what runs -------------------------------------------------------------------------------------------------

    async def run(self) -> str | None:
        """Operate until told to stop; returns why it ended itself, None if it was told to."""
        try:
            await kopf.operator(
                registry=self._registry(),
                namespaces=() if self._everywhere else self._namespaces,
                clusterwide=self._everywhere,
                stop_flag=self._stop,
            )
        finally:
            await self._health.stop()
            await self._transport.close()
        return self._ended_by

    def stop(self) -> None:
        """End gracefully."""
        self._stop.set()

    def _registry(self) -> kopf.OperatorRegistry:
        registry = kopf.OperatorRegistry()
        kopf.on.login(registry=registry)(self._login())
        kopf.on.startup(registry=registry)(self._startup)
        kopf.on.cleanup(registry=registry)(self._cleanup)
        self._informers.register(registry, self._resyncers)
        return registry

    def _login(self) -> Callable[..., Awaitable[kopf.AiohttpSession]]:
        tries = 0

        async def login(**_: Any) -> kopf.AiohttpSession:  # noqa: ANN401 - kopf's protocol
            # kopf asks again after each 401; at once, a lasting one would be a storm
            nonlocal tries
            if tries:
                await asyncio.sleep(min(30.0, 2.0**tries) * random.uniform(0.5, 1))  # noqa: S311 - no secret
            tries += 1
            return kopf.AiohttpSession(
                server=self._transport.credentials.server,
                aiohttp_session=self._transport.fresh_session(),
                default_namespace=self._transport.credentials.namespace,
            )

        return login

    async def _startup(self, settings: kopf.OperatorSettings, **_: Any) -> None:  # noqa: ANN401 - kopf's protocol
        quiet(settings)
        await self._health.start()
        self._lag.start()
        try:
            await self._check_definitions()
            for resyncer in self._resyncers:
                await resyncer.prime()
        except ApiError as error:
            # kopf would call this again after a minute, on ports that are taken; a fresh process is cleaner
            raise kopf.PermanentError(str(error)) from error
        self._recorder.start()
        for reflector in self._reflectors:
            self._spawn(reflector.run())
        await self._catalogue_seen()
        for work in (self._elector.run(), *(resyncer.run() for resyncer in self._resyncers)):
            self._spawn(work)

    async def _catalogue_seen(self) -> None:
        """Give the catalogue a moment, so that the first jobs are not told that it is empty; it may be forbidden."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CATALOGUE_PATIENCE):
                await asyncio.gather(*(reflector.synced.wait() for reflector in self._reflectors))

    def _lead(self) -> None:
        self.metrics.leader.set(1)
        self._spawn(run_workers(self._queues.jobs, self._settings.workers, self._reconciler.reconcile))
        self._spawn(run_workers(self._queues.catalogue, 2, self._catalogue.reconcile))
        self.ready.set()

    async def _cleanup(self, **_: Any) -> None:  # noqa: ANN401 - kopf's protocol
        await self._queues.jobs.shut_down()
        await self._queues.catalogue.shut_down()
        await self._recorder.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._elector.release()
        await self._lag.stop()
        self._stop.set()  # also ends kopf's own waiter for the flag, which would cost five seconds

    def _spawn(self, work: Any) -> None:  # noqa: ANN401 - any coroutine
        task = asyncio.create_task(work)
        task.add_done_callback(self._fell_over)
        self._tasks.append(task)

    def _fell_over(self, task: "asyncio.Task[Any]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the operator fell over", exc_info=error)
            self._end(f"{type(error).__name__}: {error}")

    def _end(self, why: str) -> None:
        self.metrics.leader.set(0)
        if not self._stop.is_set():
            self._ended_by = why
            self._stop.set()

    # how it is put together ------------------------------------------------------------------------------------

    def _lease(self, credentials: Credentials) -> LeaseSettings:
        seconds = self._settings.lease_seconds
        return LeaseSettings(
            namespace=credentials.namespace,
            name=self._settings.lease_name,
            identity=f"{self._settings.holder}_{random.getrandbits(40):010x}",
            duration=seconds,
            renew_deadline=seconds * 2 / 3,
            retry_period=seconds * 2 / 15,
        )

    def _pod_defaults(self, credentials: Credentials) -> PodDefaults:
        url = urlsplit(self._settings.gateway_url)
        host = url.hostname or ""
        if not set(host) & set(".:") and host != "localhost":  # a Service beside the operator
            url = url._replace(netloc=url.netloc.replace(host, f"{host}.{credentials.namespace}.svc", 1))
        settings = self._settings
        return PodDefaults(
            callback_url=url.geturl().rstrip("/"),
            service_account=settings.adapter_service_account,
            agent_image=settings.agent_image,
            insecure_registries=settings.insecure_registries,
            mlflow_tracking_uri=settings.mlflow_tracking_uri,
            fetch=FetchLimits(settings.test_data_max_bytes, settings.test_data_networks, settings.hf_endpoint),
        )

    def _make_resyncers(self, kube: Kube) -> list[Resyncer[Any]]:
        namespaces: tuple[str | None, ...] = (None,) if self._everywhere else self._namespaces
        every = ResyncSettings(period=self._settings.resync_seconds)
        return [
            Resyncer(kube, source, cache, told, every) for source, cache, told in self._informers.sources(namespaces)
        ]

    def _make_reflectors(self, kube: Kube) -> list[Reflector[Any]]:
        shared = self._settings.catalogue_namespace
        if not shared or self._serves(shared):
            return []
        return [self._reflector(kube, Source(resource, shared)) for resource in CATALOGUE]

    def _reflector(self, kube: Kube, source: Source) -> Reflector[Any]:
        changed = self._informers.catalogue_changed(source.resource)
        return Reflector(kube, source, self._shared.catalogue[source.resource], lambda _: changed(()))

    def _serves(self, namespace: str) -> bool:
        return self._everywhere or namespace in self._namespaces

    def _unprimed(self) -> str | None:
        return None if all(resyncer.primed for resyncer in self._resyncers) else "the caches are not primed"

    async def _check_definitions(self) -> None:
        """Kopf ignores a kind that is missing at the start, for ever; we say so and end."""
        kube = Kube(self._transport)
        for resource in (EVALUATION_JOBS, *CATALOGUE):
            namespace = None if self._everywhere else self._namespaces[0]
            try:
                async for _ in kube.list(resource.all(namespace), limit=1):
                    break
            except ApiError as error:
                raise kopf.PermanentError(
                    f"cannot list {resource.plural}.{resource.group}: {error}; install the chart referee-crds,"
                    " and bind the operator's Role in each namespace it serves"
                ) from error

    def _observe(self) -> None:
        watched = self._watched

        def phases() -> dict[tuple[str, ...], float]:
            counts: dict[tuple[str, ...], float] = {}
            for stored in watched.evaluation_jobs.values():
                counts[stored.phase,] = counts.get((stored.phase,), 0) + 1
            return counts

        def sizes() -> dict[tuple[str, ...], float]:
            counts: dict[tuple[str, ...], float] = {(r.plural,): len(cache) for r, cache in watched.catalogue.items()}
            kinds = ("evaluation_jobs", "children", "pods")
            return counts | {(kind,): float(len(getattr(watched, kind))) for kind in kinds}

        self.metrics.observe("referee_evaluationjobs", "EvaluationJobs by phase.", ("phase",), phases)
        self.metrics.observe("referee_cache_objects", "Objects in the caches.", ("resource",), sizes)
