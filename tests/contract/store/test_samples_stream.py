import asyncio
import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from referee.store import RunRef, SampleRow, Store, StoredSample, Unstorable

MANY = 200_000
BATCH = 2_000
FLAT_BYTES = 24 * 1024 * 1024


def rows(first: int, number: int, **body: Any) -> list[SampleRow]:
    return [SampleRow(f"s{i}", 0, {"i": i, **body}) for i in range(first, first + number)]


async def read(store: Store, *args: Any, **kwargs: Any) -> list[StoredSample]:
    return [row async for row in store.samples.read(*args, **kwargs)]


async def test_samples_are_read_in_the_order_in_which_they_were_put(store: Store, run: RunRef) -> None:
    put = [SampleRow(name, epoch, {"answer": name * 3}) for name in ("z", "a", "10", "9") for epoch in (0, 1)]
    await store.journal.put(run, put[:3])
    await store.journal.put(run, put[3:])

    found = await read(store, run.job_uid)

    assert [SampleRow(row.sample_id, row.epoch, row.body) for row in found] == put
    assert {(row.index, row.attempt, row.child_uid) for row in found} == {(0, 1, run.child_uid)}


async def test_a_sample_that_comes_again_is_replaced_in_its_place(store: Store, run: RunRef) -> None:
    await store.journal.put(run, rows(0, 3))

    await store.journal.put(run, [SampleRow("s1", 0, {"answer": "new"}), SampleRow("s3", 0, {})])

    found = await read(store, run.job_uid)
    assert [row.sample_id for row in found] == ["s0", "s1", "s2", "s3"]
    assert found[1].body == {"answer": "new"}


async def test_of_the_same_sample_twice_in_a_batch_the_last_counts(store: Store, run: RunRef) -> None:
    await store.journal.put(run, [SampleRow("s", 0, {"n": 1}), SampleRow("s", 0, {"n": 2})])

    assert [row.body for row in await read(store, run.job_uid)] == [{"n": 2}]


async def test_no_samples_are_fine(store: Store, run: RunRef) -> None:
    await store.journal.put(run, [])

    assert await read(store, run.job_uid) == []
    assert await store.samples.count(run.job_uid) == 0


async def test_benchmarks_and_attempts_come_one_after_another(store: Store, run_of: Callable[..., RunRef]) -> None:
    for index, attempt in ((1, 1), (0, 2), (0, 1)):
        await store.journal.put(run_of(index, attempt), rows(0, 2))
    job = run_of().job_uid

    assert [(row.index, row.attempt, row.sample_id) for row in await read(store, job)] == [
        *((0, 1, "s0"), (0, 1, "s1"), (0, 2, "s0")),
        *((0, 2, "s1"), (1, 1, "s0"), (1, 1, "s1")),
    ]
    assert len(await read(store, job, 0)) == await store.samples.count(job, 0) == 4
    assert len(await read(store, job, 0, 2)) == await store.samples.count(job, 0, 2) == 2
    assert len(await read(store, job, attempt=1)) == await store.samples.count(job, attempt=1) == 4


async def test_another_jobs_samples_are_not_among_them(store: Store, run_of: Callable[..., RunRef]) -> None:
    await store.journal.put(run_of(job_uid="other"), rows(0, 2))

    assert await read(store, run_of().job_uid) == []


async def test_reading_continues_after_any_row(
    store: Store, run_of: Callable[..., RunRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.store.paging.PAGE_ROWS", 3)
    for index in range(2):
        await store.journal.put(run_of(index), rows(0, 7))
    job = run_of().job_uid
    everything = await read(store, job)

    for place, row in enumerate(everything):
        assert await read(store, job, after=row.cursor) == everything[place + 1 :]


async def test_who_follows_misses_nothing_that_is_written_meanwhile(store: Store, run: RunRef) -> None:
    """Two writers at once: places become visible in their order."""
    writing = [asyncio.create_task(_put_slowly(store, run, part)) for part in range(2)]
    seen: list[str] = []
    cursor: str | None = None
    while not all(task.done() for task in writing) or await _more(store, run, cursor):
        async for row in store.samples.read(run.job_uid, 0, 1, after=cursor):
            seen.append(row.sample_id)
            cursor = row.cursor
        await asyncio.sleep(0)
    await asyncio.gather(*writing)

    assert len(seen) == len(set(seen)) == 400
    assert await store.samples.count(run.job_uid) == 400


async def _put_slowly(store: Store, run: RunRef, part: int) -> None:
    for batch in range(40):
        await store.journal.put(run, rows(part * 1000 + batch * 5, 5))


async def _more(store: Store, run: RunRef, cursor: str | None) -> bool:
    async for _ in store.samples.read(run.job_uid, 0, 1, after=cursor):
        return True
    return False


async def test_a_page_ends_where_rows_are_large(store: Store, run: RunRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referee.store.paging.PAGE_BYTES", 10_000)
    put = [SampleRow(f"s{i}", 0, {"answer": "x" * size}) for i, size in enumerate((10, 9_000, 9_000, 30_000, 10))]
    await store.journal.put(run, put)

    assert [len(row.body["answer"]) for row in await read(store, run.job_uid)] == [10, 9_000, 9_000, 30_000, 10]


async def test_a_large_sample_is_an_object_and_reads_the_same(store: Store, run: RunRef, tmp_path: Any) -> None:
    large = SampleRow("id/with ../ anything?", 3, {"answer": "x" * 300_000})
    await store.journal.put(run, [*rows(0, 2), large])

    found = await read(store, run.job_uid)

    assert found[2].body == large.body
    assert len([path for path in (tmp_path / "artifacts").rglob("*") if path.is_file()]) == 1


async def test_a_large_sample_may_become_a_small_one(store: Store, run: RunRef) -> None:
    await store.journal.put(run, [SampleRow("s", 0, {"answer": "x" * 300_000})])
    await store.journal.put(run, [SampleRow("s", 0, {"answer": "short"})])

    assert [row.body for row in await read(store, run.job_uid)] == [{"answer": "short"}]


async def test_two_hundred_thousand_rows_are_read_in_the_memory_of_a_page(store: Store, run: RunRef) -> None:
    text = "a model's answer, of some length " * 8
    for first in range(0, MANY, BATCH):
        await store.journal.put(run, rows(first, BATCH, answer=text))
    gc.collect()

    before = peak_memory_from_here()
    number = 0
    async for row in store.samples.read(run.job_uid):
        assert row.body["i"] == number
        number += 1
    grown = peak_memory() - before

    assert number == await store.samples.count(run.job_uid) == MANY
    assert grown < FLAT_BYTES, f"{grown / 2**20:.1f} MiB for {MANY * len(text) / 2**20:.0f} MiB of answers"


def peak_memory_from_here() -> int:
    """What this process takes now; from here on the kernel counts its peak anew."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_memory()


def peak_memory() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.parametrize(
    "row",
    [
        SampleRow("", 0, {}),
        SampleRow("x" * 1025, 0, {}),
        SampleRow("a\0b", 0, {}),
        SampleRow("\ud800", 0, {}),
        SampleRow("s", -1, {}),
        SampleRow("s", 2**31, {}),
        SampleRow("s", 0, {"score": float("inf")}),
    ],
    ids=["no id", "long id", "NUL", "no Unicode", "negative epoch", "huge epoch", "infinite"],
)
async def test_a_row_that_cannot_be_kept_refuses_its_batch(store: Store, run: RunRef, row: SampleRow) -> None:
    with pytest.raises(Unstorable):
        await store.journal.put(run, [SampleRow("fine", 0, {}), row])

    assert await store.samples.count(run.job_uid) == 0


@pytest.mark.parametrize("cursor", ["", "1", "1.2.3", "1.2.3.4.5", "a.b.c.d", "-1.1.1.1", "1.1.1.99999999999999999999"])
async def test_what_is_no_cursor_is_the_callers_fault(store: Store, run: RunRef, cursor: str) -> None:
    with pytest.raises(Unstorable, match="cursor"):
        await read(store, run.job_uid, after=cursor)
