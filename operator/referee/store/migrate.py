"""Brings the tables to what this version needs, before anything is read or written.

Migrations are files of this package (`migrations/versions`), run by Alembic in one transaction under a lock: of
gateways that start together one migrates and the others find it done. On PostgreSQL the lock is an advisory one of that
transaction, so it goes with a connection that dies; on SQLite it is the lock file of `sqlite.opening`. There is no way
back: an older gateway refuses tables that a newer one has changed.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from referee.store.address import Address, PostgresqlAddress
from referee.store.database import Database
from referee.store.errors import UnusableStore
from referee.store.sqlite import open_sqlite, opening

VERSION_TABLE = "schema_version"
_LOCK = 0x72656665726565
"""Of PostgreSQL's advisory locks the one that is ours: "referee" in hexadecimal."""


async def opened(address: Address) -> Database:
    """The database with tables as they should be.

    Raises:
        StoreUnavailable: it does not answer.
        UnusableStore: it is none that this version can use.
    """
    if isinstance(address, PostgresqlAddress):
        return await _opened_postgresql(address)
    database = open_sqlite(address)
    try:
        async with opening(address):
            await database.write(_upgrade)
    except BaseException:
        await database.close()
        raise
    return database


async def _opened_postgresql(address: PostgresqlAddress) -> Database:
    try:
        from referee.store.postgresql import open_for_migration, open_postgresql  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UnusableStore("PostgreSQL needs its driver: install referee[postgresql]") from error
    once = open_for_migration(address)
    try:
        await once.write(_locked_upgrade)
    finally:
        await once.close()
    return open_postgresql(address)


async def _locked_upgrade(connection: AsyncConnection) -> None:
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    await _upgrade(connection)


async def _upgrade(connection: AsyncConnection) -> None:
    await connection.run_sync(_run_alembic)


def _run_alembic(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UnusableStore(
            f"the store's tables were made by a newer version of Referee ({error}): run that version, or restore the"
            f" backup from before it"
        ) from error
