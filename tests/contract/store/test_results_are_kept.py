from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from referee.store import RunRef, Store, Unstorable

DOCUMENT: dict[str, Any] = {"status": "Completed", "metrics": [{"name": "acc", "value": 0.5}], "note": "schön, 漢字"}
LARGE = {"metrics": ["x" * 1000] * 1000}


async def test_a_result_is_read_as_it_was_put(store: Store, run: RunRef) -> None:
    await store.results.put(run, "sha256:1", DOCUMENT)

    found = await store.results.get(run.child_uid, run.job_uid, run.index, "sha256:1")

    assert found is not None
    assert (found.run, found.digest, found.document) == (run, "sha256:1", DOCUMENT)
    assert abs(datetime.now(UTC) - found.stored_at) < timedelta(minutes=1)


async def test_putting_it_again_makes_no_second_one(store: Store, run: RunRef) -> None:
    for _ in range(3):
        await store.results.put(run, "sha256:1", DOCUMENT)

    assert [result.digest async for result in store.results.of_job(run.job_uid)] == ["sha256:1"]


async def test_every_document_of_a_run_is_kept(store: Store, run: RunRef) -> None:
    await store.results.put(run, "sha256:partial", {"n": 1})
    await store.results.put(run, "sha256:final", {"n": 2})

    kept = [(result.digest, result.document) async for result in store.results.of_job(run.job_uid)]

    assert kept == [("sha256:partial", {"n": 1}), ("sha256:final", {"n": 2})]


async def test_a_child_that_is_not_known_is_found_by_its_benchmark(store: Store, run_of: Callable[..., RunRef]) -> None:
    first, second = run_of(0), run_of(1)
    await store.results.put(first, "sha256:1", {"of": "first"})
    await store.results.put(second, "sha256:1", {"of": "second"})

    found = await store.results.get(None, second.job_uid, 1, "sha256:1")

    assert found is not None
    assert found.document == {"of": "second"}


@pytest.mark.parametrize(
    "asked", [("other", 0, "sha256:1"), (None, 1, "sha256:1"), (None, 0, "sha256:2")], ids=["child", "index", "digest"]
)
async def test_what_was_not_put_is_not_there(store: Store, run: RunRef, asked: tuple[str | None, int, str]) -> None:
    child, index, digest = asked
    await store.results.put(run, "sha256:1", DOCUMENT)

    assert await store.results.get(child, run.job_uid, index, digest) is None


async def test_results_of_a_job_come_by_benchmark_and_attempt(store: Store, run_of: Callable[..., RunRef]) -> None:
    runs = [run_of(index, attempt) for index, attempt in ((2, 1), (0, 2), (10, 1), (0, 1))]
    for run in runs:
        await store.results.put(run, "sha256:1", DOCUMENT)

    order = [(r.run.index, r.run.attempt) async for r in store.results.of_job(runs[0].job_uid)]

    assert order == [(0, 1), (0, 2), (2, 1), (10, 1)]


async def test_a_large_result_is_an_object_and_reads_the_same(store: Store, run: RunRef, tmp_path: Any) -> None:
    await store.results.put(run, "sha256:1", LARGE)

    found = await store.results.get(None, run.job_uid, 0, "sha256:1")

    assert found is not None
    assert found.document == LARGE
    assert [path.name for path in (tmp_path / "artifacts").rglob("*") if path.is_file()] == ["sha256-1"]


async def test_a_large_result_stays_in_the_database_where_there_is_no_place_for_objects(url: str, run: RunRef) -> None:
    store = await Store.open(url)
    await store.results.put(run, "sha256:1", LARGE)

    found = await store.results.get(None, run.job_uid, 0, "sha256:1")
    await store.close()

    assert found is not None
    assert found.document == LARGE


@pytest.mark.parametrize("text", ["a NUL \0 in it", "half a pair \ud83d", "\U0001f600", "\x1b[31m"])
async def test_any_text_that_json_allows_is_kept(store: Store, run: RunRef, text: str) -> None:
    await store.results.put(run, "sha256:1", {text: [text]})

    found = await store.results.get(None, run.job_uid, 0, "sha256:1")

    assert found is not None
    assert found.document == {text: [text]}


@pytest.mark.parametrize(
    ("digest", "document"),
    [("", {}), ("../up", {}), ("sha256:1", {"acc": float("nan")}), ("sha256:1", {"acc": {1, 2}})],
    ids=["no digest", "a path", "NaN", "no JSON type"],
)
async def test_what_is_no_result_is_the_callers_fault(
    store: Store, run: RunRef, digest: str, document: dict[str, Any]
) -> None:
    with pytest.raises(Unstorable):
        await store.results.put(run, digest, document)
