"""LIST and WATCH into a cache, without kopf: for the catalogue's namespace and for the gateway.

kopf ends the operator on a lasting 403, and the catalogue may be in a namespace that nobody permitted yet; here that
is a state to be shown (`state`), tried again with back-off. After each list the cache is swept, so what was deleted
while nobody watched is noticed. A lost watch resumes where it was; only 410 lists again.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Generic, TypeVar

from referee.runtime.backoff import Backoff
from referee.runtime.cache import Cache, Key, key_of
from referee.runtime.errors import ApiError, Forbidden, Gone, NotFound
from referee.runtime.kube import Kube
from referee.runtime.resync import Source, sweep
from referee.runtime.watch import WatchEvent

T = TypeVar("T")

log = logging.getLogger(__name__)

_BACKOFF = Backoff(first=0.5, most=30.0)
_HEALTHY = 60.0
"""Seconds after which whatever ended a watch begins a new count of failures; a call that hangs is shorter."""
_TOO_SHORT = 1.0
_SHORTEST_WATCH, _LONGEST_WATCH = 300, 600
"""Seconds, drawn anew each time, so that a hundred reflectors do not return at once."""


class State(StrEnum):
    """How a reflector stands with the API server."""

    STARTING = "Starting"
    SYNCED = "Synced"
    FORBIDDEN = "Forbidden"
    """No right to list and watch; the cache keeps what it had."""
    ABSENT = "Absent"
    """The resource does not exist: its CRD is not installed."""
    DISCONNECTED = "Disconnected"


class Reflector(Generic[T]):
    """Keeps a cache like one collection of the API server."""

    def __init__(
        self,
        kube: Kube,
        source: Source,
        cache: Cache[T],
        on_change: Callable[[Iterable[Key]], None] = lambda _: None,
    ) -> None:
        """Take what to reflect where; `on_change` hears the keys whose projection changed."""
        self._kube = kube
        self._source = source
        self._cache = cache
        self._on_change = on_change
        self._since: str | None = None
        self.state = State.STARTING
        self.problem: str | None = None
        """What the API server said; None while all is well."""
        self.synced = asyncio.Event()
        """Set once the first list is in the cache, and never cleared: a stale cache beats none."""

    async def run(self) -> None:
        """Reflect until cancelled."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            started, wait = loop.time(), 0.0
            try:
                if self._since is None:
                    self._since = await self._list()
                await self._watch(self._since)
            except ApiError as error:
                self._fail(error)
                wait = error.retry_after or 0.0
                failures = 1 if loop.time() - started > _HEALTHY else failures + 1
            else:
                # A watch that ends well but at once is a failure too: some proxies do that, for ever.
                failures = failures + 1 if loop.time() - started < _TOO_SHORT else 0
            if failures:
                await asyncio.sleep(max(wait, _BACKOFF.delay(failures)))

    async def _list(self) -> str:
        version = await sweep(self._kube, self._source, self._cache, self._on_change)
        self._well()
        self.synced.set()
        return version

    async def _watch(self, since: str) -> None:
        source = self._source
        seconds = random.randint(_SHORTEST_WATCH, _LONGEST_WATCH)  # noqa: S311 - no secret
        watch = self._kube.watch(
            source.path, since, label_selector=source.labels, field_selector=source.fields, seconds=seconds
        )
        async with watch as events:
            self._well()
            async for event in events:
                self._since = event.resource_version
                self._take(event)

    def _take(self, event: WatchEvent) -> None:
        if event.type == "BOOKMARK":
            return
        changed = self._cache.delete(event.object) if event.type == "DELETED" else self._cache.upsert(event.object)
        if changed:
            self._on_change([key_of(event.object)])

    def _well(self) -> None:
        self.state = State.SYNCED
        self.problem = None

    def _fail(self, error: ApiError) -> None:
        if isinstance(error, Gone):
            self._since = None
            return
        state = State.DISCONNECTED
        if isinstance(error, Forbidden):
            state = State.FORBIDDEN
        elif isinstance(error, NotFound):
            state = State.ABSENT
        if state is not self.state:
            # Once a state, not once a try: a catalogue that stays forbidden would fill the log.
            log.warning("%s: %s", state.value, error, extra={"path": self._source.path})
        self.state = state
        self.problem = str(error)
