"""A journal: samples with their scores, and all attempts of one plan in one reading."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from referee.store import JournalRef, RunRef, SampleRow, ScoreRow, Store, Unstorable


def score(sample: str, evaluator: str = "exact", **fields: object) -> ScoreRow:
    return ScoreRow(sample, 1, evaluator, "adapter", **fields)  # type: ignore[arg-type]  # a test's fields


def journal(run: RunRef, first: int = 1, last: int | None = None) -> JournalRef:
    return JournalRef(run.namespace, run.job_uid, run.index, first, last)


async def samples(store: Store, ref: JournalRef, after: str | None = None) -> list[tuple[object, int]]:
    return [(json.loads(row.text), row.attempt) async for row in store.journal.samples(ref, after)]


async def test_samples_and_their_scores_are_one_batch(store: Store, run: RunRef) -> None:
    await store.journal.put(run, [SampleRow("a", 1, {"output": "Bern"})], [score("a", value=1.0), score("b")])

    assert await samples(store, journal(run)) == [({"output": "Bern"}, 1)]
    assert [(row.sample_id, row.value) async for row in store.journal.scores(journal(run))] == [("a", 1.0), ("b", None)]


async def test_a_score_that_cannot_be_kept_takes_its_batch_along(store: Store, run: RunRef) -> None:
    with pytest.raises(Unstorable):
        await store.journal.put(run, [SampleRow("a", 1, {})], [score("a", value=float("nan"))])

    assert await samples(store, journal(run)) == []


async def test_a_reading_has_the_attempts_of_its_plan_in_their_order(
    store: Store, run_of: Callable[..., RunRef]
) -> None:
    runs = [run_of(0, attempt) for attempt in (3, 1, 2, 4)]
    for run in (*runs, run_of(1, 2)):
        await store.journal.put(run, [SampleRow("a", 1, {"of": run.attempt})], [score("a", value=run.attempt)])

    assert await samples(store, journal(runs[0], 2)) == [({"of": attempt}, attempt) for attempt in (2, 3, 4)]
    assert await samples(store, journal(runs[0], 2, 3)) == [({"of": attempt}, attempt) for attempt in (2, 3)]
    assert [row.attempt async for row in store.journal.scores(journal(runs[0], 3))] == [3, 4]


async def test_a_reading_goes_on_after_its_cursor(store: Store, run_of: Callable[..., RunRef]) -> None:
    runs = [run_of(0, attempt) for attempt in (1, 2)]
    for run in runs:
        rows = [SampleRow(f"s{number}", 1, {"n": number}) for number in range(3)]
        await store.journal.put(run, rows, [score(row.sample_id) for row in rows])

    found = [row async for row in store.journal.samples(journal(runs[0]))]
    for place, row in enumerate(found):
        assert len(await samples(store, journal(runs[0]), row.cursor)) == 5 - place


async def test_another_tenants_job_is_nobodys_journal(store: Store, run: RunRef) -> None:
    await store.journal.put(run, [SampleRow("a", 1, {})])

    assert await samples(store, JournalRef("rivals", run.job_uid, run.index, 1)) == []


async def test_what_somebody_reads_is_not_old(store: Store, run_of: Callable[..., RunRef]) -> None:
    runs = [run_of(0, attempt) for attempt in (1, 2)]
    for run in runs:
        await store.journal.put(run, [SampleRow("a", 1, {})])
    await asyncio.sleep(0.01)
    since = datetime.now(UTC)
    await asyncio.sleep(0.01)

    await store.journal.touch(journal(runs[0], 2))
    await store.expire(since)

    assert [attempt for _, attempt in await samples(store, journal(runs[0]))] == [2]


async def test_a_large_record_is_read_like_any_other(store: Store, run: RunRef) -> None:
    body = {"output": "x" * 300_000}
    await store.journal.put(run, [SampleRow("a", 1, body)], [score("a")])

    assert await samples(store, journal(run)) == [(body, 1)]


async def test_of_many_writers_at_once_one_that_fails_fails_alone(store: Store, run_of: Callable[..., RunRef]) -> None:
    """Ours has a place in the table that the rows of others want, too."""
    runs = [run_of(0, attempt) for attempt in range(1, 41)]

    async def put(run: RunRef) -> bool:
        epoch = 2**31 if run.attempt % 10 == 0 else 1  # more than PostgreSQL's integer has, and than we let through
        try:
            await store.journal.put(run, [SampleRow("a", epoch, {"of": run.attempt})], [score("a")])
        except Unstorable:
            return False
        return True

    done = await asyncio.gather(*map(put, runs))

    assert done == [run.attempt % 10 != 0 for run in runs]
    assert len(await samples(store, journal(runs[0]))) == 36


async def test_a_writer_that_is_cancelled_holds_up_nobody(store: Store, run_of: Callable[..., RunRef]) -> None:
    runs = [run_of(0, attempt) for attempt in range(1, 31)]
    tasks = [asyncio.create_task(store.journal.put(run, [SampleRow("a", 1, {})])) for run in runs]
    await asyncio.sleep(0)
    for task in tasks[::3]:
        task.cancel()

    ended = await asyncio.gather(*tasks, return_exceptions=True)

    kept = {attempt for _, attempt in await samples(store, journal(runs[0]))}
    acknowledged = {run.attempt for run, result in zip(runs, ended, strict=True) if result is None}
    assert acknowledged <= kept
    assert len(acknowledged) >= 20
