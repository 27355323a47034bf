"""The port to journals: where an adapter's samples and scores are kept, and which ones it may read.

In a cluster they are in the results store; on a laptop in a file of the job's own results (`referee.local.journals`).
Its own journal is that of all attempts of its plan at its benchmark, what people posted included. Of other jobs only
those can be read that its plan names.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from referee.gateway.errors import Unknown
from referee.gateway.reporting.children import Caller
from referee.gateway.streaming import answered
from referee.store import JournalRef, JournalSample, RunRef, SampleRow, ScoreRow, StoredScore

Of = Literal["run", "baseline", "outputs"]


class Shelf(Protocol):
    """The part of the results store with journals."""

    async def put(self, run: RunRef, rows: Sequence[SampleRow], made: Sequence[ScoreRow]) -> None:
        """Keep them; durable on return, and the same again is an update."""
        ...

    async def touch(self, journal: JournalRef) -> None:
        """Keep it: somebody needs it."""
        ...

    def samples(self, journal: JournalRef, after: str | None = None) -> AsyncIterator[JournalSample]:
        """The samples of a journal, in a stable order."""
        ...

    def scores(self, journal: JournalRef, after: str | None = None) -> AsyncIterator[StoredScore]:
        """The scores of a journal, in a stable order."""
        ...


@dataclass(frozen=True, slots=True)
class OpenJournal:
    """A journal that the caller may have."""

    shelf: Shelf
    ref: JournalRef


class Journals(Protocol):
    """Finds journals."""

    async def find(self, caller: Caller, of: Of) -> OpenJournal:
        """The journal of the caller's own run, or of one that its plan names.

        Raises:
            Unknown: its plan names none, or nobody keeps a journal here.
            Unavailable: not known now.
        """
        ...


class StoreJournals:
    """All of them in one store."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def find(self, caller: Caller, of: Of) -> OpenJournal:
        """Every run has one; another's that is read now must not expire meanwhile."""
        ref = reference(caller, of)
        if of != "run":
            await answered(self._shelf.touch(ref))
        return OpenJournal(self._shelf, ref)


def reference(caller: Caller, of: Of) -> JournalRef:
    """What the caller means.

    Raises:
        Unknown: its plan names no such run.
    """
    namespace = caller.child.namespace
    if of == "run":
        return JournalRef(namespace, caller.job_uid, caller.index, caller.first_attempt)
    other = caller.others.get(of)
    if other is None:
        raise Unknown(f"the plan of {caller.job!r} names no run for of={of}")
    return JournalRef(namespace, other.job_uid, caller.index, other.first, other.last)
