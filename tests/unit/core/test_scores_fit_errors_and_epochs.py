from typing import Any

import pytest

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.core.evaluation.scoretype import ScoreType
from referee.core.refusal import Refused
from referee.core.resolve.scoring import check_scoring
from tests.unit.core.evaluation.runs import BOOLEAN, JUDGE, LATENCY
from tests.unit.core.gate.evaluations import criteria, planned


def a_job(**execution: Any) -> EvaluationJob:
    spec = {
        "model": {"url": "http://m/v1", "name": "m"},
        "evaluation": {"dataset": {"ref": "d"}, "evaluators": [{"name": "exact", "type": "External"}]},
        "execution": execution,
    }
    return EvaluationJob.model_validate({"metadata": {"name": "j", "namespace": "n"}, "spec": spec})


STARS = planned("stars", ScoreType("Numerical", min=1, max=5))
AT_LEAST = {"epochs": {"count": 3, "reducers": ["PassAtK", "Mean"], "k": 2}}


def test_the_worst_of_a_latency_is_not_known() -> None:
    with pytest.raises(Refused) as raised:
        check_scoring(a_job(onError={"model": "Worst"}), [planned("exact"), planned("latency", LATENCY, weight=0)])
    assert raised.value.refusal.reason == Reason.RANGE_REQUIRED
    assert "evaluator 'latency' has no bad end" in raised.value.refusal.message


def test_what_counts_passing_epochs_needs_a_rule_of_what_passes() -> None:
    with pytest.raises(Refused) as raised:
        check_scoring(a_job(**AT_LEAST), [STARS])
    assert raised.value.refusal.reason == Reason.MEASURE_NOT_AVAILABLE
    assert "PassAtK counts the epochs that pass, and evaluator 'stars' has no rule" in raised.value.refusal.message


@pytest.mark.parametrize(
    ("execution", "evaluator"),
    [
        ({"onError": {"model": "Worst"}}, STARS),
        ({"onError": {"model": "Exclude"}}, planned("latency", LATENCY, weight=0)),
        (AT_LEAST, planned("judge", JUDGE)),
        (AT_LEAST, planned("exact", BOOLEAN, criteria(0.5))),
        (AT_LEAST, planned("latency", LATENCY, weight=0)),
        ({"epochs": {"count": 3, "reducers": ["Mean", "PassAtK"]}}, STARS),
    ],
    ids=["a range", "excluded", "a passing score", "boolean", "informational", "another reducer first"],
)
def test_the_rest_is_taken(execution: dict[str, Any], evaluator: Any) -> None:
    check_scoring(a_job(**execution), [evaluator])
