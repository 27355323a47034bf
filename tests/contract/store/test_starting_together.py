import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, column, table, update

from referee.store import RunRef, Store, UnusableStore
from referee.store.address import address_of
from referee.store.migrate import VERSION_TABLE, opened
from referee.store.tables import METADATA

VERSION = table(VERSION_TABLE, column("version_num"))


async def test_of_gateways_that_start_together_one_migrates(url: str, run: RunRef) -> None:
    stores = await asyncio.gather(*(Store.open(url) for _ in range(6)))

    for number, store in enumerate(stores):
        await store.results.put(run, f"sha256:{number}", {})
    assert len([r async for r in stores[0].results.of_job(run.job_uid)]) == 6
    for store in stores:
        await store.close()


async def test_opening_again_keeps_what_is_there(url: str, run: RunRef) -> None:
    for number in range(2):
        store = await Store.open(url)
        await store.results.put(run, f"sha256:{number}", {})
        kept = [r.digest async for r in store.results.of_job(run.job_uid)]
        await store.close()

    assert kept == ["sha256:0", "sha256:1"]


async def test_tables_of_a_newer_version_are_refused(url: str) -> None:
    database = await opened(address_of(url))
    await database.write(lambda connection: connection.execute(update(VERSION).values(version_num="9")))
    await database.close()

    with pytest.raises(UnusableStore, match="newer version of Referee"):
        await Store.open(url)


async def test_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    database = await opened(address_of(url))

    def differences(connection: Connection) -> Sequence[Any]:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        found: Sequence[Any] = compare_metadata(context, METADATA)
        return found

    found = await database.read(lambda connection: connection.run_sync(differences))
    await database.close()

    assert found == []
