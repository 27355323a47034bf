import asyncio
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from referee.store import Store, StoreUnavailable, UnusableStore
from tests.testbed.postgresql import Postgresql

WRONG = "wr0ng-password"
USER = "rotated"


@pytest.fixture
def user(postgresql: Postgresql) -> Iterator[str]:
    """Somebody with a password of their own; `postgresql://` up to it."""
    postgresql.query(f"CREATE ROLE {USER} SUPERUSER LOGIN PASSWORD 'first'")
    yield f"postgresql://{USER}@127.0.0.1:{postgresql.port}/postgres"
    postgresql.query(f"DROP OWNED BY {USER}")
    postgresql.query(f"DROP ROLE {USER}")


async def answers(url: str) -> None:
    """Open a store whose tables go with the connection."""
    store = await Store.open(f"{url}{'&' if '?' in url else '?'}search_path=pg_temp")
    await store.ping()
    await store.close()


async def test_the_password_may_come_from_libpqs_environment(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "first")

    await answers(user)


async def test_a_password_in_a_file_may_change(user: str, postgresql: Postgresql, tmp_path: Path) -> None:
    file = tmp_path / "password"
    await asyncio.to_thread(file.write_text, "first\n")
    await answers(f"{user}?passwordfile={file}")
    postgresql.query(f"ALTER ROLE {USER} PASSWORD 'second'")
    with pytest.raises(StoreUnavailable, match="password authentication failed"):
        await answers(f"{user}?passwordfile={file}")

    await asyncio.to_thread(file.write_text, "second\n")

    await answers(f"{user}?passwordfile={file}")


async def test_a_file_that_is_not_there_is_named(user: str) -> None:
    with pytest.raises(StoreUnavailable, match="/missing/password"):
        await answers(f"{user}?passwordfile=/missing/password")


async def test_a_wrong_password_is_neither_told_nor_logged(
    postgresql: Postgresql, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = postgresql.url().replace(postgresql.password, WRONG)

    with pytest.raises(StoreUnavailable) as refused:
        await Store.open(url)

    causes: list[BaseException] = [refused.value]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    assert f"127.0.0.1:{postgresql.port}" in str(refused.value)
    assert WRONG not in " ".join(map(repr, causes)) + caplog.text


async def test_a_server_that_acknowledges_too_early_is_overruled(postgresql: Postgresql) -> None:
    postgresql.query("ALTER DATABASE postgres SET synchronous_commit = off")
    try:
        store = await Store.open(postgresql.url())
        shown = await store._database.read(lambda connection: connection.exec_driver_sql("SHOW synchronous_commit"))
        await store.close()
    finally:
        postgresql.query("ALTER DATABASE postgres RESET synchronous_commit")

    assert shown.scalar() == "on"


async def test_without_its_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "referee.store.postgresql" or name.startswith("asyncpg")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "asyncpg", None)  # an import of it fails as if it were not installed

    with pytest.raises(UnusableStore, match=r"referee\[postgresql\]"):
        await Store.open("postgresql://nobody@127.0.0.1:9/nothing")
