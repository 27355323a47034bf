"""Of each object what decisions read, and nothing that changes without any of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from referee.api.evaluationjob import EvaluationJob
from referee.runtime.catalogue import Lookup
from referee.runtime.paths import DATASETS, EVALUATORS
from referee.runtime.watched import CATALOGUE, Watched


def an_object(kind: str, name: str = "o", version: int = 1, **parts: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": "team", "uid": f"uid-{name}", "resourceVersion": str(version)}
    metadata = meta | parts.pop("metadata", {})
    return {"apiVersion": "referee.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": {}, **parts}


def a_job(name: str = "o", **parts: Any) -> dict[str, Any]:
    spec = {"model": {"url": "http://m/v1", "name": "m"}, "benchmarks": [{"id": "b", "provider": "p"}]}
    return an_object("EvaluationJob", name, **{"spec": spec, **parts})


def test_each_kind_that_jobs_refer_to_is_found_by_its_id() -> None:
    watched = Watched()
    for resource in CATALOGUE:
        cache = watched.catalogue[resource]
        assert cache.upsert(an_object(resource.kind, spec={"id": "people's own"}))
        assert cache.upsert(an_object(resource.kind, "named"))
        assert cache.keys_by("id", "people's own") == (("team", "o"),)
        assert cache.keys_by("id", "named") == (("team", "named"),)
    assert len(watched.catalogue[DATASETS]) == len(watched.catalogue[EVALUATORS]) == 2


def test_what_the_gateway_says_of_posted_results_is_a_change_and_other_annotations_are_none() -> None:
    watched = Watched()
    assert watched.evaluation_jobs.upsert(a_job())
    assert not watched.evaluation_jobs.upsert(a_job(version=2, metadata={"annotations": {"team/note": "x"}}))
    told = {"referee.dev/store-revision": '{"revision":1}'}
    assert watched.evaluation_jobs.upsert(a_job(version=3, metadata={"annotations": told | {"team/note": "x"}}))
    job = watched.evaluation_job(("team", "o"))
    assert job is not None
    assert job.metadata.annotations == told


def test_a_run_is_found_by_the_dataset_once_it_has_said_what_it_found_there() -> None:
    watched = Watched()
    spec = {"evaluation": {"dataset": {"ref": "capitals"}}}
    watched.evaluation_jobs.upsert(a_job(spec=spec))
    assert watched.evaluation_jobs.keys_by("dataset", "capitals") == ()
    watched.evaluation_jobs.upsert(a_job(spec=spec, version=2, status={"provenance": {"datasetDigest": "sha256:1"}}))
    assert watched.evaluation_jobs.keys_by("dataset", "capitals") == (("team", "o"),)
    watched.evaluation_jobs.upsert(a_job("other", version=3, status={"provenance": {"datasetDigest": "sha256:1"}}))
    assert watched.evaluation_jobs.keys_by("dataset", "") == ()


def ended(name: str, hour: int, version: int = 1, **parts: Any) -> dict[str, Any]:
    """A job that passed in that hour."""
    verdict = {"result": parts.pop("result", "Pass"), "reason": "AllGatesPassed"}
    status = {"phase": "Completed", "completionTime": f"2026-01-01T{hour:02}:00:00Z", "verdict": verdict}
    return a_job(name, version=version, status=status, **parts)


def test_jobs_that_passed_come_the_last_to_end_first_and_none_is_read_before_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched = Watched()
    for name, hour in (("a", 3), ("c", 5), ("b", 4)):
        watched.evaluation_jobs.upsert(ended(name, hour))
    watched.evaluation_jobs.upsert(ended("failed", 9, result="Fail"))
    watched.evaluation_jobs.upsert(ended("elsewhere", 9, metadata={"namespace": "other"}))
    watched.evaluation_jobs.upsert(a_job("runs"))
    other = ended("of another group", 9)
    other["spec"]["group"] = "nightly"
    watched.evaluation_jobs.upsert(other)
    read: list[str] = []
    real = watched.evaluation_job

    def counted(key: tuple[str, str]) -> EvaluationJob | None:
        read.append(key[1])
        return real(key)

    monkeypatch.setattr(watched, "evaluation_job", counted)
    found = Lookup(watched, Watched(), "").of("team").passed_jobs("default")
    assert read == []
    assert next(iter(found)).metadata.name == "c"
    assert read == ["c"]
    assert [job.metadata.name for job in found] == ["b", "a"]


def test_of_very_many_that_passed_the_newest_are_looked_at() -> None:
    watched = Watched()
    for number in range(150):
        watched.evaluation_jobs.upsert(ended(f"job-{number:03}", number % 24))
    found = list(Lookup(watched, Watched(), "").of("team").passed_jobs("default"))
    assert len(found) == 100
    assert {job.status.completion_time for job in found[:6]} == {datetime(2026, 1, 1, 23, tzinfo=UTC)}
