"""SQLite: one connection writes, others read beside it.

WAL lets readers go on while the writer commits; `synchronous=FULL` makes every commit an fsync, which is what an
acknowledged result rests on (NORMAL may lose the last commits when the machine goes down). One connection writes
because SQLite has one writer anyway: waiting in our pool is in order of arrival, waiting for its lock is not. A second
process is possible, as when a gateway is replaced by another, and is what the busy timeout is for; the file must be on
a local disk.
"""

import asyncio
import fcntl
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from referee.store.address import SqliteAddress
from referee.store.database import FAILURES, Database, unavailable
from referee.store.errors import StoreUnavailable, UnusableStore
from referee.store.grouping import Group

READERS = 4
WAIT_SECONDS = 5.0
"""For the writer's connection, and for another process's lock; below what an event may take in all."""
OPENING_SECONDS = 60.0
"""For another process that is opening the same file, and may be migrating it."""
PAGES_AT_ONCE = 2000

_OF_THE_FILE = ("PRAGMA auto_vacuum=INCREMENTAL", "PRAGMA journal_mode=WAL")
"""Kept in the file; the first has a meaning before the first table only, and both want the file for themselves."""
_OF_A_CONNECTION = ("PRAGMA synchronous=FULL", "PRAGMA journal_size_limit=67108864")


@asynccontextmanager
async def opening(address: SqliteAddress) -> AsyncIterator[None]:
    """Alone with the file: a lock file beside it, since neither WAL mode nor a migration can be set by two at once.

    Raises:
        UnusableStore: there is no directory to put the file into, or it may not be written.
        StoreUnavailable: another process holds the lock for too long.
    """
    lock = address.path.with_name(f"{address.path.name}.lock")
    try:
        file = lock.open("a")
    except OSError as error:
        raise UnusableStore(
            f"{address} cannot be opened: {error.strerror} ({lock}). Its directory must exist and be writable; in a"
            f" cluster it is a volume."
        ) from error
    with file:
        deadline = time.monotonic() + OPENING_SECONDS
        while not _taken(file.fileno()):
            if time.monotonic() > deadline:
                raise StoreUnavailable(f"{address} is being opened by another process since {OPENING_SECONDS:g} s")
            await asyncio.sleep(0.05)
        try:
            await asyncio.to_thread(_prepare, address.path)
        except sqlite3.Error as error:
            raise unavailable(str(address), error) from error
        yield


def open_sqlite(address: SqliteAddress) -> Database:
    """The file, made when it is first written to."""
    writer = _writer(address.path)
    return Database(
        name=str(address),
        writer=writer,
        group=Group(writer, WAIT_SECONDS),
        reader=_engine(address.path, READERS),
        failures=(*FAILURES, sqlite3.Error),
        give_back=partial(asyncio.to_thread, _shrink, address.path),
    )


def _writer(path: Path) -> AsyncEngine:
    engine = _engine(path, 1)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _engine(path: Path, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        connect_args={"timeout": WAIT_SECONDS},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's, adapted by SQLAlchemy
        connection.isolation_level = None  # else the driver begins transactions itself, as readers
        cursor = connection.cursor()
        for pragma in _OF_A_CONNECTION:
            cursor.execute(pragma)
        cursor.close()

    return engine


def _prepare(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as connection:
        for pragma in _OF_THE_FILE:
            connection.execute(pragma).fetchall()


def _shrink(path: Path) -> None:
    """Cut free pages off the file, some at a time, as long as nobody else has to wait for it.

    By `executescript`, since a statement of Python's driver that returns no rows is stepped once: one page.
    """
    with closing(sqlite3.connect(path, timeout=0)) as connection, suppress(sqlite3.OperationalError):
        free, before = _free_pages(connection), None
        while free not in (0, before):
            connection.executescript(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})")
            free, before = _free_pages(connection), free


def _free_pages(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA freelist_count").fetchone()[0])


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
