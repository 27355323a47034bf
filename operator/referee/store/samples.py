"""Samples: what the model was asked and answered, a record for each sample and epoch.

A batch is one transaction, so an adapter may call all of it acknowledged. A record that comes again (a repeated post, a
later pod of the same child) replaces the body and keeps its place.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from referee.store.database import Database
from referee.store.documents import Documents, text_of
from referee.store.errors import Unstorable
from referee.store.paging import Wanted, count, pages
from referee.store.rows import RunRef, SampleRow, StoredSample
from referee.store.runs import checked_key, reserve, upsert
from referee.store.tables import SAMPLES

MAX_EPOCH = 2**31 - 1


class Samples:
    """The table of samples."""

    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents

    async def put(self, run: RunRef, rows: Sequence[SampleRow]) -> None:
        """Keep a batch, all of it or nothing; durable when this returns. Some hundred rows are a good size.

        Raises:
            Unstorable: a row cannot be kept, and none was.
            StoreUnavailable: it is not known whether they were kept.
        """
        records = {(row.sample_id, row.epoch): _Record.of(row) for row in rows}
        if not records:
            return
        large = {r.name: r.text for r in records.values() if self._documents.large(r.size)}
        run_id, paths = await self._documents.put(run, large)

        async def work(connection: AsyncConnection) -> None:
            places = await reserve(connection, run, len(records), run_id)
            values = [
                {
                    "run_id": places.run_id,
                    "seq": places.first + offset,
                    "sample_id": sample_id,
                    "epoch": epoch,
                    "size": record.size,
                    "artifact": paths.get(record.name),
                    "body": None if record.name in paths else record.text,
                }
                for offset, ((sample_id, epoch), record) in enumerate(records.items())
            ]
            await connection.execute(upsert(connection, SAMPLES, _KEY), values)

        await self._database.write(work)

    async def read(
        self, job_uid: str, index: int | None = None, attempt: int | None = None, after: str | None = None
    ) -> AsyncIterator[StoredSample]:
        """The records of a job, by benchmark, attempt and the order in which they were first stored.

        Raises:
            Unstorable: `after` is no cursor.
            StoreUnavailable: there may be more; continue after the last one.
        """
        async for page in pages(self._database, SAMPLES, Wanted(job_uid, index, attempt), after):
            for row in page.rows:
                yield StoredSample(
                    sample_id=row.sample_id,
                    epoch=row.epoch,
                    body=await self._documents.get(row.body, row.artifact),
                    index=page.run.benchmark_index,
                    attempt=page.run.attempt,
                    child_uid=page.run.child_uid,
                    cursor=page.cursor(row),
                )

    async def count(self, job_uid: str, index: int | None = None, attempt: int | None = None) -> int:
        """How many records there are."""
        return await count(self._database, SAMPLES, Wanted(job_uid, index, attempt))


_KEY = (SAMPLES.c.run_id, SAMPLES.c.sample_id, SAMPLES.c.epoch)


@dataclass(frozen=True, slots=True)
class _Record:
    """A row's body as it is kept."""

    text: str
    size: int
    name: str
    """As an object within the run."""

    @classmethod
    def of(cls, row: SampleRow) -> "_Record":
        what = f"sample {checked_key('sample_id', row.sample_id)!r}"
        if not 0 <= row.epoch <= MAX_EPOCH:
            raise Unstorable(f"{what}: epoch must be 0 to {MAX_EPOCH}, not {row.epoch}")
        text = text_of(what, row.body)
        hashed = hashlib.sha256(row.sample_id.encode()).hexdigest()
        return cls(text, len(text.encode()), f"samples/{hashed}-{row.epoch}")
