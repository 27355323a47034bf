"""The published eval-hub-sdk, unmodified, reports through the agent."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.agent.gateway import LittleGateway
from tests.unit.agent.world import Pod

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a library of the SDK's still uses what pydantic deprecates
    from evalhub.adapter import DefaultCallbacks, JobPhase, JobResults, JobStatus, JobStatusUpdate
    from evalhub.adapter.models import ErrorInfo
    from evalhub.models.api import EvaluationResult

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the SDK's own doing


@contextmanager
def callbacks_of(pod: Pod) -> Iterator[DefaultCallbacks]:
    callbacks = DefaultCallbacks(
        "nightly", "sums", provider_id="frame", benchmark_index=2, sidecar_url=f"http://localhost:{pod.port}"
    )
    try:
        yield callbacks
    finally:
        assert callbacks._http_client is not None
        callbacks._http_client.close()


def results(**changes: Any) -> JobResults:
    given: dict[str, Any] = {
        "id": "nightly",
        "benchmark_id": "sums",
        "benchmark_index": 2,
        "model_name": "m",
        "results": [EvaluationResult(metric_name="acc", metric_value=0.75, metric_type="float")],
        "num_examples_evaluated": 4,
        "duration_seconds": 1.5,
        "completed_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    }
    return JobResults(**{**given, **changes})


def test_a_run_is_reported_while_the_gateway_is_away(pod: Pod, gateway: LittleGateway) -> None:
    gateway.go()
    pod.start()
    with callbacks_of(pod) as callbacks:
        for phase in (JobPhase.INITIALIZING, JobPhase.LOADING_DATA, JobPhase.RUNNING_EVALUATION):
            callbacks.report_status(JobStatusUpdate(status=JobStatus.RUNNING, phase=phase))
        callbacks.report_results(results())
    gateway.come()

    gateway.wait_until(lambda: any(kept["status"] == "completed" for kept in gateway.kept))
    assert gateway.kept[-2]["phase"] == "running_evaluation"
    assert gateway.kept[-1]["metrics"] == {"acc": 0.75}
    assert pod.terminate() == 0
    assert pod.message == {
        "status": "Completed",
        "metrics": [{"name": "acc", "value": 0.75}],
        "completedAt": "2026-01-02T03:04:05+00:00",
    }


def test_a_failure_is_reported_with_its_code(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()
    error = ErrorInfo(message="the model is away", message_code="ModelUnreachable")
    with callbacks_of(pod) as callbacks:
        callbacks.report_status(JobStatusUpdate(status=JobStatus.FAILED, error=error))

    assert pod.terminate() == 0
    assert gateway.kept[0]["error_message"]["message_code"] == "ModelUnreachable"
    assert pod.message == {"status": "Failed", "reason": "ModelUnreachable", "message": "the model is away"}


def test_a_number_that_json_has_not_is_never_posted_by_the_sdk(
    pod: Pod, gateway: LittleGateway, caplog: pytest.LogCaptureFixture
) -> None:
    """What the operator makes of the silence is tested there; the agent has nothing to say."""
    pod.start()
    with caplog.at_level(logging.WARNING), callbacks_of(pod) as callbacks:
        nan = EvaluationResult(metric_name="acc", metric_value=float("nan"), metric_type="float")
        callbacks.report_results(results(results=[nan]))

    assert "JSON" in caplog.text
    assert pod.terminate() == 0
    assert gateway.posted == []
    assert not Path(pod.root / "termination-log").exists()
