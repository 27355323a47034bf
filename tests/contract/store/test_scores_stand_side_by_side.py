import dataclasses
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from referee.store import RunRef, ScoreRow, Store, Unstorable

FULL = ScoreRow(
    "s1", 0, "correctness", "judge-1", "scored", 0.5, "partly", "it says so", ({"value": 1}, 0), None, None, 1.25
)


async def kept(store: Store, run: RunRef) -> list[ScoreRow]:
    names = [field.name for field in dataclasses.fields(ScoreRow)]
    return [ScoreRow(*(getattr(row, name) for name in names)) async for row in store.scores.read(run.job_uid)]


async def test_a_score_is_read_as_it_was_put(store: Store, run: RunRef) -> None:
    failed = ScoreRow("s2", 1, "correctness", "judge-1", "unscored", cause="evaluator", error="the judge timed out")
    await store.journal.put(run, made=[FULL, failed])

    assert await kept(store, run) == [FULL, failed]


async def test_evaluators_and_sources_of_one_sample_stand_side_by_side(store: Store, run: RunRef) -> None:
    rows = [
        ScoreRow("s1", 0, evaluator, source, value=1.0)
        for evaluator in ("tone", "length")
        for source in ("judge", "anna")
    ]
    await store.journal.put(run, made=rows)

    assert await kept(store, run) == rows


async def test_a_source_that_scores_again_replaces_its_own(store: Store, run: RunRef) -> None:
    other = dataclasses.replace(FULL, source="judge-2")
    await store.journal.put(run, made=[FULL, other])

    again = ScoreRow("s1", 0, "correctness", "judge-1", label="wrong")
    await store.journal.put(run, made=[again])

    assert await kept(store, run) == [again, other]


async def test_scores_are_counted_and_read_by_benchmark_and_attempt(
    store: Store, run_of: Callable[..., RunRef]
) -> None:
    for index, attempt in ((1, 1), (0, 2), (0, 1)):
        await store.journal.put(run_of(index, attempt), made=[FULL])
    job = run_of().job_uid

    found = [row async for row in store.scores.read(job)]

    assert [(row.index, row.attempt) for row in found] == [(0, 1), (0, 2), (1, 1)]
    assert await store.scores.count(job) == 3
    assert [row async for row in store.scores.read(job, 0, 2)] == [found[1]]
    assert [row async for row in store.scores.read(job, after=found[1].cursor)] == [found[2]]


async def test_what_no_database_takes_in_a_judges_text_is_replaced(store: Store, run: RunRef) -> None:
    await store.journal.put(run, made=[dataclasses.replace(FULL, explanation="a\0b \ud800")])

    (row,) = await kept(store, run)
    assert row.explanation == "a\N{REPLACEMENT CHARACTER}b ?"


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": float("nan")},
        {"duration": float("inf")},
        {"evaluator": ""},
        {"source": "a\0"},
        {"epoch": -1},
        {"outcome": "odd"},
    ],
    ids=str,
)
async def test_a_row_that_cannot_be_kept_refuses_its_batch(store: Store, run: RunRef, wrong: dict[str, Any]) -> None:
    with pytest.raises(Unstorable):
        await store.journal.put(run, made=[FULL, dataclasses.replace(FULL, **wrong)])

    assert await store.scores.count(run.job_uid) == 0


async def test_three_parts_of_a_key_fit_that_are_as_long_as_may_be(store: Store, run: RunRef) -> None:
    """Letters in no order, which a database cannot compress into its limit."""
    sample, evaluator, source = (secrets.token_urlsafe(size)[:size] for size in (1024, 512, 512))
    await store.journal.put(run, made=[dataclasses.replace(FULL, sample_id=sample, evaluator=evaluator, source=source)])

    assert await store.scores.count(run.job_uid) == 1


@pytest.mark.parametrize("name", ["evaluator", "source"])
async def test_a_part_of_a_key_that_is_too_long_is_the_callers_fault(store: Store, run: RunRef, name: str) -> None:
    wrong: dict[str, Any] = {name: "x" * 513}

    with pytest.raises(Unstorable, match=f"{name} must have 1 to 512 bytes"):
        await store.journal.put(run, made=[dataclasses.replace(FULL, **wrong)])
