"""Scores: what evaluators made of samples, a row for each sample, epoch, evaluator and source.

Several evaluators, and several sources of one (judges, people), stand side by side; a source that scores again replaces
its own. Absence is not zero: a score that could not be made has no value and an error.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from referee.store.database import Database
from referee.store.documents import finite
from referee.store.errors import Unstorable
from referee.store.paging import Wanted, count, pages
from referee.store.rows import RunRef, ScoreRow, StoredScore
from referee.store.runs import MAX_KEY_BYTES, checked_key, reserve, upsert
from referee.store.samples import MAX_EPOCH
from referee.store.tables import SCORES


class Scores:
    """The table of scores."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, run: RunRef, rows: Sequence[ScoreRow]) -> None:
        """Keep a batch, all of it or nothing; durable when this returns.

        Raises:
            Unstorable: a row cannot be kept, and none was.
            StoreUnavailable: it is not known whether they were kept.
        """
        records = {(row.sample_id, row.epoch, row.evaluator, row.source): _record(row) for row in rows}
        if not records:
            return

        async def work(connection: AsyncConnection) -> None:
            places = await reserve(connection, run, len(records))
            values = [
                {**record, "run_id": places.run_id, "seq": places.first + offset}
                for offset, record in enumerate(records.values())
            ]
            await connection.execute(upsert(connection, SCORES, _KEY), values)

        await self._database.write(work)

    async def read(
        self, job_uid: str, index: int | None = None, attempt: int | None = None, after: str | None = None
    ) -> AsyncIterator[StoredScore]:
        """The scores of a job, by benchmark, attempt and the order in which they were first stored."""
        async for page in pages(self._database, SCORES, Wanted(job_uid, index, attempt), after):
            for row in page.rows:
                yield StoredScore(
                    **{name: getattr(row, name) for name in _FIELDS},
                    index=page.run.benchmark_index,
                    attempt=page.run.attempt,
                    child_uid=page.run.child_uid,
                    cursor=page.cursor(row),
                )

    async def count(self, job_uid: str, index: int | None = None, attempt: int | None = None) -> int:
        """How many scores there are."""
        return await count(self._database, SCORES, Wanted(job_uid, index, attempt))


_FIELDS = [field.name for field in fields(ScoreRow)]
_TEXTS = ("label", "explanation", "error")
_KEY = (SCORES.c.run_id, SCORES.c.sample_id, SCORES.c.epoch, SCORES.c.evaluator, SCORES.c.source)


def _record(row: ScoreRow) -> dict[str, Any]:
    what = f"score of sample {row.sample_id[:100]!r}"
    checked_key("sample_id", row.sample_id)
    checked_key("evaluator", row.evaluator, MAX_KEY_BYTES // 2)
    checked_key("source", row.source, MAX_KEY_BYTES // 2)
    if not 0 <= row.epoch <= MAX_EPOCH:
        raise Unstorable(f"{what}: epoch must be 0 to {MAX_EPOCH}, not {row.epoch}")
    finite(f"{what}: value", row.value)
    finite(f"{what}: duration", row.duration)
    record = asdict(row)
    for name in _TEXTS:
        record[name] = _text(record[name])
    return {**record, "size": sum(len(record[name] or "") for name in _TEXTS)}


def _text(text: str | None) -> str | None:
    """What a model wrote, with what no database takes put as a replacement character."""
    if text is None:
        return None
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
