"""The rows about what adapters post and what that makes of jobs, about logs, and about the end of jobs."""

from collections.abc import Callable
from typing import Any

from tests.integration.evalhub.asking import Ask

_ARC = {"id": "arc", "provider_id": "toy", "benchmark_index": 0}
_MMLU = {"id": "mmlu", "provider_id": "toy", "benchmark_index": 1}
_AT = "2026-11-25T12:00:00.5Z"
_METRICS = {"acc": 0.6, "acc_norm": 0.5, "label": "good"}
_ERROR = {"message": "no", "message_code": "model_error"}


def _event(id_: str, adapter: tuple[str, int] = ("full", 0), job: str = "", **event: Any) -> Ask:
    own = _ARC if adapter[1] == 0 else _MMLU
    body = {"benchmark_status_event": {**own, **event}}
    again = event.get("status") == "failed" and adapter[0] != "full"
    address = f"jobs/{job or f'{{{adapter[0]}}}'}/events"
    return Ask(f"an event {id_}", "POST", address, body, adapter=adapter, retried=again)


def _state(state: str) -> Callable[[Any], bool]:
    return lambda document: bool(document["status"]["state"] == state)


def _benchmark(index: int, state: str) -> Callable[[Any], bool]:
    def holds(document: Any) -> bool:
        listed = document["status"].get("benchmarks") or []
        return any(one.get("benchmark_index", 0) == index and one["status"] == state for one in listed)

    return holds


EVENTS = (
    _event("that it runs", status="running", phase="initializing"),
    _event("without a status", phase="initializing"),
    _event("with a status that is none", status="excellent"),
    _event("that it was cancelled", status="cancelled"),
    _event("with a phase that is none", status="running", phase="daydreaming"),
    _event("with a time that is none", status="running", started_at="yesterday"),
    _event("whose schema names another metric", status="completed", metrics={"a": 1}, metrics_schema=[{"name": "b"}]),
    _event("about another provider", status="running", provider_id="none"),
    _event("about a benchmark that is not in the job", status="running", id="none"),
    _event("about an index that is not there", status="running", benchmark_index=7),
    _event("about another job", job="00000000-0000-4000-8000-000000000000", status="running"),
    Ask("an event that is no JSON", "POST", "jobs/{full}/events", "{", adapter=("full", 0)),
    Ask("an event that is {}", "POST", "jobs/{full}/events", {}, adapter=("full", 0)),
    Ask("a job that runs", "GET", "jobs/{full}", until=_benchmark(0, "running")),
    Ask("jobs that run", "GET", "jobs?status=running"),
    _event(
        "with a result",
        status="completed",
        metrics=_METRICS,
        metrics_schema=[{"name": "label", "type": "categorical"}],
        completed_at=_AT,
        artifacts={"oci_digest": "sha256:1"},
        additional_info={"n": 3},
        mlflow_run_id="r",
        overall_score=0.6,
    ),
    _event("that it runs, after the result", status="running", phase="post_processing"),
    Ask("a job that is half done", "GET", "jobs/{full}", until=_benchmark(0, "completed")),
    _event("with the other result", ("full", 1), status="completed", metrics={"acc": 0.5}, completed_at=_AT),
    Ask("a completed job", "GET", "jobs/{full}", until=_state("completed")),
    _event("after the end", ("full", 1), status="failed", error_message=_ERROR),
    _event("that a benchmark failed", ("twice", 0), status="failed", error_message=_ERROR),
    Ask(
        "an event that the other did not",
        "POST",
        "jobs/{twice}/events",
        {"benchmark_status_event": {**_ARC, "benchmark_index": 1, "status": "completed", "metrics": {"acc": 1}}},
        adapter=("twice", 1),
    ),
    Ask("a job that failed in part", "GET", "jobs/{twice}", until=_state("partially_failed")),
    _event("that the only benchmark failed", ("job", 0), status="failed", error_message=_ERROR),
    Ask("a failed job", "GET", "jobs/{job}", until=_state("failed")),
)

LOGS = (
    Ask("the log of a job", "GET", "jobs/{full}/logs"),
    Ask("the log of a benchmark", "GET", "jobs/{full}/benchmarks/0/logs"),
    Ask("the last line of a log", "GET", "jobs/{full}/benchmarks/0/logs?tail_lines=1"),
    Ask("the log of a benchmark that is not there", "GET", "jobs/{full}/benchmarks/7/logs"),
    Ask("the log of benchmark x", "GET", "jobs/{full}/benchmarks/x/logs"),
    Ask("a log, tail_lines=0", "GET", "jobs/{full}/logs?tail_lines=0"),
    Ask("a log, tail_lines=10001", "GET", "jobs/{full}/logs?tail_lines=10001"),
    Ask("a log, since_seconds=0", "GET", "jobs/{full}/logs?since_seconds=0"),
    Ask("a log, timestamps=maybe", "GET", "jobs/{full}/logs?timestamps=maybe"),
    Ask("a log, an unknown parameter", "GET", "jobs/{full}/logs?colour=red"),
    Ask("the log of a job that does not exist", "GET", "jobs/00000000-0000-4000-8000-000000000000/logs"),
)

ENDS = (
    Ask("a job, cancelled", "DELETE", "jobs/{sdk}"),
    Ask("a job, cancelled again", "DELETE", "jobs/{sdk}"),
    Ask("a cancelled job", "GET", "jobs/{sdk}", until=_state("cancelled")),
    Ask("a completed job, cancelled", "DELETE", "jobs/{full}"),
    Ask("a failed job, cancelled", "DELETE", "jobs/{job}"),
    Ask("a job that does not exist, cancelled", "DELETE", "jobs/00000000-0000-4000-8000-000000000000"),
    Ask("a job, hard_delete=maybe", "DELETE", "jobs/{plain}?hard_delete=maybe"),
    Ask("a completed job, deleted", "DELETE", "jobs/{full}?hard_delete=true"),
    Ask("a running job, deleted", "DELETE", "jobs/{plain}?hard_delete=true"),
    Ask("a deleted job", "GET", "jobs/{full}"),
    Ask("a deleted job, cancelled", "DELETE", "jobs/{full}"),
    Ask("the log of a deleted job", "GET", "jobs/{full}/logs"),
)
