"""States, messages and scores of a job's document, case by case."""

from typing import Any, get_args

import pytest
from evalhub.models.api import EvaluationJob, JobStatus

from referee.api.status import BenchmarkPhase, Phase
from referee.gateway.evalhub.wire.benchmarks import Beside
from referee.gateway.evalhub.wire.document import from_resource
from referee.gateway.evalhub.wire.states import OF_BENCHMARK, OF_JOB, code_of, state_of

Json = dict[str, Any]

METADATA = {"name": "id", "namespace": "team", "creationTimestamp": "2026-01-01T00:00:00Z"}
ARC = {"id": "arc", "provider": "harness"}


def document(status: Json | None = None, beside: Beside | None = None, *, brief: bool = False, **spec: Any) -> Json:
    obj = {
        "metadata": METADATA,
        "spec": {"model": {"url": "http://m", "name": "m"}, "benchmarks": [ARC, {**ARC, "id": "mmlu"}], **spec},
        **({"status": status} if status is not None else {}),
    }
    return from_resource(obj, beside, brief=brief)


def benchmark(index: int, phase: str, **more: Any) -> Json:
    return {"index": index, "id": ("arc", "mmlu")[index], "provider": "harness", "phase": phase, **more}


def scored(index: int, value: float, **more: Any) -> Json:
    metric = {"name": "acc", "value": value}
    return benchmark(index, "Completed", primary=metric, metrics=[metric], **more)


def test_every_phase_has_a_word() -> None:
    assert {phase: state_of(phase) for phase in get_args(Phase)} == dict(OF_JOB)
    assert set(OF_BENCHMARK) == set(get_args(BenchmarkPhase))
    assert state_of("Cancelling") == state_of("AwaitingResults") == "running"
    assert state_of("Suspended") == state_of("Queued") == state_of(None) == "pending"


@pytest.mark.parametrize(
    ("reason", "code", "origin"),
    [
        ("ResultsMissing", "results_missing", "runtime"),
        ("OOMKilled", "oom_killed", "runtime"),
        ("ImagePullFailed", "image_pull_failed", "runtime"),
        ("TokenizerMissing", "TokenizerMissing", "adapter"),
        ("", "evaluation_job_failed", "adapter"),
    ],
)
def test_reasons_are_codes(reason: str, code: str, origin: str) -> None:
    assert code_of(reason) == (code, origin)


def test_before_anybody_has_looked_all_are_pending() -> None:
    made = document()

    assert made["status"]["message"]["message"] == "Evaluation job created"
    assert [one["status"] for one in made["status"]["benchmarks"]] == ["pending", "pending"]
    assert made["results"] == {}


def test_the_benchmarks_of_a_collection_are_listed_before_there_is_a_plan() -> None:
    obj = {"metadata": METADATA, "spec": {"model": {"url": "u", "name": "m"}, "collection": {"id": "set"}}}

    made = from_resource(obj, Beside(collection=[("harness", "arc")]))

    assert [(one["id"], one["status"]) for one in made["status"]["benchmarks"]] == [("arc", "pending")]
    assert "benchmarks" not in made


def test_a_failure_is_told_per_benchmark_and_for_the_job() -> None:
    status = {
        "phase": "PartiallyFailed",
        "benchmarks": [
            scored(0, 1),
            benchmark(1, "Failed", reason="AdapterError", message="code_1: boom"),
        ],
    }

    made = document(status)

    assert made["status"]["message"]["message"] == (
        "Some of the benchmarks failed. \nBenchmark mmlu failed with message: boom\n"
    )
    said = made["status"]["benchmarks"][1]["error_message"]
    assert said == {"message": "boom", "message_code": "code_1", "message_origin": "adapter"}
    assert [one["benchmark_index"] for one in made["results"]["benchmarks"]] == [0, 1]
    assert "metrics" not in made["results"]["benchmarks"][1]


@pytest.mark.parametrize(("phase", "state"), [("Failed", "failed"), ("Cancelled", "cancelled")])
def test_what_never_began_has_ended_with_its_job(phase: str, state: str) -> None:
    stalled = {"type": "Stalled", "status": "True", "reason": "ProviderNotFound", "message": "no provider"}

    made = document({"phase": phase, "conditions": [stalled]})

    assert {one["status"] for one in made["status"]["benchmarks"]} == {state}
    assert ("no provider" in made["status"]["message"]["message"]) is (phase == "Failed")


def test_a_waiting_job_says_what_for() -> None:
    stalled = {"type": "Stalled", "status": "True", "reason": "ProviderNotFound", "message": "no provider"}
    queued = {"type": "Queued", "status": "True", "reason": "Queued", "message": "position 3"}

    assert "no provider" in document({"phase": "Pending", "conditions": [stalled]})["status"]["message"]["message"]
    assert "position 3" in document({"phase": "Queued", "conditions": [queued]})["status"]["message"]["message"]


def test_scores_are_by_index_and_in_double_precision() -> None:
    plan = {
        "benchmarks": [
            {**ARC, "index": 0, "weight": 3, "passCriteria": {"threshold": 0.6}, "primaryScore": {"metric": "acc"}},
            {
                **ARC,
                "index": 1,
                "passCriteria": {"threshold": 0.2},
                "primaryScore": {"metric": "acc", "lowerIsBetter": True},
            },
        ]
    }
    status = {"phase": "Completed", "plan": plan, "benchmarks": [scored(0, 0.6), scored(1, 0.3)]}

    results = document(status)["results"]

    assert [one["test"]["pass"] for one in results["benchmarks"]] == [True, False]
    assert results["benchmarks"][0]["test"]["primary_score"] == 0.6
    assert results["test"] == {"score": pytest.approx((3 * 0.6 + 0.7) / 4, abs=0), "threshold": 0.5, "pass": True}


def test_what_has_no_threshold_is_named_as_not_scored() -> None:
    plan = {"benchmarks": [{**ARC, "index": 0, "passCriteria": {"threshold": 0.5}}, {**ARC, "index": 1}]}
    status = {"phase": "Completed", "plan": plan, "benchmarks": [scored(0, 0.6), scored(1, 0.3)]}

    results = document(status, passCriteria={"threshold": 0.7})["results"]

    assert results["test"] == {"score": 0.6, "threshold": 0.7, "pass": False, "not_scored": [1]}


@pytest.mark.parametrize("phase", ["PartiallyFailed", "Running", "Cancelled"])
def test_only_a_complete_job_has_a_test(phase: str) -> None:
    criteria = {"passCriteria": {"threshold": 0.5}}
    status = {"phase": phase, "benchmarks": [scored(0, 0.6)]}

    results = document(status, benchmarks=[{**ARC, **criteria}])["results"]

    assert "test" not in results
    assert results["benchmarks"][0]["test"]["pass"] is True


def test_the_operators_gate_decides_where_there_is_one() -> None:
    """An interval, or too few samples, can decide otherwise than the value alone."""
    gate = {"subject": "benchmark harness/arc", "result": "Unknown", "reason": "TooFewSamples", "threshold": 0.5}
    status = {
        "phase": "Completed",
        "benchmarks": [scored(0, 0.6)],
        "verdict": {"result": "Unknown", "reason": "GateUndecided", "gates": [gate]},
    }

    made = document(status, benchmarks=[{**ARC, "passCriteria": {"threshold": 0.5, "minN": 100}}])

    assert made["results"]["benchmarks"][0]["test"]["pass"] is False
    assert made["referee"]["unknown"] == [{"subject": "benchmark harness/arc", "reason": "TooFewSamples"}]
    assert made["referee"]["verdict"]["gates"] == [gate]
    brief = document(status, brief=True)["referee"]
    assert "gates" not in brief["verdict"]


def test_the_full_result_has_more_than_status() -> None:
    full = {
        "metrics": [{"name": "acc", "value": 0.6}, {"name": "f1", "value": 0.5}],
        "otherMetrics": {"kind": "x"},
        "metricsSchema": [{"name": "kind", "type": "categorical"}, {"name": "acc", "type": "of the future"}],
        "artifacts": {"a": 1},
        "additionalInfo": {"b": 2},
        "mlflowRunId": "run",
        "logsPath": "/logs",
        "warning": {"message": "w", "messageCode": "wc", "messageOrigin": "sdk"},
    }
    status = {"phase": "Running", "benchmarks": [scored(0, 0.6), benchmark(1, "Running")]}

    made = document(status, Beside(results={0: full}, phases={1: "loading_data"}))

    result = made["results"]["benchmarks"][0]
    assert result["metrics"] == {"acc": 0.6, "f1": 0.5, "kind": "x"}
    assert [entry["type"] for entry in result["metrics_schema"]] == ["numeric", "numeric", "categorical"]
    assert (result["artifacts"], result["mlflow_run_id"], result["logs_path"]) == ({"a": 1}, "run", "/logs")
    told = made["status"]["benchmarks"]
    assert told[0]["warning_message"] == {"message": "w", "message_code": "wc", "message_origin": "sdk"}
    assert (told[0]["phase"], told[1]["phase"]) == ("completed", "loading_data")


def test_times_are_in_utc_and_the_latest_is_the_update() -> None:
    status = {
        "phase": "Completed",
        "startTime": "2026-01-01T01:00:00+01:00",
        "completionTime": "2026-01-01T00:01:00Z",
        "benchmarks": [scored(0, 1, startTime="no time", completionTime="2026-01-01T00:00:30.5Z")],
    }

    made = document(status)

    assert made["resource"]["updated_at"] == "2026-01-01T00:01:00Z"
    assert made["status"]["benchmarks"][0]["completed_at"] == "2026-01-01T00:00:30.500000Z"
    assert "started_at" not in made["status"]["benchmarks"][0]


def test_an_evaluation_that_waits_for_people_is_still_running() -> None:
    """One without a model, which EvalHub has no word for."""
    row = {"index": 0, "id": "evaluation", "provider": "referee_evaluators", "phase": "AwaitingResults", "pending": 3}
    made = from_resource(
        {
            "metadata": METADATA,
            "spec": {"evaluation": {"generation": "External", "dataset": {"posted": {}}, "evaluators": []}},
            "status": {"phase": "AwaitingResults", "benchmarks": [row], "plan": {"benchmarks": [row]}},
        }
    )

    assert EvaluationJob.model_validate(made).state == JobStatus.RUNNING
    assert [one["status"] for one in made["status"]["benchmarks"]] == ["running"]
