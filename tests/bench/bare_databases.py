"""What the store is compared with: the bare drivers, doing no more than the same samples need.

One connection, one table with the store's primary key and unique key, the same batches with a commit each, as durable;
bodies to JSON and back. No ORM, no pages: reading is one cursor over everything.
"""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import asyncpg  # type: ignore[import-untyped]  # it has no stubs of its own

from referee.store import SampleRow

TABLE = (
    "CREATE TABLE bare (run_id bigint, seq bigint, sample_id text, epoch integer, body text,"
    " PRIMARY KEY (run_id, seq), UNIQUE (run_id, sample_id, epoch))"
)


class Bare(Protocol):
    """A driver with one connection."""

    async def put(self, first: int, rows: Sequence[SampleRow]) -> None:
        """Write and commit a batch whose first row has this place."""
        ...

    async def read(self) -> int:
        """Read everything; how many rows."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class BareSqlite:
    """The standard library's driver, as it is: blocking."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(TABLE)

    async def put(self, first: int, rows: Sequence[SampleRow]) -> None:
        """By executemany."""
        with self._connection:
            self._connection.executemany("INSERT INTO bare VALUES (?, ?, ?, ?, ?)", _values(first, rows))

    async def read(self) -> int:
        """By one cursor."""
        selected = self._connection.execute("SELECT * FROM bare WHERE run_id = 1 ORDER BY seq")
        return sum(1 for row in selected if json.loads(row[4]))

    async def close(self) -> None:
        """Hang up."""
        self._connection.close()


class BarePostgresql:
    """asyncpg, as it is."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @classmethod
    async def opened(cls, url: str) -> "BarePostgresql":
        """Connect, and make the table."""
        connection = await asyncpg.connect(url)
        await connection.execute("DROP TABLE IF EXISTS bare")
        await connection.execute(TABLE)
        return cls(connection)

    async def put(self, first: int, rows: Sequence[SampleRow]) -> None:
        """By executemany, which asyncpg sends as a pipeline in a transaction of its own."""
        await self._connection.executemany("INSERT INTO bare VALUES ($1, $2, $3, $4, $5)", _values(first, rows))

    async def read(self) -> int:
        """By one cursor."""
        number = 0
        async with self._connection.transaction():
            query = "SELECT * FROM bare WHERE run_id = 1 ORDER BY seq"
            async for row in self._connection.cursor(query, prefetch=1000):
                number += bool(json.loads(row[4]))
        return number

    async def close(self) -> None:
        """Hang up."""
        await self._connection.close()


def _values(first: int, rows: Sequence[SampleRow]) -> list[tuple[Any, ...]]:
    return [
        (1, first + place, row.sample_id, row.epoch, json.dumps(row.body, ensure_ascii=False))
        for place, row in enumerate(rows)
    ]
