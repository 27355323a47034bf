"""Samples with their scores, of all attempts of one plan: each sample once, as it was last stored.

Read a page of samples at a time, in the order in which they were first stored; of each page the later attempts' records
and everybody's scores are looked up by their keys. So a million of them need the memory of one page. Rejected: one
statement that joins and sorts, which makes the database sort all of them before the first is there.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from referee.store.database import Database
from referee.store.documents import Documents
from referee.store.paging import Page, Wanted, pages, runs_of
from referee.store.rows import Document, JournalRef, StoredScore
from referee.store.scores import stored_score
from referee.store.tables import RUNS, SAMPLES, SCORES

_AT_ONCE = 100
"""Samples whose scores are in memory at once."""

_Key = tuple[str, int]
_PENDING = "pending"


@dataclass(frozen=True, slots=True)
class JoinedSample:
    """A sample and what evaluators made of it."""

    sample_id: str
    epoch: int
    attempt: int
    """That stored it last."""
    body: Document
    scores: Sequence[StoredScore]
    """By evaluator and source; each as it was given last."""


class Joined:
    """Reads the tables of samples and scores together."""

    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents

    async def read(self, journal: JournalRef) -> AsyncIterator[JoinedSample]:
        """Every sample of a journal once.

        Raises:
            StoreUnavailable: there may be more, but not now.
        """
        wanted = Wanted.by(journal)
        runs = await self._database.rows(runs_of(wanted).order_by(RUNS.c.benchmark_index, RUNS.c.attempt, RUNS.c.id))
        places = {run.id: place for place, run in enumerate(runs)}
        async for page in pages(self._database, SAMPLES, wanted, None):
            if page.run.id not in places:
                continue  # begun since
            for start in range(0, len(page.rows), _AT_ONCE):
                async for joined in self._part(runs, places, page, page.rows[start : start + _AT_ONCE]):
                    yield joined

    async def evaluators(self, journal: JournalRef) -> list[str]:
        """Everybody who has scored, sorted."""
        runs = runs_of(Wanted.by(journal)).with_only_columns(RUNS.c.id)
        statement = select(SCORES.c.evaluator).where(SCORES.c.run_id.in_(runs)).distinct()
        return sorted(row.evaluator for row in await self._database.rows(statement))

    async def _part(
        self, runs: Sequence[Row[Any]], places: dict[int, int], page: Page, rows: Sequence[Row[Any]]
    ) -> AsyncIterator[JoinedSample]:
        """Those of some samples of one run that no earlier run had."""
        ids = list({row.sample_id for row in rows})
        own = places[page.run.id]
        others = [run.id for run in runs if run.id != page.run.id]
        latest = {(row.sample_id, row.epoch): (own, row) for row in rows}
        for row in await self._of(SAMPLES, others, ids) if others else ():
            key, place = (row.sample_id, row.epoch), places[row.run_id]
            if key not in latest:
                continue
            if place < own:
                del latest[key]
            elif place > latest[key][0]:
                latest[key] = (place, row)
        scores: dict[_Key, dict[tuple[str, str], tuple[int, StoredScore]]] = {}
        for row in await self._of(SCORES, list(places), ids):
            place = places[row.run_id]
            given = scores.setdefault((row.sample_id, row.epoch), {})
            before = given.get((row.evaluator, row.source))
            if before is None or _replaces(row, place, *before):
                given[row.evaluator, row.source] = (place, stored_score(Page(runs[place], ()), row))
        for key, (place, row) in latest.items():
            body = json.loads(await self._documents.text(row.body, row.artifact))
            yield JoinedSample(*key, runs[place].attempt, body, _settled(scores.get(key, {})))

    async def _of(self, table: Any, runs: Sequence[int], ids: Sequence[str]) -> Sequence[Row[Any]]:  # noqa: ANN401 - a table
        return await self._database.rows(select(table).where(table.c.run_id.in_(runs), table.c.sample_id.in_(ids)))


def _replaces(row: Row[Any], place: int, before: int, standing: StoredScore) -> bool:
    """Whether a score is to be taken for one that stands: the later one, unless it only says that it is missing."""
    if (row.outcome == _PENDING) != (standing.outcome == _PENDING):
        return standing.outcome == _PENDING
    return place > before


def _settled(scores: dict[tuple[str, str], tuple[int, StoredScore]]) -> list[StoredScore]:
    """In order; nobody's absence beside what somebody gave."""
    given = {score.evaluator for _, score in scores.values() if score.outcome != _PENDING}
    kept = [score for _, score in scores.values() if score.outcome != _PENDING or score.evaluator not in given]
    return sorted(kept, key=lambda score: (score.evaluator, score.source))
