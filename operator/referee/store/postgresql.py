"""PostgreSQL through asyncpg: a bounded pool, and nothing that waits without an end.

asyncpg reads the URL itself, by libpq's rules, and not SQLAlchemy, which knows neither `sslmode` nor PGPASSWORD. Limits
are set in the session after connecting rather than in the startup packet, which poolers refuse. A server that is set to
acknowledge commits before they are on disk is overruled for our sessions; a stricter setting is left.

A statement has a limit on the server, which frees its locks, and a longer one here, for a server that is gone without
a word.
"""

import asyncio
import functools
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no stubs of its own
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from referee.store.address import PostgresqlAddress
from referee.store.database import FAILURES, Database

CONNECTIONS = 10
"""Of one gateway at most; a server takes 100 unless told otherwise."""
CONNECT_SECONDS = 4.0
WAIT_SECONDS = 4.0
"""For a free connection of the pool, and for another transaction's lock."""
STATEMENT_SECONDS = 6.0
CLIENT_SECONDS = 8.0
"""Below the 9 s after which an event is answered in any case."""
RECYCLE_SECONDS = 1800
"""A connection's age at most: balancers and firewalls forget older ones."""

_FAILURES = (*FAILURES, asyncpg.PostgresError, asyncpg.InterfaceError)
_SETTINGS = """
SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
       set_config('idle_in_transaction_session_timeout', $1, false),
       CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END
"""


def open_postgresql(address: PostgresqlAddress) -> Database:
    """The server; connected to when it is first needed."""
    engine = _engine(address, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=WAIT_SECONDS)
    reader = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Database(name=str(address), writer=engine, reader=reader, failures=_FAILURES)


def open_for_migration(address: PostgresqlAddress) -> Database:
    """The server for one connection that may take its time."""
    engine = _engine(address, poolclass=NullPool, limited=False)
    return Database(name=str(address), writer=engine, reader=engine, failures=_FAILURES)


def _engine(address: PostgresqlAddress, *, limited: bool = True, **pool: Any) -> AsyncEngine:  # noqa: ANN401 - SQLAlchemy's
    connect = functools.partial(_connect, address, limited=limited)
    if limited:
        pool["pool_recycle"] = RECYCLE_SECONDS
    return create_async_engine("postgresql+asyncpg://", async_creator=connect, **pool)


async def _connect(address: PostgresqlAddress, *, limited: bool) -> asyncpg.Connection:
    password: dict[str, Any] = {}
    if address.password_file is not None:
        password["password"] = await asyncio.to_thread(_password, address)
    connection = await asyncpg.connect(
        address.dsn,
        timeout=CONNECT_SECONDS,
        command_timeout=CLIENT_SECONDS if limited else None,
        server_settings={"application_name": "referee-gateway"},
        **password,
    )
    seconds = (STATEMENT_SECONDS, WAIT_SECONDS) if limited else (0, 0)
    try:
        await connection.execute(_SETTINGS, *(f"{limit * 1000:.0f}" for limit in seconds))
    except BaseException:
        connection.terminate()
        raise
    return connection


def _password(address: PostgresqlAddress) -> str:
    assert address.password_file is not None  # noqa: S101 - for the type checker; the caller looked
    return address.password_file.read_text().rstrip("\r\n")
