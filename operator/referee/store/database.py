"""A database as the store sees it: what is written is one transaction, and every failure is `StoreUnavailable`.

All that the store writes may be written twice with the same outcome, so a transaction whose connection turns out to be
dead (the server was restarted, a proxy hung up) is done once more on a new one before anybody hears of it. More
patience than that is the caller's, who keeps what it wants to store.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Row, Select, literal, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from referee.store.errors import StoreUnavailable
from referee.store.grouping import Group, Work

T = TypeVar("T")

FAILURES: tuple[type[Exception], ...] = (SQLAlchemyError, OSError)
"""What every driver may raise; a driver's own come on top."""


@dataclass(frozen=True)
class Database:
    """Somewhere to read and write."""

    name: str
    """For messages; nothing secret in it."""
    writer: AsyncEngine
    reader: AsyncEngine
    """Begins no transactions, which would cost as much as what is read: each statement sees one state by itself."""
    failures: tuple[type[Exception], ...] = FAILURES
    group: Group | None = None
    """Commits writes together, where the database does not do so by itself."""
    give_back: Callable[[], Awaitable[None]] | None = None
    """Gives the file system what deleted rows took, where the database does not do so by itself."""

    async def write(self, work: Work[T]) -> T:
        """Do the work in one transaction, perhaps with others' in it; it is durable when this returns."""
        return await self._done(partial(_once, self.writer) if self.group is None else self.group.write, work)

    async def read(self, work: Work[T]) -> T:
        """Do work that changes nothing, by one statement."""
        return await self._done(partial(_once, self.reader), work)

    async def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        """All rows of a selection that is bounded."""
        return await self.read(partial(fetched, statement=statement))

    async def ping(self) -> None:
        """Whether it answers."""
        await self.rows(select(literal(1)))

    async def close(self) -> None:
        """Give all connections back."""
        for engine in {self.writer, self.reader}:
            await engine.dispose()

    async def _done(self, do: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        try:
            try:
                return await do(work)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                return await do(work)
        except self.failures as error:
            raise unavailable(self.name, error) from error


async def fetched(connection: AsyncConnection, statement: Select[Any]) -> Sequence[Row[Any]]:
    """All rows of a selection that is bounded, within a transaction."""
    rows: Sequence[Row[Any]] = (await connection.execute(statement)).all()
    return rows


def unavailable(name: str, error: Exception) -> StoreUnavailable:
    """What to say of a driver's exception: SQLAlchemy's own text repeats the statement and what was to be stored."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return StoreUnavailable(f"{name} does not answer as it should: {cause or type(cause).__name__}")


async def _once(engine: AsyncEngine, work: Work[T]) -> T:
    async with engine.begin() as connection:
        return await work(connection)
