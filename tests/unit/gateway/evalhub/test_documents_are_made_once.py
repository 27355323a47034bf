"""A job's document is made once for each version of what it shows, and never kept with less than there is."""

import json
from datetime import UTC, datetime
from typing import Any
from unittest.mock import MagicMock

import pytest

from referee.gateway.evalhub.rendering import Rendering
from referee.gateway.objects import JobEntry, Objects
from referee.gateway.watched import Watched
from referee.store import RunRef, StoredResult, StoreUnavailable

Json = dict[str, Any]
METRIC = {"name": "acc", "value": 0.5}


class Results:
    """The store's part, with one document."""

    def __init__(self) -> None:
        self.asked = 0
        self.down = False

    async def get(self, child_uid: str | None, job_uid: str, index: int, digest: str) -> StoredResult | None:
        assert child_uid is None
        self.asked += 1
        if self.down:
            raise StoreUnavailable("no database")
        run = RunRef("team", "j", job_uid, "c", index, 1)
        document = {"metrics": [{"name": "acc", "value": 0.5}], "artifacts": {"a": 1}}
        return StoredResult(run, digest, document, datetime.now(UTC))


@pytest.fixture
def watched() -> Watched:
    return Watched(MagicMock(), ["team"])


@pytest.fixture
def results() -> Results:
    return Results()


@pytest.fixture
def rendering(watched: Watched, results: Results) -> Rendering:
    store = MagicMock()
    store.results = results
    return Rendering(Objects(watched), store)


def job(version: int = 1, phase: str = "Completed", metrics: int = 1, **spec: Any) -> Json:
    benchmark = {
        "index": 0,
        "id": "arc",
        "provider": "p",
        "phase": "Completed" if phase == "Completed" else "Running",
        "metrics": [{**METRIC, "name": f"m{number}"} for number in range(metrics)],
        "resultDigest": "d",
    }
    chosen = spec or {"benchmarks": [{"id": "arc", "provider": "p"}]}
    return {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "metadata": {
            "name": "j",
            "namespace": "team",
            "uid": "u",
            "resourceVersion": str(version),
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {"model": {"url": "http://m", "name": "m"}, **chosen},
        "status": {} if spec else {"phase": phase, "benchmarks": [benchmark]},
    }


def child(version: int, phase: str, attempt: int = 1) -> Json:
    owner = {"apiVersion": "referee.dev/v1alpha1", "kind": "EvaluationJob", "controller": True, "name": "j", "uid": "u"}
    return {
        "metadata": {
            "name": f"j-0-{attempt}",
            "namespace": "team",
            "uid": f"c{attempt}",
            "resourceVersion": str(version),
            "ownerReferences": [owner],
            "labels": {"referee.dev/benchmark-index": "0", "referee.dev/attempt": str(attempt)},
            "annotations": {"referee.dev/progress": json.dumps({"done": 1, "phase": phase})},
        },
        "spec": {},
    }


def stand(watched: Watched, obj: Json) -> JobEntry:
    watched.upsert(obj)
    entry = watched.evaluations.get(("team", "j"))
    assert entry is not None
    return entry


async def test_the_store_is_asked_once_for_a_version(watched: Watched, rendering: Rendering, results: Results) -> None:
    entry = stand(watched, job())

    first = await rendering.body(entry)
    again = await rendering.body(entry)

    assert again is first
    assert results.asked == 1
    assert json.loads(first)["results"]["benchmarks"][0]["artifacts"] == {"a": 1}
    await rendering.body(stand(watched, job(version=2)))
    assert results.asked == 2


async def test_a_list_asks_the_store_only_for_what_the_resource_may_lack(
    watched: Watched, rendering: Rendering, results: Results
) -> None:
    await rendering.body(stand(watched, job()), brief=True)
    assert results.asked == 0

    await rendering.body(stand(watched, job(version=2, metrics=8)), brief=True)
    assert results.asked == 1


async def test_without_the_store_the_resource_is_shown_and_not_kept(
    watched: Watched, rendering: Rendering, results: Results
) -> None:
    entry = stand(watched, job())
    results.down = True
    less = json.loads(await rendering.body(entry))
    results.down = False

    assert less["results"]["benchmarks"][0]["metrics"] == {"m0": 0.5}
    assert json.loads(await rendering.body(entry))["results"]["benchmarks"][0]["artifacts"] == {"a": 1}


async def test_what_the_newest_child_is_at_is_shown(watched: Watched, rendering: Rendering) -> None:
    entry = stand(watched, job(phase="Running"))

    async def phase() -> str | None:
        told: str | None = json.loads(await rendering.body(entry))["status"]["benchmarks"][0].get("phase")
        return told

    assert await phase() is None
    watched.jobs.upsert(child(1, "loading_data"))
    assert await phase() == "loading_data"
    watched.jobs.upsert(child(2, "running_evaluation"))
    assert await phase() == "running_evaluation"
    watched.jobs.upsert(child(3, "initializing", attempt=2))
    assert await phase() == "initializing"


async def test_a_collection_that_may_still_change_is_read_each_time(watched: Watched, rendering: Rendering) -> None:
    entry = stand(watched, job(collection={"id": "set"}))
    collection = {
        "kind": "Collection",
        "metadata": {"name": "set", "namespace": "team", "uid": "s", "resourceVersion": "1"},
        "spec": {"benchmarks": [{"id": "arc", "provider": "p"}]},
    }
    watched.upsert(collection)

    listed = json.loads(await rendering.body(entry))["status"]["benchmarks"]

    assert [(one["id"], one["status"]) for one in listed] == [("arc", "pending")]
    assert rendering.known(entry) is None
