"""One child's uid, named in two namespaces or for two jobs: whoever names it first has nothing of the other's."""

from dataclasses import replace

import pytest

from referee.store import RunRef, SampleRow, Store


@pytest.mark.parametrize("job_uid", [None, "theirs"], ids=["the same job", "another job"])
async def test_who_names_a_child_first_has_only_what_is_their_own(
    store: Store, run: RunRef, job_uid: str | None
) -> None:
    theirs = replace(run, namespace="intruder", job_uid=job_uid or run.job_uid)
    await store.logs.put(theirs, "pod", "adapter", "2026-01-01T00:00:00Z theirs\n")

    await store.journal.put(run, [SampleRow("s", 0, {"answer": "mine"})])
    await store.results.put(run, "sha256:1", {"n": 1})

    assert {piece.run async for piece in store.logs.read(theirs.job_uid)} == {theirs}
    assert {result.run async for result in store.results.of_job(run.job_uid)} == {run}
    assert await store.samples.count(run.job_uid) == 1
    assert await store.samples.count("theirs") == 0


async def test_forgetting_one_of_them_leaves_the_other(store: Store, run: RunRef) -> None:
    theirs = replace(run, namespace="intruder", job_uid="theirs-too")
    for each in (theirs, run):
        await store.journal.put(each, [SampleRow("s", 0, {})])

    assert await store.forget(theirs.job_uid) == 1

    assert await store.samples.count(run.job_uid) == 1
