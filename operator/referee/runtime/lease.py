"""One writer at a time: an elector on a coordination.k8s.io Lease.

kopf's peering has no compare-and-swap, and the `kubernetes` package's elector compares wall clocks; here a candidate
waits until the record has not changed for its duration on the candidate's own monotonic clock, and each write carries
the resourceVersion it read. The holder counts from before it sent its last successful renewal, so it stops believing
before anyone else may start. A Lease is no fence, though: a write that is under way when the Lease is lost still
arrives. What protects status is its resourceVersion; `check` only keeps that window small.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from referee.runtime.errors import ApiError, Conflict, NotFound, NotLeader
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import LEASES

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LeaseSettings:
    """Whose Lease, and how patient: client-go's defaults, 0.5 requests a second."""

    namespace: str
    name: str
    identity: str
    """Unique for each process, also across restarts: the pod's name and something random."""
    duration: float = 15.0
    """Seconds without a renewal after which another may take over."""
    renew_deadline: float = 10.0
    """Seconds without a successful renewal after which the holder gives up; below `duration`."""
    retry_period: float = 2.0
    """Seconds between two tries."""

    def __post_init__(self) -> None:
        if not self.duration > self.renew_deadline > self.retry_period > 0:
            raise ValueError(
                f"lease: duration ({self.duration}) must be above renew deadline ({self.renew_deadline}), "
                f"and that above retry period ({self.retry_period}), else two replicas write at once or none does"
            )


@dataclass(slots=True)
class _Seen:
    """The Lease as last read, and when it was last seen to change."""

    lease: Object
    since: float


class Elector:
    """Campaigns, renews, and says whether we hold the Lease."""

    def __init__(
        self,
        kube: Kube,
        settings: LeaseSettings,
        *,
        on_started: Callable[[], None] = lambda: None,
        on_lost: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take an ungoverned `kube`: this one's writes must pass without a Lease and without a queue."""
        self._path = LEASES.one(settings.namespace, settings.name)
        self._kube = kube
        self._settings = settings
        self._on_started = on_started
        self._on_lost = on_lost
        self._clock = clock
        self._seen: _Seen | None = None
        self._renewed: float | None = None

    def held(self) -> bool:
        """Whether we may write at this moment."""
        return self._renewed is not None and self._clock() - self._renewed < self._settings.renew_deadline

    def check(self) -> None:
        """Raise NotLeader unless the Lease is held: what `Kube` calls before each write."""
        if not self.held():
            raise NotLeader(f"lease {self._settings.namespace}/{self._settings.name} is not held")

    async def run(self) -> None:
        """Campaign until elected, then renew until it is lost; returns only after `on_lost`."""
        while not await self._try():  # noqa: ASYNC110 - the event would be the server's
            # Candidates that started together would otherwise collide for ever.
            await asyncio.sleep(self._settings.retry_period * (1 + 0.2 * random.random()))  # noqa: S311 - no secret
        log.info("became the leader", extra={"lease": self._settings.name, "identity": self._settings.identity})
        self._on_started()
        renewed = True
        while self.held() and not self._taken():
            # After a failure sooner: between two regular tries the deadline leaves room for few.
            pause = self._settings.retry_period if renewed else self._settings.retry_period / 2
            await asyncio.sleep(min(pause, self._remaining()))
            if self.held():
                renewed = await self._try()
        self._renewed = None
        log.error("lost the lease", extra={"lease": self._settings.name, "identity": self._settings.identity})
        self._on_lost()

    async def release(self) -> None:
        """Give the Lease up, so that the next one need not wait for it to expire; call after cancelling `run`."""
        if not self.held():
            return
        self._renewed = None
        # An API server that is away, or another in our place: then it expires by itself.
        with contextlib.suppress(ApiError, TimeoutError):
            async with asyncio.timeout(self._settings.retry_period):
                # Read first: `run` may have been cancelled while its last renewal was under way.
                lease = await self._kube.get(self._path)
                if self._ours(lease):
                    free = {"holderIdentity": "", "leaseDurationSeconds": 1, "renewTime": _now()}
                    await self._kube.replace(self._path, {**lease, "spec": {**lease["spec"], **free}})

    async def _try(self) -> bool:
        """One attempt to take or renew; False on whatever goes wrong, and for as long as another holds it."""
        started = self._clock()
        try:
            # A third of the deadline: a call that hangs must leave time for others.
            async with asyncio.timeout(self._settings.renew_deadline / 3):
                if self._seen is None or not self._ours(self._seen.lease):
                    await self._look()
                if self._seen is not None and not self._ours(self._seen.lease) and not self._expired(self._seen):
                    return False
                self._observe(await self._write())
        except NotFound:
            # Deleted under us: look afresh, and create it if nobody else has.
            self._seen = None
            return False
        except Conflict:
            # Another was faster, or our own last write was done although its answer was lost: the next look tells.
            with contextlib.suppress(ApiError, TimeoutError):
                async with asyncio.timeout(self._settings.retry_period):
                    await self._look()
            return False
        except (ApiError, TimeoutError) as error:
            log.warning("lease: %s", str(error) or "no answer in time", extra={"lease": self._settings.name})
            return False
        self._renewed = started
        return True

    async def _look(self) -> None:
        try:
            self._observe(await self._kube.get(self._path))
        except NotFound:
            self._seen = None

    def _observe(self, lease: Object) -> None:
        version = lease["metadata"]["resourceVersion"]
        if self._seen is None or self._seen.lease["metadata"]["resourceVersion"] != version:
            self._seen = _Seen(lease, self._clock())

    async def _write(self) -> Object:
        settings, now = self._settings, _now()
        old: dict[str, Any] = self._seen.lease["spec"] if self._seen else {}
        ours = bool(self._seen) and old.get("holderIdentity") == settings.identity
        spec = {
            "holderIdentity": settings.identity,
            "leaseDurationSeconds": max(1, round(settings.duration)),
            "acquireTime": (old.get("acquireTime") if ours else None) or now,
            "renewTime": now,
            "leaseTransitions": old.get("leaseTransitions", 0) + (0 if ours or not old else 1),
        }
        if self._seen is not None:
            return await self._kube.replace(self._path, {**self._seen.lease, "spec": spec})
        meta = {"name": settings.name, "namespace": settings.namespace}
        lease = {"apiVersion": LEASES.api_version, "kind": LEASES.kind, "metadata": meta, "spec": spec}
        return await self._kube.create(LEASES.all(settings.namespace), lease)

    def _ours(self, lease: Object) -> bool:
        return bool(lease["spec"].get("holderIdentity") == self._settings.identity)

    def _expired(self, seen: _Seen) -> bool:
        spec = seen.lease["spec"]
        duration = spec.get("leaseDurationSeconds") or 0
        return not spec.get("holderIdentity") or self._clock() - seen.since >= duration

    def _taken(self) -> bool:
        """Whether another is known to hold it, so that there is nothing to wait for."""
        return self._seen is not None and not self._ours(self._seen.lease)

    def _remaining(self) -> float:
        return max(0.0, self._settings.renew_deadline - (self._clock() - (self._renewed or 0.0)))


def _now() -> str:
    """Wall-clock time for people; nothing here is decided by it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
