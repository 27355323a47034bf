"""Status is written once: within an attempt a finished benchmark keeps its outcome, whoever writes."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from tests.integration.crd.server import Object, Server
from tests.integration.crd.test_crd_refusals import JOB
from tests.testbed.api_client import RefusedError

FINISHED = {
    "index": 0,
    "id": "arc",
    "provider": "harness",
    "phase": "Completed",
    "attempt": 1,
    "jobName": "capitals-0-1",
    "startTime": "2026-01-01T00:00:00Z",
    "completionTime": "2026-01-01T00:10:00Z",
    "metrics": [{"name": "acc", "value": 0.5, "stderr": 0.05, "n": 100}],
    "primary": {"name": "acc", "value": 0.5},
    "errors": 1,
    "unscored": 2,
    "reason": "Completed",
    "message": "done",
}
RUNNING = {"index": 1, "id": "mmlu", "provider": "harness", "phase": "Running", "attempt": 1}

CHANGED: Mapping[str, Any] = {
    "phase": "Failed",
    "attempt": 0,
    "completionTime": "2026-01-02T00:00:00Z",
    "metrics": [{"name": "acc", "value": 0.9}],
    "primary": {"name": "acc", "value": 0.9},
    "errors": 0,
    "unscored": 0,
    "reason": "OOMKilled",
}


@pytest.fixture
def job(server: Server) -> Object:
    """A job whose first benchmark is finished and whose second one runs."""
    created = server.create(JOB)
    created["status"] = {
        "observedGeneration": 1,
        "attempt": 1,
        "phase": "Running",
        "benchmarks": [copy.deepcopy(FINISHED), copy.deepcopy(RUNNING)],
    }
    return server.replace(created, "status")


@pytest.mark.parametrize("field", CHANGED)
def test_a_finished_benchmark_keeps_its(field: str, job: Object, server: Server) -> None:
    job["status"]["benchmarks"][0][field] = CHANGED[field]

    with pytest.raises(RefusedError, match=r"a finished benchmark keeps .*: only a higher attempt"):
        server.replace(job, "status")


@pytest.mark.parametrize("field", CHANGED)
def test_a_finished_benchmark_does_not_lose_its(field: str, job: Object, server: Server) -> None:
    del job["status"]["benchmarks"][0][field]

    with pytest.raises(RefusedError, match="a finished benchmark keeps"):
        server.replace(job, "status")


@pytest.mark.parametrize("field", ["metrics", "primary", "reason"])
def test_what_a_finished_benchmark_lacks_is_not_added_later(field: str, server: Server) -> None:
    created = server.create(JOB)
    without = {key: value for key, value in FINISHED.items() if key != field}
    created["status"] = {"observedGeneration": 1, "attempt": 1, "benchmarks": [without]}
    job = server.replace(created, "status")
    job["status"]["benchmarks"][0][field] = FINISHED[field]

    with pytest.raises(RefusedError, match="a finished benchmark keeps"):
        server.replace(job, "status")


@pytest.mark.parametrize("phase", ["Completed", "Failed", "Cancelled"])
def test_every_terminal_phase_is_final(phase: str, server: Server) -> None:
    created = server.create(JOB)
    created["status"] = {"observedGeneration": 1, "attempt": 1, "benchmarks": [{**FINISHED, "phase": phase}]}
    job = server.replace(created, "status")
    job["status"]["benchmarks"][0]["phase"] = "Running"

    with pytest.raises(RefusedError, match="a finished benchmark keeps"):
        server.replace(job, "status")


@pytest.mark.parametrize(
    "later", [{"lateResult": True}, {"message": "a result came late"}, {"jobName": "gone"}, {"percent": 100}]
)
def test_what_is_no_outcome_may_still_change(later: dict[str, Any], job: Object, server: Server) -> None:
    job["status"]["benchmarks"][0] |= later

    written = server.replace(job, "status")

    assert written["status"]["benchmarks"][0].items() >= later.items()


def test_a_benchmark_that_is_not_finished_changes_freely(job: Object, server: Server) -> None:
    for phase in ("Suspended", "Running", "Failed"):
        job["status"]["benchmarks"][1]["phase"] = phase
        job = server.replace(job, "status")

    assert job["status"]["benchmarks"][1]["phase"] == "Failed"


@pytest.mark.parametrize("number", [0, 1], ids=["a finished one", "a running one"])
def test_no_benchmark_disappears_within_an_attempt(number: int, job: Object, server: Server) -> None:
    del job["status"]["benchmarks"][number]

    with pytest.raises(RefusedError, match=r"status\.benchmarks.*every benchmark stays listed"):
        server.replace(job, "status")


def test_the_list_as_a_whole_does_not_disappear_within_an_attempt(job: Object, server: Server) -> None:
    del job["status"]["benchmarks"]

    with pytest.raises(RefusedError, match="every benchmark stays listed"):
        server.replace(job, "status")


def test_a_finished_benchmark_does_not_start_again_within_an_attempt(job: Object, server: Server) -> None:
    job["status"]["benchmarks"][0] = {**RUNNING, "index": 0, "attempt": 2}

    with pytest.raises(RefusedError, match="a finished one keeps its attempt"):
        server.replace(job, "status")


def test_a_new_attempt_starts_a_finished_benchmark_again(job: Object, server: Server) -> None:
    job["status"] |= {"attempt": 2, "benchmarks": [{**RUNNING, "index": 0, "attempt": 2}, RUNNING]}

    written = server.replace(job, "status")

    assert written["status"]["benchmarks"][0]["phase"] == "Running"


def test_a_new_attempt_may_list_other_benchmarks(job: Object, server: Server) -> None:
    job["status"] |= {"attempt": 2, "benchmarks": [{**RUNNING, "index": 0, "id": "hellaswag", "attempt": 2}]}

    written = server.replace(job, "status")

    assert [b["id"] for b in written["status"]["benchmarks"]] == ["hellaswag"]


def test_a_writer_that_is_an_attempt_behind_cannot_overwrite(job: Object, server: Server) -> None:
    behind = copy.deepcopy(job["status"])
    job["status"] |= {"attempt": 2, "benchmarks": [{**FINISHED, "attempt": 2}, {**RUNNING, "attempt": 2}]}
    job = server.replace(job, "status")
    job["status"] = behind

    with pytest.raises(RefusedError, match="a finished benchmark keeps"):
        server.replace(job, "status")


def test_a_status_that_someone_wrote_without_attempt_or_phase_blocks_no_later_write(server: Server) -> None:
    created = server.create(JOB)
    created["status"] = {"observedGeneration": 1, "benchmarks": [{"index": 0, "id": "arc", "provider": "harness"}]}
    job = server.replace(created, "status")
    job["status"] = {"observedGeneration": 1, "attempt": 1, "benchmarks": [FINISHED]}

    written = server.replace(job, "status")

    assert written["status"]["benchmarks"][0]["phase"] == "Completed"


def test_two_benchmarks_of_one_index_are_refused(job: Object, server: Server) -> None:
    job["status"]["benchmarks"].append({**RUNNING, "id": "other"})

    with pytest.raises(RefusedError, match="Duplicate value"):
        server.replace(job, "status")
