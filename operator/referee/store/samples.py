"""Samples: what the model was asked and answered, a record for each sample and epoch.

A record that comes again (a repeated post, a later pod of the same child) replaces the body and keeps its place.
Written by `journal.py`, together with what evaluators made of them.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from referee.store.database import Database
from referee.store.documents import Documents, text_of
from referee.store.errors import Unstorable
from referee.store.paging import Wanted, count, pages
from referee.store.rows import SampleRow, StoredSample
from referee.store.runs import Places, checked_key
from referee.store.tables import SAMPLES

MAX_EPOCH = 2**31 - 1
KEY = (SAMPLES.c.run_id, SAMPLES.c.sample_id, SAMPLES.c.epoch)


class Samples:
    """The table of samples."""

    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents

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


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """A row as it is kept."""

    sample_id: str
    epoch: int
    text: str
    size: int

    @property
    def name(self) -> str:
        """As an object within the run."""
        return f"samples/{hashlib.sha256(self.sample_id.encode()).hexdigest()}-{self.epoch}"

    def values(self, places: Places, offset: int, paths: Mapping[str, str]) -> dict[str, Any]:
        """The columns; `paths` has those that became objects."""
        path = paths.get(self.name) if paths else None
        return {
            "run_id": places.run_id,
            "seq": places.first + offset,
            "sample_id": self.sample_id,
            "epoch": self.epoch,
            "size": self.size,
            "artifact": path,
            "body": self.text if path is None else None,
        }


def sample_records(rows: Sequence[SampleRow]) -> list[SampleRecord]:
    """Rows as they are kept, the last of those with one key.

    Raises:
        Unstorable: naming one that cannot be.
    """
    return [_record(row) for row in {(row.sample_id, row.epoch): row for row in rows}.values()]


def _record(row: SampleRow) -> SampleRecord:
    what = f"sample {checked_key('sample_id', row.sample_id)!r}"
    if not 0 <= row.epoch <= MAX_EPOCH:
        raise Unstorable(f"{what}: epoch must be 0 to {MAX_EPOCH}, not {row.epoch}")
    text = text_of(what, row.body)
    return SampleRecord(row.sample_id, row.epoch, text, len(text.encode()))
