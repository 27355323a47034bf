"""Documents of jobs as bytes, made once for each version of a job.

A document changes with its resource and, while it runs, with what its adapters say they are at; both are counted. The
full results come from the store for a single job; a list shows the metrics that the resource has, and goes to the
store only for benchmarks of which it may lack some. Nothing is kept of an answer that lacks what the store would have
had, or that shows a collection which may still change.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from referee.api.status import MAX_METRICS
from referee.gateway.evalhub.pages import encode
from referee.gateway.evalhub.wire.benchmarks import Beside
from referee.gateway.evalhub.wire.document import from_resource
from referee.gateway.evalhub.wire.states import OVER, state_of
from referee.gateway.objects import JobEntry, Objects
from referee.runtime.kube import Object
from referee.store import Store, StoreError

log = logging.getLogger(__name__)

_MOST_BYTES = 64 * 1024 * 1024
_STORE_SECONDS = 5.0
"""For the full results of one job; without them the answer is still right, if less."""


@dataclass(frozen=True, slots=True)
class _Made:
    version: tuple[object, ...]
    body: bytes


class Rendering:
    """The documents of all tenants' jobs."""

    def __init__(self, objects: Objects, store: Store) -> None:
        self._objects = objects
        self._store = store
        self._made: OrderedDict[tuple[str, bool], _Made] = OrderedDict()
        self._bytes = 0

    def known(self, entry: JobEntry, *, brief: bool = False) -> bytes | None:
        """The document as it was made before, if it is still right."""
        key = (entry.uid, brief)
        made = self._made.get(key)
        if made is None or made.version != (entry.resource_version, *self._phases(entry).items()):
            return None
        self._made.move_to_end(key)
        return made.body

    async def body(self, entry: JobEntry, *, brief: bool = False) -> bytes:
        """The document; brief: as an item of a list."""
        known = self.known(entry, brief=brief)
        return await self._make(entry, brief=brief) if known is None else known

    async def of(self, obj: Object) -> bytes:
        """The document of a resource that was just made."""
        return encode(from_resource(obj, Beside(collection=self._collection(obj))))

    async def _make(self, entry: JobEntry, *, brief: bool) -> bytes:
        obj, phases = entry.object(), self._phases(entry)
        results, complete = await self._results(entry, obj, brief=brief)
        collection = self._collection(obj)
        document = from_resource(obj, Beside(results, phases, collection), brief=brief)
        body = encode(document)
        if complete and not collection:
            self._keep((entry.uid, brief), _Made((entry.resource_version, *phases.items()), body))
        return body

    def _keep(self, key: tuple[str, bool], made: _Made) -> None:
        old = self._made.pop(key, None)
        self._bytes += len(made.body) - (len(old.body) if old is not None else 0)
        self._made[key] = made
        while self._bytes > _MOST_BYTES:
            _, oldest = self._made.popitem(last=False)
            self._bytes -= len(oldest.body)

    def _phases(self, entry: JobEntry) -> dict[int, str]:
        """What the newest child of each benchmark is at."""
        if state_of(entry.phase) in OVER:
            return {}
        told: dict[int, tuple[int, str]] = {}
        for child in self._objects.children(entry.namespace, entry.uid):
            if child.index is not None and child.progress is not None and not child.ended:
                told[child.index] = max(told.get(child.index, (0, "")), (child.attempt, child.progress.phase))
        return {index: phase for index, (_, phase) in sorted(told.items()) if phase}

    def _collection(self, obj: Object) -> list[tuple[str, str]]:
        """The benchmarks of a collection's job that nobody has planned yet."""
        use = obj["spec"].get("collection")
        if not use or (obj.get("status") or {}).get("plan"):
            return []
        found = self._objects.collection(obj["metadata"]["namespace"], use["id"])
        return [(ref.provider, ref.id) for ref in found.model.spec.benchmarks] if found is not None else []

    async def _results(self, entry: JobEntry, obj: Object, *, brief: bool) -> tuple[dict[int, Mapping[str, Any]], bool]:
        """Full results by benchmark, and whether they are all that the store may have."""
        listed = (obj.get("status") or {}).get("benchmarks") or ()
        wanted = {
            int(benchmark["index"]): str(benchmark["resultDigest"])
            for benchmark in listed
            if benchmark.get("resultDigest") and (not brief or _may_lack(benchmark))
        }
        found: dict[int, Mapping[str, Any]] = {}
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                for index, digest in wanted.items():
                    stored = await self._store.results.get(None, entry.uid, index, digest)
                    if stored is not None:
                        found[index] = stored.document
        except (StoreError, TimeoutError) as error:
            log.warning("full results are left out: %s", error, extra={"job": entry.name})
            return found, False
        return found, True


def _may_lack(benchmark: Mapping[str, Any]) -> bool:
    return benchmark.get("truncated") is True or len(benchmark.get("metrics") or ()) >= MAX_METRICS
