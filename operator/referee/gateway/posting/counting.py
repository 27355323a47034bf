"""Brings a job's annotation up to what the store has.

Complete is decided here, where the counts are: where nothing is missing and nobody has to say so, the run is closed in
the store before it is said to be complete, so that what comes later is refused and never lost in silence. The
annotation is changed only from the text that was seen, so of two gateways the later revision stands, without a
resourceVersion to race for with the operator's writes of status.
"""

import logging
from dataclasses import dataclass
from typing import Any

from referee.api.names import ANNOTATION_STORE_REVISION
from referee.gateway.posting.awaited import Awaited
from referee.gateway.posting.state import State, place_of
from referee.gateway.watched import JobEntry, Watched
from referee.runtime.errors import Invalid, NotFound
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import EVALUATION_JOBS
from referee.store import JournalRef, Store, posted_run

log = logging.getLogger(__name__)

_PATH = f"/metadata/annotations/{ANNOTATION_STORE_REVISION.replace('/', '~1')}"


def journal_of(entry: JobEntry, awaited: Awaited) -> JournalRef:
    """The run that is posted into."""
    return JournalRef(entry.namespace, entry.uid, awaited.index, awaited.first_attempt)


@dataclass(frozen=True)
class Counting:
    """Counts, and tells."""

    kube: Kube
    watched: Watched
    store: Store

    async def state(self, entry: JobEntry, awaited: Awaited) -> State | None:
        """How far the job is; None: nobody has posted anything.

        Raises:
            StoreUnavailable: not known now.
        """
        ref = journal_of(entry, awaited)
        run = posted_run(entry.name, ref)
        posting = await self.store.postings.get(run)
        if posting is None:
            return None
        state = State.of(awaited, posting, await self.store.postings.tally(ref, awaited.labels))
        closes = state.complete and posting.closed is None
        ends = awaited.outputs and state.outputs_complete and posting.outputs_closed is None
        if not closes and not ends:
            return state
        posting = await self.store.postings.close(run, outputs_only=not closes)
        return State.of(awaited, posting, await self.store.postings.tally(ref, awaited.labels))

    async def tell(self, entry: JobEntry, state: State) -> bool:
        """Write it; False: something newer stands there, or the job is gone.

        Raises:
            ApiError: it is not known whether it was written.
        """
        path = EVALUATION_JOBS.one(entry.namespace, entry.name)
        seen = entry.object()
        while True:
            annotations = seen["metadata"].get("annotations")
            standing = (annotations or {}).get(ANNOTATION_STORE_REVISION)
            if seen["metadata"]["uid"] != entry.uid or place_of(standing) > (state.first_attempt, state.revision):
                return False
            if standing == state.text():
                return True
            try:
                changed = await self.kube.json_patch(path, _patch(entry.uid, annotations, state.text()))
            except NotFound:
                return False
            except Invalid:
                seen, before = await self._look(path), seen
                if seen is None:
                    return False
                if seen["metadata"].get("annotations") == before["metadata"].get("annotations"):
                    raise  # not for what we test: somebody forbids it
                continue
            self.watched.upsert(changed)
            log.info("told how much was posted", extra={"job": entry.name, "revision": state.revision})
            return True

    async def _look(self, path: str) -> Any:  # noqa: ANN401 - an object, or None
        try:
            return await self.kube.get(path)
        except NotFound:
            return None


def _patch(uid: str, annotations: Object | None, text: str) -> list[Object]:
    """The change from what was seen, and from nothing else."""
    same = {"op": "test", "path": "/metadata/uid", "value": uid}
    if not annotations:
        return [
            same,
            {"op": "test", "path": "/metadata/annotations", "value": None},
            {"op": "add", "path": "/metadata/annotations", "value": {ANNOTATION_STORE_REVISION: text}},
        ]
    standing = annotations.get(ANNOTATION_STORE_REVISION)
    return [
        same,
        {"op": "test", "path": _PATH, "value": standing},
        {"op": "add", "path": _PATH, "value": text},
    ]
