"""Kubernetes Events about our objects: what a person sees in `kubectl describe`. Best effort, never in the way.

core/v1 and not events.k8s.io/v1: both are one object in etcd and `kubectl describe` shows either, but only in core/v1
may `count` and `lastTimestamp` be patched, which every kubectl prints as "x3 over 5m". Repetitions within `quiet`
seconds are counted and told with the next one.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from referee.runtime.errors import AlreadyExists, ApiError, NotFound
from referee.runtime.event_object import LONGEST_MESSAGE, EventType, ObjectRef, Occurrence, timestamp
from referee.runtime.kube import Kube
from referee.runtime.paths import EVENTS

__all__ = ["EventRecorder", "EventSettings", "ObjectRef"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EventSettings:
    """How much is told."""

    component: str = "referee-operator"
    """Shown as the Event's source."""
    queue: int = 1000
    """Events that may wait; beyond it the oldest is dropped."""
    quiet: float = 300.0
    """Seconds within which a repetition is only counted."""
    remembered: int = 4096
    """How many different Events are remembered for counting."""
    attempts: int = 3
    """Tries for one Event while the API server is away."""


@dataclass(slots=True)
class _Told:
    """What is known of one Event: how often it happened, and when it was last sent."""

    count: int
    first: str
    sent_at: float | None
    waiting: bool


class EventRecorder:
    """`record` never waits and never fails; `run` sends."""

    def __init__(
        self,
        kube: Kube,
        settings: EventSettings | None = None,
        on_outcome: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take a `kube` with a rate limit of its own; `on_outcome` hears "sent", "failed" or "dropped" for each."""
        self._kube = kube
        self._settings = settings or EventSettings()
        self._on_outcome = on_outcome
        self._queue: deque[Occurrence] = deque()
        self._told: OrderedDict[Occurrence, _Told] = OrderedDict()
        self._more = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    def record(self, ref: ObjectRef, kind: EventType, reason: str, message: str) -> None:
        """Tell that something happened."""
        what = Occurrence(ref, kind, reason, message[:LONGEST_MESSAGE])
        told = self._told.pop(what, None) or _Told(0, timestamp(), None, waiting=False)
        told.count += 1
        self._told[what] = told
        if len(self._told) > self._settings.remembered:
            self._told.popitem(last=False)
        recently = told.sent_at is not None and self._clock() - told.sent_at < self._settings.quiet
        if told.waiting or recently:
            return
        told.waiting = True
        self._queue.append(what)
        if len(self._queue) > self._settings.queue:
            dropped = self._told.get(self._queue.popleft())
            if dropped is not None:
                dropped.waiting = False
            self._on_outcome("dropped")
        self._idle.clear()
        self._more.set()

    def start(self) -> None:
        """Begin to send, in a task of its own."""
        self._sender = asyncio.create_task(self._run(), name="event-recorder")

    async def stop(self, flush: float = 2.0) -> None:
        """Send what waits, for at most `flush` seconds, and end."""
        if self._sender is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(flush):
                await self._idle.wait()
        self._sender.cancel()
        await asyncio.gather(self._sender, return_exceptions=True)
        self._sender = None

    async def _run(self) -> None:
        while True:
            while self._queue:
                what = self._queue.popleft()
                self._on_outcome("sent" if await self._send(what) else "failed")
            self._idle.set()
            self._more.clear()
            await self._more.wait()

    async def _send(self, what: Occurrence) -> bool:
        told = self._told.get(what) or _Told(1, timestamp(), None, waiting=False)
        told.waiting = False
        repeated = told.sent_at is not None
        told.sent_at = self._clock()
        for attempt in range(1, self._settings.attempts + 1):
            try:
                await (self._repeat(what, told) if repeated else self._create(what, told))
            except ApiError as error:
                if not error.retry or attempt == self._settings.attempts:
                    log.warning(
                        "event %s for %s/%s not sent: %s", what.reason, what.ref.namespace, what.ref.name, error
                    )
                    return False
                await asyncio.sleep(max(error.retry_after or 0.0, 2.0 ** (attempt - 1)))
            else:
                return True
        return False

    async def _create(self, what: Occurrence, told: _Told) -> None:
        try:
            await self._kube.create(
                EVENTS.all(what.ref.namespace), what.body(told.count, told.first, self._settings.component)
            )
        except AlreadyExists:
            # Told before a restart, or by the replica that led before: how often, only the server knows.
            await self._kube.merge_patch(EVENTS.one(what.ref.namespace, what.name), {"lastTimestamp": timestamp()})

    async def _repeat(self, what: Occurrence, told: _Told) -> None:
        patch = {"count": told.count, "lastTimestamp": timestamp()}
        try:
            await self._kube.merge_patch(EVENTS.one(what.ref.namespace, what.name), patch)
        except NotFound:
            # Events live for an hour.
            await self._create(what, told)

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()
