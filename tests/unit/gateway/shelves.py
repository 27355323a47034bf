"""The store in memory, with what a test wants to go wrong."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from referee.gateway.reporting.children import Caller
from referee.gateway.reporting.journals import Of, OpenJournal, reference
from referee.store import JournalRef, JournalSample, RunRef, SampleRow, ScoreRow, StoredScore, Unstorable


@dataclass
class MemoryResults:
    """Whole results."""

    kept: dict[tuple[RunRef, str], Mapping[str, Any]] = field(default_factory=dict)
    fault: Exception | None = None
    on_put: Callable[[], object] = lambda: None

    async def put(self, run: RunRef, digest: str, document: Mapping[str, Any]) -> None:
        if self.fault is not None:
            raise self.fault
        self.on_put()
        self.kept[run, digest] = document


@dataclass
class MemoryJournal:
    """Samples and scores, and how they came."""

    kept: dict[tuple[RunRef, str, int], Mapping[str, Any]] = field(default_factory=dict)
    made: dict[tuple[str, int, str, str], ScoreRow] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    """Rows of each transaction."""
    fault: Exception | None = None

    async def put(self, run: RunRef, rows: Sequence[SampleRow], made: Sequence[ScoreRow]) -> None:
        if self.fault is not None:
            raise self.fault
        self.batches.append(len(rows) + len(made))
        self.kept |= {(run, row.sample_id, row.epoch): row.body for row in rows}
        self.made |= {(row.sample_id, row.epoch, row.evaluator, row.source): row for row in made}

    async def touch(self, journal: JournalRef) -> None:
        """Nothing expires here."""

    async def samples(self, journal: JournalRef, after: str | None = None) -> AsyncIterator[JournalSample]:
        if self.fault is not None:
            raise self.fault
        for number, ((run, _, _), body) in enumerate(self.kept.items()):
            if (run.job_uid, run.index) == (journal.job_uid, journal.index) and run.attempt >= journal.first:
                yield JournalSample(json.dumps(body), run.attempt, f"{after}-{number}")

    async def scores(self, journal: JournalRef, after: str | None = None) -> AsyncIterator[StoredScore]:
        if after is not None:
            raise Unstorable(f"{after!r} is no cursor of {journal}")
        rows: list[StoredScore] = []
        for row in rows:
            yield row

    async def find(self, caller: Caller, of: Of) -> OpenJournal:
        return OpenJournal(self, reference(caller, of))
