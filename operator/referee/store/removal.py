"""Forgets runs: at once for whoever reads, in small batches for the database.

A run's row moves to `removals` in one transaction; from then on nobody finds what it left, and a run of the same child
that is written again gets another number. What it left is swept afterwards, objects after rows, and its entry in
`removals` goes last: a sweep that is killed is continued by the next, here or in another gateway. Objects that cannot
be removed keep their entry and hold up no other's; where none can be, a sweep ends soon, and the next begins after it.

A run is as old as the last thing written to it, so what is still being written never expires.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from referee.store.database import Database, fetched
from referee.store.errors import StoreUnavailable
from referee.store.objects import Objects
from referee.store.runs import prefix, run_of
from referee.store.tables import OF_A_RUN, REMOVALS, RUNS

RUNS_AT_ONCE = 200
ROWS_AT_ONCE = 5000
REFUSED_AT_MOST = 5
"""Removals of objects that fail one after the other until a sweep ends: each may have waited for seconds."""


class Removal:
    """Takes runs away."""

    def __init__(self, database: Database, objects: Objects | None) -> None:
        self._database = database
        self._objects = objects
        self._after = -1
        """The entry after which the next sweep begins."""

    async def remove(self, which: ColumnElement[bool]) -> int:
        """Forget every run that fits; how many did.

        Raises:
            StoreUnavailable: not all is done; calling again continues.
        """
        removed = 0
        while moved := await self._database.write(partial(_move, which=which)):
            removed += moved
        await self.sweep()
        if removed and self._database.give_back is not None:
            await self._database.give_back()
        return removed

    async def sweep(self) -> None:
        """Take away what forgotten runs left.

        Raises:
            StoreUnavailable: something is still there, which may be because the object store refuses to remove it.
        """
        first: StoreUnavailable | None = None
        in_a_row = 0
        async with aclosing(self._entries()) as entries:
            async for entry in entries:
                await self._sweep_run(entry.run_id)
                error = await self._remove_objects(entry.prefix)
                if error is None:
                    in_a_row = 0
                    await self._database.write(partial(_forget_entry, run_id=entry.run_id))
                    continue
                first, in_a_row = first or error, in_a_row + 1
                if in_a_row == REFUSED_AT_MOST:
                    self._after = entry.run_id
                    break
        if first is not None:
            raise first

    async def _entries(self) -> AsyncGenerator[Row[Any]]:
        """All of them, beginning where the last sweep gave up."""
        begin, self._after = self._after, -1
        for after, until in ((begin, None), (-1, begin)):
            last = after
            while entries := await self._database.rows(_entries(last, until)):
                for entry in entries:
                    yield entry
                last = entries[-1].run_id

    async def _remove_objects(self, prefix: str) -> StoreUnavailable | None:
        """Why they could not be removed."""
        if self._objects is None:
            return None
        try:
            await self._objects.remove(prefix)
        except StoreUnavailable as error:
            return error
        return None

    async def _sweep_run(self, run_id: int) -> None:
        for table in OF_A_RUN:
            while await self._database.write(partial(_delete, table=table, run_id=run_id)):
                pass


async def _move(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    statement = select(RUNS).where(which).order_by(RUNS.c.id).limit(RUNS_AT_ONCE).with_for_update()
    runs = await fetched(connection, statement)
    if runs:
        await connection.execute(insert(REMOVALS), [_entry(row) for row in runs])
        await connection.execute(delete(RUNS).where(RUNS.c.id.in_([row.id for row in runs])))
    return len(runs)


def _entry(row: Row[Any]) -> dict[str, Any]:
    return {"run_id": row.id, "prefix": prefix(run_of(row), row.id)}


def _entries(after: int, until: int | None) -> Select[Any]:
    """The next few; with `until`, only up to that one."""
    statement = select(REMOVALS).where(REMOVALS.c.run_id > after).order_by(REMOVALS.c.run_id).limit(RUNS_AT_ONCE)
    return statement if until is None else statement.where(REMOVALS.c.run_id <= until)


async def _forget_entry(connection: AsyncConnection, run_id: int) -> None:
    await connection.execute(delete(REMOVALS).where(REMOVALS.c.run_id == run_id))


async def _delete(connection: AsyncConnection, table: Table, run_id: int) -> bool:
    """Delete a batch; whether there may be more."""
    of_run = table.c.run_id == run_id
    last = select(table.c.seq).where(of_run).order_by(table.c.seq).offset(ROWS_AT_ONCE - 1).limit(1)
    bound = (await connection.execute(last)).scalar()
    await connection.execute(delete(table).where(of_run if bound is None else and_(of_run, table.c.seq <= bound)))
    return bound is not None
