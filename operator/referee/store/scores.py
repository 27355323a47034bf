"""Scores: what evaluators made of samples, a row for each sample, epoch, evaluator and source.

Several evaluators, and several sources of one (judges, people), stand side by side; a source that scores again replaces
its own. Absence is not zero: a score that could not be made has no value, but an outcome, a cause and an error.
"""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Row

from referee.store.database import Database
from referee.store.documents import finite, text_of
from referee.store.errors import Unstorable
from referee.store.paging import Page, Wanted, count, pages
from referee.store.rows import ScoreRow, StoredScore
from referee.store.runs import MAX_KEY_BYTES, checked_key
from referee.store.samples import MAX_EPOCH
from referee.store.tables import SCORES

OUTCOMES = ("scored", "unscored", "skipped", "pending")
KEY = (SCORES.c.run_id, SCORES.c.sample_id, SCORES.c.epoch, SCORES.c.evaluator, SCORES.c.source)


class Scores:
    """The table of scores."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(
        self, job_uid: str, index: int | None = None, attempt: int | None = None, after: str | None = None
    ) -> AsyncIterator[StoredScore]:
        """The scores of a job, by benchmark, attempt and the order in which they were first stored."""
        async for page in pages(self._database, SCORES, Wanted(job_uid, index, attempt), after):
            for row in page.rows:
                yield stored_score(page, row)

    async def count(self, job_uid: str, index: int | None = None, attempt: int | None = None) -> int:
        """How many scores there are."""
        return await count(self._database, SCORES, Wanted(job_uid, index, attempt))


def stored_score(page: Page, row: Row[Any]) -> StoredScore:
    """A row as it is read."""
    return StoredScore(
        sample_id=row.sample_id,
        epoch=row.epoch,
        evaluator=row.evaluator,
        source=row.source,
        outcome=row.outcome,
        value=row.value,
        label=row.label,
        explanation=row.explanation,
        votes=None if row.votes is None else tuple(json.loads(row.votes)),
        cause=row.cause,
        error=row.error,
        duration=row.duration,
        index=page.run.benchmark_index,
        attempt=page.run.attempt,
        child_uid=page.run.child_uid,
        cursor=page.cursor(row),
    )


def score_records(rows: Sequence[ScoreRow]) -> list[dict[str, Any]]:
    """Rows as they are kept, without their place; the last of those with one key.

    Raises:
        Unstorable: naming one that cannot be.
    """
    kept = {(row.sample_id, row.epoch, row.evaluator, row.source): row for row in rows}
    return [_record(row) for row in kept.values()]


def _record(row: ScoreRow) -> dict[str, Any]:
    what = f"score of sample {row.sample_id[:100]!r}"
    checked_key("sample_id", row.sample_id)
    checked_key("evaluator", row.evaluator, MAX_KEY_BYTES // 2)
    checked_key("source", row.source, MAX_KEY_BYTES // 2)
    if not 0 <= row.epoch <= MAX_EPOCH:
        raise Unstorable(f"{what}: epoch must be 0 to {MAX_EPOCH}, not {row.epoch}")
    if row.outcome not in OUTCOMES:
        raise Unstorable(f"{what}: outcome must be one of {', '.join(OUTCOMES)}, not {row.outcome!r}")
    texts = {
        "label": _text(row.label),
        "explanation": _text(row.explanation),
        "votes": None if row.votes is None else text_of(f"{what}: votes", row.votes),
        "cause": _text(row.cause),
        "error": _text(row.error),
    }
    return {
        "sample_id": row.sample_id,
        "epoch": row.epoch,
        "evaluator": row.evaluator,
        "source": row.source,
        "size": sum(len(text) for text in texts.values() if text is not None),
        "outcome": row.outcome,
        "value": finite(f"{what}: value", row.value),
        "duration": finite(f"{what}: duration", row.duration),
        **texts,
    }


def _text(text: str | None) -> str | None:
    """What a model wrote, with what no database takes put as a replacement character."""
    if text is None or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
