"""A run's own row: made by whatever of the run is stored first, touched by everything after.

One statement makes the row or finds it, gives out places and marks the time. It holds the row's lock until the
transaction ends, so two writers of one run (an adapter that repeats a post to another gateway) come one after the
other, and places are committed in order.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from referee.store.errors import StoreUnavailable, Unstorable
from referee.store.rows import RunRef
from referee.store.tables import RUN_KEY, RUNS

Insert = postgresql.Insert | sqlite.Insert

MAX_KEY_BYTES = 1024
"""Of a text that is part of a key: PostgreSQL takes 2704 bytes in an entry of an index, all parts together, and a key
of three has two of half of it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows of a run go."""

    run_id: int
    first: int


def milliseconds() -> int:
    """Now, as tables have it."""
    return time.time_ns() // 1_000_000


def time_of(stored: int) -> datetime:
    """A time as callers have it."""
    return datetime.fromtimestamp(stored / 1000, UTC)


def prefix(run: RunRef, run_id: int) -> str:
    """Under what path objects of a run lie.

    With its number, which never comes again: a run that was forgotten and is written to once more shares nothing with
    the objects that are being removed.
    """
    return f"{run.namespace}/{run.job_uid}/{run_id}"


async def reserve(connection: AsyncConnection, run: RunRef, places: int, expected: int | None = None) -> Places:
    """Lock the run's row and take places; `expected` is the run's number where objects are already stored under it.

    Raises:
        StoreUnavailable: the run was forgotten since the objects were stored; storing all of it again will do.
    """
    values = asdict(run)
    values["benchmark_index"] = values.pop("index")
    now = milliseconds()
    insert = insert_into(connection, RUNS).values(**values, written=now, next_seq=places)
    statement = insert.on_conflict_do_update(
        index_elements=RUN_KEY, set_={"written": now, "next_seq": RUNS.c.next_seq + places}
    ).returning(RUNS.c.id, RUNS.c.next_seq)
    run_id, after = (await connection.execute(statement)).one()
    if expected not in (None, run_id):
        raise StoreUnavailable(f"the run {run.child_uid} was removed while it was written: store it again")
    return Places(run_id, after - places)


def run_of(row: Row[Any]) -> RunRef:
    """The run of a row that has its columns."""
    return RunRef(row.namespace, row.job, row.job_uid, row.child_uid, row.benchmark_index, row.attempt)


def insert_into(connection: AsyncConnection, table: Table) -> Insert:
    """The insert of the connection's own dialect: both know ON CONFLICT, by two classes with the same methods."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(
    connection: AsyncConnection, table: Table, key: Sequence[Column[Any]], longest: Column[int] | None = None
) -> Insert:
    """Insert rows; of one whose key stands, replace everything but its place, unless what stands is longer."""
    insert = insert_into(connection, table)
    kept = {column.name for column in key} | {"seq"}
    replaced = {column.name: insert.excluded[column.name] for column in table.c if column.name not in kept}
    where = None if longest is None else insert.excluded[longest.name] >= longest
    return insert.on_conflict_do_update(index_elements=key, set_=replaced, where=where)


def checked_key(what: str, text: str, limit: int = MAX_KEY_BYTES) -> str:
    """The text, if it can be part of a key in either database.

    Raises:
        Unstorable: it cannot.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Unstorable(f"{what} {text!r} is no Unicode text: it has half of a surrogate pair") from None
    if not 0 < size <= limit:
        raise Unstorable(f"{what} must have 1 to {limit} bytes, not {size}: {text[:40]!r}")
    if "\0" in text:
        raise Unstorable(f"{what} {text!r} has a NUL character in it")
    return text
