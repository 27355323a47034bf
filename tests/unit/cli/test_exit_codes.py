"""What a pipeline branches on: one table from conditions to exit codes."""

from datetime import UTC, datetime

import pytest

from referee.api.conditions import Condition, ConditionType, Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.status import EvaluationJobStatus
from referee.cli import exit_codes


def _job(complete: str | None, passed: str = "Unknown", reason: Reason = Reason.NOT_EXECUTED) -> EvaluationJob:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    conditions = [
        Condition.model_validate({"type": type_, "status": status, "reason": why, "last_transition_time": now})
        for type_, status, why in (
            (ConditionType.COMPLETE, complete, Reason.COMPLETED),
            (ConditionType.PASSED, passed, reason),
        )
        if status is not None
    ]
    spec = {"model": {"url": "http://m/v1", "name": "m"}, "benchmarks": [{"id": "b", "provider": "p"}]}
    job = EvaluationJob.model_validate({"metadata": {"name": "capitals"}, "spec": spec})
    return job.model_copy(update={"status": EvaluationJobStatus(conditions=conditions)})


@pytest.mark.parametrize(
    ("job", "code"),
    [
        pytest.param(_job("True", "True", Reason.ALL_GATES_PASSED), 0, id="passed"),
        pytest.param(_job("True", "Unknown", Reason.NO_CRITERIA), 0, id="complete without a gate"),
        pytest.param(_job("True", "False", Reason.GATE_FAILED), 1, id="the gate failed"),
        pytest.param(_job("True", "Unknown", Reason.GATE_UNDECIDED), 3, id="the verdict is Unknown"),
        pytest.param(_job("False"), 2, id="could not run"),
        pytest.param(_job("False", "False", Reason.GATE_FAILED), 2, id="partial, whatever the gates of the rest say"),
        pytest.param(_job("False", "True", Reason.ALL_GATES_PASSED), 2, id="partial, and the rest passed"),
        pytest.param(_job(None), 2, id="no conditions at all"),
    ],
)
def test_of_one_job(job: EvaluationJob, code: int) -> None:
    assert exit_codes.of_job(job) == code


@pytest.mark.parametrize(
    ("codes", "worst"),
    [([], 0), ([0, 0], 0), ([0, 3], 3), ([3, 1, 0], 1), ([1, 2, 3], 2), ([2, 130, 1], 130)],
)
def test_of_several_the_worst(codes: list[int], worst: int) -> None:
    assert exit_codes.worst(codes) == worst
