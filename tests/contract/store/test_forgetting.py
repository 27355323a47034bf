import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from referee.store import RunRef, SampleRow, ScoreRow, Store, StoreUnavailable
from referee.store.objects import Objects
from referee.store.removal import Removal

LARGE = {"metrics": ["x" * 1000] * 1000}


async def fill(store: Store, run: RunRef) -> None:
    """Something of every kind."""
    await store.results.put(run, "sha256:1", LARGE)
    await store.journal.put(run, [SampleRow(f"s{i}", 0, {"i": i}) for i in range(25)])
    await store.journal.put(run, [SampleRow("large", 0, {"answer": "x" * 300_000})])
    await store.journal.put(run, made=[ScoreRow(f"s{i}", 0, "tone", "judge", value=1.0) for i in range(25)])
    await store.postings.put(run, made=[ScoreRow("s0", 0, "tone", "judge", value=1.0)])
    await store.logs.put(run, "pod", "adapter", "2026-01-01T00:00:00Z line\n")
    await store.artifacts.put(run, "notes", b"notes")


async def kept(store: Store, job_uid: str) -> list[int]:
    return [
        len([item async for item in store.results.of_job(job_uid)]),
        len([item async for item in store.samples.read(job_uid)]),
        len([item async for item in store.scores.read(job_uid)]),
        len([item async for item in store.logs.read(job_uid)]),
        len([item async for item in store.artifacts.of_job(job_uid)]),
    ]


def objects(directory: Path) -> list[Path]:
    return [path for path in (directory / "artifacts").rglob("*") if path.is_file()]


ALL, NOTHING = [1, 26, 25, 1, 1], [0, 0, 0, 0, 0]


async def test_a_forgotten_job_leaves_nothing(
    store: Store, run_of: Callable[..., RunRef], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.store.removal.ROWS_AT_ONCE", 10)
    monkeypatch.setattr("referee.store.objects.LISTED_AT_ONCE", 2)
    mine, other = run_of(), run_of(job_uid="other")
    for run in (mine, other):
        await fill(store, run)

    assert await store.forget(mine.job_uid) == 1

    assert await kept(store, mine.job_uid) == NOTHING
    assert await kept(store, "other") == ALL
    assert len(objects(tmp_path)) == 3
    assert all("other" in str(path) for path in objects(tmp_path))


async def test_forgetting_what_is_not_there_is_fine(store: Store) -> None:
    assert await store.forget("nothing") == 0


async def test_what_was_last_written_before_expires(store: Store, run_of: Callable[..., RunRef]) -> None:
    old, touched, new = run_of(0), run_of(1), run_of(2)
    for run in (old, touched):
        await fill(store, run)
    await asyncio.sleep(0.01)
    then = datetime.now(UTC)
    await asyncio.sleep(0.01)
    await store.journal.put(touched, [SampleRow("late", 0, {})])
    await fill(store, new)

    assert await store.expire(then) == 1

    assert {row.index async for row in store.samples.read(old.job_uid)} == {1, 2}
    assert await store.expire(then) == 0


async def test_many_runs_expire_in_batches(
    store: Store, run_of: Callable[..., RunRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.store.removal.RUNS_AT_ONCE", 3)
    for index in range(8):
        await store.journal.put(run_of(index), [SampleRow("s", 0, {})])

    assert await store.expire(datetime.now(UTC) + timedelta(seconds=1)) == 8
    assert await store.samples.count(run_of().job_uid) == 0


async def test_a_run_that_is_written_again_is_a_new_one(store: Store, run: RunRef) -> None:
    await fill(store, run)
    await store.forget(run.job_uid)

    await fill(store, run)

    assert await kept(store, run.job_uid) == ALL


async def test_what_is_forgotten_is_gone_for_readers_before_it_is_swept(
    store: Store, run: RunRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(_: Removal) -> None:
        await asyncio.sleep(0)

    await fill(store, run)
    with monkeypatch.context() as patched:
        patched.setattr(Removal, "sweep", killed)
        await store.forget(run.job_uid)
    assert await kept(store, run.job_uid) == NOTHING
    await fill(store, run)

    await store.forget("another")

    assert await kept(store, run.job_uid) == ALL


async def test_two_gateways_may_remove_the_same(url: str, store: Store, run: RunRef, tmp_path: Path) -> None:
    other = await Store.open(url, str(tmp_path / "artifacts"))
    await fill(store, run)

    removed = await asyncio.gather(store.forget(run.job_uid), other.forget(run.job_uid))
    await other.close()

    assert sum(removed) == 1
    assert objects(tmp_path) == []


async def test_writing_goes_on_while_a_large_job_is_forgotten(store: Store, run_of: Callable[..., RunRef]) -> None:
    large, other = run_of(), run_of(job_uid="other")
    for first in range(0, 20_000, 2_000):
        await store.journal.put(large, [SampleRow(f"s{first + i}", 0, {}) for i in range(2_000)])

    forgetting = asyncio.create_task(store.forget(large.job_uid))
    number = 0
    while not forgetting.done():
        await store.journal.put(other, [SampleRow(f"s{number}", 0, {})])
        number += 1

    assert await forgetting == 1
    assert await store.samples.count("other") == number > 1


def refusing(monkeypatch: pytest.MonkeyPatch, refused: set[str]) -> list[str]:
    """Objects of these jobs cannot be removed, as where a bucket holds them; what was tried."""
    remove, tried = Objects.remove, list[str]()

    async def refuse(self: Objects, prefix: str) -> None:
        job = prefix.split("/")[1]
        tried.append(job)
        if job in refused:
            raise StoreUnavailable("no")
        await remove(self, prefix)

    monkeypatch.setattr(Objects, "remove", refuse)
    return tried


async def test_objects_that_cannot_be_removed_hold_up_no_others(
    store: Store, run_of: Callable[..., RunRef], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.store.removal.RUNS_AT_ONCE", 1)
    for job in ("held", "free"):
        await fill(store, run_of(job_uid=job))
    with monkeypatch.context() as patched:
        refusing(patched, {"held"})
        for job in ("held", "free"):
            with pytest.raises(StoreUnavailable):
                await store.forget(job)
        assert len(objects(tmp_path)) == 3
        assert all("held" in str(path) for path in objects(tmp_path))

    assert await store.forget("held") == 0

    assert objects(tmp_path) == []


async def test_an_object_store_that_removes_nothing_is_soon_left_alone_and_all_get_their_turn(
    store: Store, run_of: Callable[..., RunRef], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.store.removal.REFUSED_AT_MOST", 2)
    held = {"held-1", "held-2", "held-3"}
    with monkeypatch.context() as patched:
        tried = refusing(patched, held)
        for job in (*sorted(held), "free"):
            await fill(store, run_of(job_uid=job))
            with pytest.raises(StoreUnavailable):
                await store.forget(job)
        for _ in range(2):
            tried.clear()
            with pytest.raises(StoreUnavailable):
                await store.forget("nothing")
            assert len(tried) <= 3

        assert not any("free" in str(path) for path in objects(tmp_path))

    assert await store.forget("nothing") == 0
    assert objects(tmp_path) == []
