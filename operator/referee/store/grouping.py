"""Writes that arrive together are committed together.

What a commit costs on SQLite is the disk's flush, whatever is in it, and there is one writer: of callers that wait for
their turn the first takes the others' work into its own transaction, each within a savepoint, so that one that fails
takes nothing of the others' along. Nobody waits for company: alone, a write begins at once. Rejected: a task that
commits now and then, which makes everybody wait, and outlives its callers. A server with many connections does the same
by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from referee.store.errors import StoreUnavailable

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

MOST = 64
"""Writes in one transaction, so that the first of them does not wait for ever."""


@dataclass(slots=True, eq=False)
class _Entry:
    """Somebody's write; done once it has one of the two."""

    work: Work[Any]
    result: Any = None
    error: BaseException | None = None
    done: bool = False

    async def run(self, connection: AsyncConnection) -> None:
        self.result = await self.work(connection)


@dataclass(slots=True)
class Group:
    """Takes writes to one database, one transaction at a time."""

    engine: AsyncEngine
    wait: float
    """Seconds that one waits for its turn."""
    _waiting: list[_Entry] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def write(self, work: Work[T]) -> T:
        """Do the work in a transaction; durable when this returns.

        Raises:
            StoreUnavailable: others wrote for too long.
        """
        entry = _Entry(work)
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(self.wait):
                await self._turn.acquire()
        except TimeoutError:
            if not entry.done:
                raise StoreUnavailable(f"others are writing for more than {self.wait:g} s") from None
        else:
            try:
                if not entry.done:
                    await self._lead(entry)
            finally:
                self._turn.release()
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)
        if entry.error is not None:
            raise entry.error
        result: T = entry.result
        return result

    async def _lead(self, own: _Entry) -> None:
        """Commit everybody's who waits, ours among them; theirs wait on if that fails, so that each fails alone."""
        others = [entry for entry in self._waiting if entry is not own][: MOST - 1]
        if not others:
            async with self.engine.begin() as connection:
                await own.run(connection)
            own.done = True
            return
        group = [own, *others]
        async with self.engine.begin() as connection:
            failed = [await _within(connection, entry) for entry in group]
        for entry, error in zip(group, failed, strict=True):
            entry.error, entry.done = error, True
        self._waiting = _without(self._waiting, group)


async def _within(connection: AsyncConnection, entry: _Entry) -> Exception | None:
    """Do it within a savepoint; what it raised."""
    try:
        async with connection.begin_nested():
            await entry.run(connection)
    except Exception as error:  # noqa: BLE001 - whose it is gets it
        return error
    return None


def _without(waiting: Sequence[_Entry], group: Sequence[_Entry]) -> list[_Entry]:
    gone = set(map(id, group))
    return [entry for entry in waiting if id(entry) not in gone]
