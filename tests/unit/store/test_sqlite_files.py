import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from referee.store import RunRef, SampleRow, Store, StoreUnavailable, UnusableStore

RUN = RunRef("team", "capitals", "job", "child", 0, 1)
FULL = 2


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "referee.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{file}")
    yield store
    await store.close()


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", FULL), ("busy_timeout", 5000)])
async def test_a_commit_is_on_disk_when_it_returns(store: Store, pragma: str, value: object) -> None:
    statement = text(f"PRAGMA {pragma}")

    assert (await store._database.write(lambda connection: connection.execute(statement))).scalar() == value


async def test_readers_go_on_while_something_is_written(store: Store, file: Path) -> None:
    await store.journal.put(RUN, [SampleRow("s", 0, {})])
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM samples")

        assert await store.samples.count("job") == 1

        other.execute("ROLLBACK")
    other.close()


async def test_many_writers_wait_for_one_another(store: Store) -> None:
    await asyncio.gather(*(store.journal.put(RUN, [SampleRow(f"s{i}", 0, {})]) for i in range(50)))

    assert await store.samples.count("job") == 50


async def test_another_process_that_keeps_the_file_locked_is_waited_for_a_while(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.store.sqlite.WAIT_SECONDS", 0.2)
    store = await Store.open(f"sqlite:///{file}")
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await store.results.put(RUN, "sha256:1", {})
        other.execute("ROLLBACK")
    other.close()

    await store.results.put(RUN, "sha256:1", {})
    await store.close()


async def test_a_full_disk_is_unavailable_until_there_is_room(store: Store) -> None:
    """SQLite's own limit of pages, which fails as a disk does."""
    limit = "PRAGMA max_page_count={}"
    await store._database.write(lambda connection: connection.exec_driver_sql(limit.format(1)))
    large = [SampleRow(f"s{i}", 0, {"answer": "x" * 10_000}) for i in range(100)]

    with pytest.raises(StoreUnavailable, match="full"):
        await store.journal.put(RUN, large)
    await store._database.write(lambda connection: connection.exec_driver_sql(limit.format(1_000_000)))
    await store.journal.put(RUN, large)

    assert await store.samples.count("job") == 100


async def test_a_file_gets_smaller_when_much_is_forgotten(store: Store, file: Path) -> None:
    for batch in range(10):
        await store.journal.put(RUN, [SampleRow(f"{batch}-{i}", 0, {"answer": "x" * 5000}) for i in range(200)])
    before = _size(file)

    await store.forget("job")

    assert before > 8_000_000
    assert _size(file) < before / 4


async def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableStore, match=f"{tmp_path}/missing/referee.db.*must exist and be writable"):
        await Store.open(f"sqlite:///{tmp_path}/missing/referee.db")


def test_a_file_that_is_no_database_is_not_touched(file: Path) -> None:
    content = b"a thesis, not a database\n" * 100
    file.write_bytes(content)

    with pytest.raises(StoreUnavailable, match="not a database"):
        asyncio.run(Store.open(f"sqlite:///{file}"))

    assert file.read_bytes() == content


async def test_an_object_in_a_directory_is_on_disk_when_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "artifacts"
    synced: list[Path] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    store = await Store.open(f"sqlite:///{tmp_path}/referee.db", str(root))
    monkeypatch.setattr("os.fsync", noted)
    await store.artifacts.put(RUN, "notes", b"notes")
    await store.close()

    (file,) = (path for path in root.rglob("*") if path.is_file())
    assert synced == [file, *(parent for parent in file.parents if parent.is_relative_to(root))]


def _size(file: Path) -> int:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    return file.stat().st_size
