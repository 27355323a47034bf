"""Reads the rows of a job in order, a page at a time, so that a million of them need the memory of one page.

The order is benchmark, attempt, run, place. A page is a transaction of its own that begins after the last row given
out: a slow reader holds no connection and no snapshot, and one that is cut off continues at its cursor. A page ends
after so many rows or bytes, which the database counts itself: a page of small rows may be followed by large ones.

Rejected: OFFSET, which reads again what it skips; a server-side cursor, which keeps a connection for as long as the
slowest client takes.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Row, Select, Table, and_, func, select, tuple_

from referee.store.database import Database
from referee.store.errors import Unstorable
from referee.store.rows import JournalRef
from referee.store.tables import RUNS

PAGE_ROWS = 1000
PAGE_BYTES = 2 * 1024 * 1024
"""A page ends with the row that exceeds it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows."""

    job_uid: str
    index: int | None = None
    attempt: int | None = None
    namespace: str | None = None
    first: int | None = None
    """Attempts from this one on."""
    last: int | None = None
    """Attempts up to this one."""

    @classmethod
    def by(cls, journal: JournalRef) -> Self:
        """Everything of a journal."""
        return cls(journal.job_uid, journal.index, namespace=journal.namespace, first=journal.first, last=journal.last)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one run."""

    run: Row[Any]
    rows: Sequence[Row[Any]]

    def cursor(self, row: Row[Any]) -> str:
        """The text that continues after a row."""
        return f"{self.run.benchmark_index}.{self.run.attempt}.{self.run.id}.{row.seq}"


async def pages(database: Database, table: Table, wanted: Wanted, after: str | None) -> AsyncIterator[Page]:
    """The pages of a table that has places and sizes.

    Raises:
        Unstorable: `after` is no cursor.
        StoreUnavailable: there may be more, but not now; continue at the last cursor.
    """
    at = _parsed(after) if after is not None else None
    statement = runs_of(wanted).order_by(RUNS.c.benchmark_index, RUNS.c.attempt, RUNS.c.id)
    if at is not None:
        key = tuple_(RUNS.c.benchmark_index, RUNS.c.attempt, RUNS.c.id)
        statement = statement.where(key >= at[:3])
    for run in await database.rows(statement):
        seq = at[3] if at is not None and at[2] == run.id else -1
        while rows := await database.rows(_page(table, run.id, seq)):
            yield Page(run, rows)
            seq = rows[-1].seq


async def count(database: Database, table: Table, wanted: Wanted) -> int:
    """How many rows there are."""
    runs = runs_of(wanted).with_only_columns(RUNS.c.id)
    statement = select(func.count()).select_from(table).where(table.c.run_id.in_(runs))
    rows = await database.rows(statement)
    return int(rows[0][0])


def runs_of(wanted: Wanted) -> Select[Any]:
    """The runs that are meant."""
    statement = select(RUNS).where(RUNS.c.job_uid == wanted.job_uid)
    if wanted.index is not None:
        statement = statement.where(RUNS.c.benchmark_index == wanted.index)
    if wanted.attempt is not None:
        statement = statement.where(RUNS.c.attempt == wanted.attempt)
    if wanted.namespace is not None:
        statement = statement.where(RUNS.c.namespace == wanted.namespace)
    if wanted.first is not None:
        statement = statement.where(RUNS.c.attempt >= wanted.first)
    if wanted.last is not None:
        statement = statement.where(RUNS.c.attempt <= wanted.last)
    return statement


def _page(table: Table, run_id: int, seq: int) -> Select[Any]:
    """The rows after a place; their end is looked up first, so that what is read is a range of the primary key."""
    after = and_(table.c.run_id == run_id, table.c.seq > seq)
    nearest = select(table.c.seq, table.c.size).where(after).order_by(table.c.seq).limit(PAGE_ROWS).subquery()
    before = func.sum(nearest.c.size).over(order_by=nearest.c.seq) - nearest.c.size
    measured = select(nearest.c.seq, before.label("before")).subquery()
    last = select(func.max(measured.c.seq)).where(measured.c.before < PAGE_BYTES).scalar_subquery()
    return select(table).where(after, table.c.seq <= last).order_by(table.c.seq)


def _parsed(cursor: str) -> tuple[int, ...]:
    parts = cursor.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):  # noqa: PLR2004
        raise Unstorable(f"{cursor[:100]!r} is no cursor: give one that a reading gave out")
    return tuple(int(part) for part in parts)
