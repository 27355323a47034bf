from typing import Any

import pytest

from referee.api.benchmark import PassCriteria
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import PlannedEvaluation, PlannedEvaluator, RunPlan
from referee.core.cannot_pass import evaluation_cannot_pass
from tests.unit.core.evaluation.runs import BOOLEAN, JUDGE, LATENCY
from tests.unit.core.gate.evaluations import criteria, planned, said, verdict


def warnings(
    *evaluators: PlannedEvaluator, n: int | None = 10, epochs: int = 1, job: PassCriteria | None = None
) -> list[str]:
    block = {"dataset": {"ref": "d"}, "evaluators": [{"name": "x", "type": "External"}]}
    spec = {
        "model": {"url": "http://m/v1", "name": "m"},
        "evaluation": block,
        "execution": {"epochs": {"count": epochs}},
    }
    whole = EvaluationJob.model_validate({"metadata": {"name": "j", "namespace": "n"}, "spec": spec})
    count = None if n is None else n * epochs
    evaluation = PlannedEvaluation.model_validate({"data": {}, "evaluators": [], "count": count})
    evaluation = evaluation.model_copy(update={"evaluators": list(evaluators)})
    return evaluation_cannot_pass(whole, RunPlan(adapters={}, benchmarks=[], pass_criteria=job), evaluation)


WORST = criteria(0.8, bound="Worst")


def test_ten_of_ten_are_too_few_for_a_bound() -> None:
    assert warnings(planned("exact", BOOLEAN, WORST)) == [
        (
            "evaluator exact: no outcome can pass: a flawless result of 10 samples has its lower bound at 0.7225"
            " (Wilson), the threshold is 0.8; raise numExamples or set bound: Point"
        )
    ]


@pytest.mark.parametrize(
    ("evaluator", "n", "part"),
    [
        (planned("judge", JUDGE, criteria(4.9, bound="Worst")), 10, "lower bound"),
        (planned("judge", JUDGE, criteria(6)), 10, "the best value is 5"),
        (planned("judge", JUDGE, criteria(0.9, bound="Worst", measure="PassRate")), 10, "(Wilson)"),
        (planned("judge", JUDGE, criteria(4, bound="Worst", measure="P95")), 71, "71 samples give no interval"),
        (planned("judge", JUDGE, criteria(4, bound="Worst", measure="Median")), 5, "5 samples give no interval"),
        (planned("latency", LATENCY, criteria(1, bound="Worst")), 9, "9 samples give no interval"),
        (planned("latency", LATENCY, criteria(-1)), 9, "the best value is 0"),
        (planned("exact", BOOLEAN, criteria(0.1, minN=11)), 10, "10 samples are asked for and minN is 11"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_it_warns_of(evaluator: PlannedEvaluator, n: int, part: str) -> None:
    (found,) = warnings(evaluator, n=n)
    assert part in found


@pytest.mark.parametrize(
    ("evaluator", "n"),
    [
        (planned("exact", BOOLEAN, criteria(0.72, bound="Worst")), 10),
        (planned("exact", BOOLEAN, WORST), None),
        (planned("judge", JUDGE, criteria(4, bound="Worst", measure="P95")), 72),
        (planned("latency", LATENCY, criteria(1, bound="Worst")), 10),
        (planned("exact", BOOLEAN, criteria(0.99, bound="Worst", slice={"by": "metadata.a", "value": "b"})), 10),
        (planned("exact", BOOLEAN), 1),
    ],
    ids=["within reach", "n unknown", "just enough for P95", "no range", "a slice", "no criteria"],
)
def test_it_says_nothing_of(evaluator: PlannedEvaluator, n: int | None) -> None:
    assert warnings(evaluator, n=n) == []


def test_the_jobs_own_criterion_counts_samples_and_not_epochs() -> None:
    single = planned("exact")
    assert warnings(single, job=criteria(0.72, bound="Worst")) == []
    assert "at 0.7225" in warnings(single, job=WORST)[0]
    epochs = warnings(single, epochs=4, job=WORST)
    assert "10 samples" in epochs[0]
    assert "Student t" in epochs[0]


@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("threshold", [0.6, 0.7, 0.72, 0.73, 0.9])
def test_what_it_warns_of_does_not_pass_and_what_not_can(threshold: float, epochs: int) -> None:
    gate = criteria(threshold, bound="Worst")
    exact = planned("exact", BOOLEAN, gate)
    flawless: list[Any] = [[True] * epochs] * 10
    assert bool(warnings(exact, epochs=epochs)) == (
        said(verdict([exact], {"exact": flawless}, epochs=epochs)) != "Pass"
    )
