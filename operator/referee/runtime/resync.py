"""Comparing a cache with a LIST: at the start, after kopf has listed anew, and every ten minutes.

This is what repairs deletions that kopf missed, and it is the periodic resync: what changed unseen is told like any
other change. After a re-list kopf delivers each object once; the sweep waits until that has been quiet for a while,
else it runs once per object.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from referee.runtime.backoff import Backoff
from referee.runtime.cache import Cache, Key
from referee.runtime.errors import ApiError
from referee.runtime.kube import Kube
from referee.runtime.paths import Resource

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """One collection, or the part of it that the server selects."""

    resource: Resource
    namespace: str | None = None
    """None: all namespaces."""
    labels: str = ""
    fields: str = ""

    @property
    def path(self) -> str:
        """Where it is listed and watched."""
        return self.resource.all(self.namespace)


@dataclass(frozen=True, slots=True)
class ResyncSettings:
    """How often a cache is compared with the API server."""

    period: float = 600.0
    """Seconds between two sweeps, give or take a tenth."""
    quiet: float = 2.0
    """Seconds without another re-listed object before a sweep begins."""


async def sweep(
    kube: Kube, source: Source, cache: Cache[T], on_change: Callable[[Iterable[Key]], None] = lambda _: None
) -> str:
    """Make the cache like the source now; returns the list's resourceVersion, from which a watch may follow."""
    comparison = cache.sweep(source.namespace)
    listing = kube.list(source.path, label_selector=source.labels, field_selector=source.fields)
    async for obj in listing:
        comparison.see(obj)
    if changed := comparison.finish(listing.resource_version):
        on_change(changed)
    return listing.resource_version


class Resyncer(Generic[T]):
    """Sweeps one cache over its sources, one namespace or many."""

    def __init__(
        self,
        kube: Kube,
        sources: Sequence[Source],
        cache: Cache[T],
        on_change: Callable[[Iterable[Key]], None],
        settings: ResyncSettings | None = None,
    ) -> None:
        self._kube = kube
        self._sources = sources
        self._cache = cache
        self._on_change = on_change
        self._settings = settings or ResyncSettings()
        self._relisted = asyncio.Event()
        self._relisted_at = 0.0
        self.primed = False
        """Whether every source has been listed once."""

    def mark_relisted(self) -> None:
        """Note that the watcher delivered an object out of a list and not as an event."""
        self._relisted_at = asyncio.get_running_loop().time()
        self._relisted.set()

    async def prime(self) -> None:
        """Sweep once; raises ApiError."""
        for source in self._sources:
            await sweep(self._kube, source, self._cache, self._on_change)
        self.primed = True

    async def run(self) -> None:
        """Sweep whenever it is due, until cancelled."""
        backoff, failures = Backoff(first=1.0, most=60.0), 0
        while True:
            if failures:
                await asyncio.sleep(backoff.delay(failures))
            else:
                await self._due()
            # Cleared before the list: what is delivered while it runs is a reason for another one.
            self._relisted.clear()
            try:
                await self.prime()
            except ApiError as error:
                failures += 1
                log.warning("sweep put off: %s", error)
            else:
                failures = 0

    async def _due(self) -> None:
        """Wait for the period to end, or for a re-list to be over."""
        period = self._settings.period * random.uniform(0.9, 1.1)  # noqa: S311 - no secret
        try:
            async with asyncio.timeout(period):
                await self._relisted.wait()
        except TimeoutError:
            return
        loop = asyncio.get_running_loop()
        while (rest := self._relisted_at + self._settings.quiet - loop.time()) > 0:  # noqa: ASYNC110 - a date
            await asyncio.sleep(rest)
