"""The journal of a run: samples and their scores, written together, and read back by who goes on with it.

A batch is one transaction, so an adapter may call all of it acknowledged. What is read is what was put, record after
record, an earlier attempt's first: a later record of the same key replaces it. A sample's record comes as the text that
is stored, since a reader of a million of them would mostly take JSON apart to put it together again.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from referee.store import samples, scores
from referee.store.database import Database
from referee.store.documents import Documents
from referee.store.paging import Wanted, pages, runs_of
from referee.store.rows import JournalRef, RunRef, SampleRow, ScoreRow, StoredScore
from referee.store.runs import Places, milliseconds, reserve, upsert
from referee.store.samples import sample_records
from referee.store.scores import score_records, stored_score
from referee.store.tables import RUNS, SAMPLES, SCORES


@dataclass(frozen=True, slots=True)
class JournalSample:
    """A sample's record as it is stored."""

    text: str
    """A JSON object."""
    attempt: int
    cursor: str


class Journal:
    """Samples and scores of runs."""

    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents

    async def put(self, run: RunRef, rows: Sequence[SampleRow] = (), made: Sequence[ScoreRow] = ()) -> None:
        """Keep a batch of samples and of scores, all of it or nothing; durable when this returns.

        Some hundred rows are a good size.

        Raises:
            Unstorable: a row cannot be kept, and none was.
            StoreUnavailable: it is not known whether they were kept.
        """
        batch = await self.prepare(run, rows, made)
        if batch.rows:
            await self._database.write(batch.write)

    async def prepare(self, run: RunRef, rows: Sequence[SampleRow], made: Sequence[ScoreRow]) -> "Batch":
        """Check a batch and put away what is large of it, for somebody's own transaction."""
        records, scored = sample_records(rows), score_records(made)
        large = {r.name: r.text for r in records if self._documents.large(r.size)}
        run_id, paths = await self._documents.put(run, large)
        return Batch(run, records, scored, paths, run_id)

    async def touch(self, journal: JournalRef) -> None:
        """Count it as written to: somebody needs it, so it is not old."""
        wanted = runs_of(Wanted.by(journal)).with_only_columns(RUNS.c.id)
        statement = update(RUNS).where(RUNS.c.id.in_(wanted)).values(written=milliseconds())

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self._database.write(work)

    async def samples(self, journal: JournalRef, after: str | None = None) -> AsyncIterator[JournalSample]:
        """Every sample of a journal.

        Raises:
            Unstorable: `after` is no cursor.
            StoreUnavailable: there may be more; continue after the last one.
        """
        async for page in pages(self._database, SAMPLES, Wanted.by(journal), after):
            for row in page.rows:
                text = await self._documents.text(row.body, row.artifact)
                yield JournalSample(text, page.run.attempt, page.cursor(row))

    async def scores(self, journal: JournalRef, after: str | None = None) -> AsyncIterator[StoredScore]:
        """Every score of a journal; raises as `samples` does."""
        async for page in pages(self._database, SCORES, Wanted.by(journal), after):
            for row in page.rows:
                yield stored_score(page, row)


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes into one transaction."""

    run: RunRef
    samples: Sequence[samples.SampleRecord]
    scores: Sequence[dict[str, object]]
    paths: dict[str, str]
    """Of the samples that became objects."""
    run_id: int | None
    """The run's number where there are any."""

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.samples) + len(self.scores)

    async def write(self, connection: AsyncConnection) -> Places:
        """Write it within a transaction."""
        places = await reserve(connection, self.run, self.rows, self.run_id)
        if self.samples:
            values = [record.values(places, offset, self.paths) for offset, record in enumerate(self.samples)]
            await connection.execute(upsert(connection, SAMPLES, samples.KEY), values)
        if self.scores:
            first = places.first + len(self.samples)
            scored = [
                {**record, "run_id": places.run_id, "seq": first + offset} for offset, record in enumerate(self.scores)
            ]
            await connection.execute(upsert(connection, SCORES, scores.KEY), scored)
        return places
