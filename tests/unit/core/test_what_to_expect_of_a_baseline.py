from typing import Any

import pytest

from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import FrozenBaseline, FrozenMetric, PlannedEvaluation, RunPlan
from referee.api.status import EvaluationJobStatus
from referee.core.outlook import expected, of_baseline


def a_job(epochs: int = 1) -> EvaluationJob:
    spec = {
        "model": {"url": "http://m/v1", "name": "m"},
        "evaluation": {"dataset": {"ref": "d"}, "evaluators": [{"name": "exact", "type": "External"}]},
        "execution": {"epochs": {"count": epochs}},
    }
    return EvaluationJob.model_validate({"metadata": {"name": "j", "namespace": "n"}, "spec": spec})


def a_plan(test: str, count: int | None, *metrics: FrozenMetric) -> RunPlan:
    baseline = {"job": "v1", "jobUid": "u", "attempt": 1, "firstChild": 1, "lastChild": 1, "test": test}
    baseline |= {"maxRegression": 0.02, "minMatched": 0.9}
    frozen = FrozenBaseline.model_validate(baseline).model_copy(update={"metrics": list(metrics)})
    evaluation = PlannedEvaluation.model_validate({"data": {}, "evaluators": [], "count": count})
    return RunPlan(adapters={}, benchmarks=[], evaluation=None if metrics else evaluation, baseline=frozen)


def test_non_inferiority_seldom_decides() -> None:
    (said,) = of_baseline(a_job(), a_plan("NonInferiority", 400))
    assert said.startswith("baseline v1: of 400 samples, one in ten differing between equal models, NonInferiority")
    passes = int(said.split(" will pass an equally good model in ")[1].split("%")[0])
    assert 15 <= passes <= 35


def test_significance_seldom_fires() -> None:
    (said,) = of_baseline(a_job(), a_plan("SignificantRegression", 100))
    passes = int(said.split(" 0.05 worse pass in ")[1].split("%")[0])
    assert 70 <= passes <= 90


def test_epochs_are_no_samples() -> None:
    assert of_baseline(a_job(4), a_plan("NonInferiority", 400)) == of_baseline(a_job(), a_plan("NonInferiority", 100))


@pytest.mark.parametrize(("test", "count"), [("Point", 400), ("NonInferiority", None)])
def test_nothing_is_said_where_nothing_is_known(test: str, count: Any) -> None:
    assert of_baseline(a_job(), a_plan(test, count)) == []


def test_what_frameworks_report_is_compared_without_samples() -> None:
    metric = FrozenMetric(name="lm/mmlu", value=0.8, stderr=0.0127, n=1000, boolean=True)
    (said,) = of_baseline(a_job(), a_plan("NonInferiority", None, metric, FrozenMetric(name="lm/x", value=1)))
    assert said.startswith("baseline v1: lm/mmlu is compared without its samples (n = 1000); the least difference")


def test_it_is_said_once_when_there_is_a_plan() -> None:
    spec = {**a_job().spec.wire(), "baseline": {"jobRef": "v1", "test": "NonInferiority"}}
    wire = a_plan("NonInferiority", 400).wire()
    empty: dict[str, Any] = {"adapters": {}, "benchmarks": [], "evaluation": {**wire["evaluation"], "evaluators": []}}
    plan = {**wire, **empty}
    document = {"metadata": {"name": "j", "namespace": "n"}, "spec": spec, "status": {"plan": plan}}
    job = EvaluationJob.model_validate(document)
    assert len(expected(EvaluationJobStatus(), job)) == 1
    assert expected(job.status, job) == []
