"""The end of a job with an evaluation, or with a baseline: what status says then."""

import json
from datetime import UTC, datetime
from typing import Any

from referee.api.benchmark import PrimaryScore
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import FrozenBaseline, FrozenMetric, PlannedBenchmark, PlannedEvaluation, RunPlan
from referee.api.status import BenchmarkStatus, EvaluationJobStatus, MetricValue
from referee.core import ending, outcome
from referee.core.result import Result, from_text
from tests.unit.core.evaluation.runs import BOOLEAN
from tests.unit.core.gate.evaluations import criteria, planned, run_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EXACT = planned("exact", BOOLEAN, criteria(0.8))
SCORE = PrimaryScore(metric="score", lower_is_better=False, range=[0, 1])
BENCHMARK = PlannedBenchmark(index=0, id="evaluation", provider="referee_evaluators", primary_score=SCORE)


def a_job(**spec: Any) -> EvaluationJob:
    block = {"dataset": {"ref": "d"}, "evaluators": [{"name": "exact", "type": "External"}]}
    document = {"model": {"url": "http://m/v1", "name": "m"}, "evaluation": block, **spec}
    return EvaluationJob.model_validate({"metadata": {"name": "j", "namespace": "n"}, "spec": document})


def a_plan() -> RunPlan:
    evaluation = PlannedEvaluation.model_validate({"data": {}, "evaluators": []})
    return RunPlan(
        adapters={},
        benchmarks=[BENCHMARK],
        evaluation=evaluation.model_copy(update={"evaluators": [EXACT]}),
        pass_criteria=criteria(0.85),
    )


def a_result(right: int, wrong: int) -> Result:
    run = run_of([EXACT], {"exact": [True] * right + [False] * wrong}, criteria=None)
    return from_text(json.dumps({"status": "Completed", **run.document()}))


def finished(result: Result | None) -> EvaluationJobStatus:
    benchmark = BenchmarkStatus(index=0, id="evaluation", provider="referee_evaluators", phase="Failed")
    if result is not None:
        fields = outcome.of(BENCHMARK, result, 0.95).fields
        benchmark = benchmark.model_copy(update={**fields, "phase": "Completed"})
    status = EvaluationJobStatus(benchmarks=[benchmark], attempt=1)
    return ending.finished(a_job(), a_plan(), status, result, NOW)


def test_its_gates_are_those_of_its_evaluators_and_the_jobs() -> None:
    status = finished(a_result(82, 18))
    assert status.verdict is not None
    assert [(g.subject, g.result) for g in status.verdict.gates] == [("evaluator exact", "Pass"), ("job", "Fail")]
    assert (status.verdict.result, status.score) == ("Fail", 0.82)
    assert status.score_ci_low == status.verdict.gates[1].ci_low


def test_what_did_not_run_is_undecided() -> None:
    status = finished(None)
    assert status.verdict is not None
    assert [g.reason for g in status.verdict.gates] == ["NotExecuted", "NotExecuted"]
    assert status.verdict.result == "Unknown"


def test_the_score_keeps_the_interval_that_decided() -> None:
    fields = outcome.of(BENCHMARK, a_result(82, 18), 0.95).fields
    primary = fields["primary"]
    assert (primary.name, primary.method, primary.n) == ("score", "Wilson", 100)
    assert fields["pending"] == 0


def test_a_framework_and_its_baseline() -> None:
    value = MetricValue(name="acc", value=0.7, stderr=0.0145, n=1000, method="Wilson", ci_low=0.67, ci_high=0.73)
    benchmark = BENCHMARK.model_copy(update={"primary_score": SCORE.model_copy(update={"metric": "acc"})})
    was = FrozenMetric(name="referee_evaluators/evaluation", value=0.8, stderr=0.01265, n=1000, boolean=True)
    run = {"job": "v1", "jobUid": "u", "attempt": 2, "firstChild": 2, "lastChild": 2}
    baseline = FrozenBaseline.model_validate(
        {**run, "test": "SignificantRegression", "maxRegression": 0, "minMatched": 1}
    ).model_copy(update={"metrics": [was]})
    plan = RunPlan(adapters={}, benchmarks=[benchmark], baseline=baseline)
    done = BenchmarkStatus(index=0, id="evaluation", provider="referee_evaluators", phase="Completed")
    done = done.model_copy(update={"primary": value, "metrics": [value], "samples": 1000, "unscored": 0})
    status = ending.finished(a_job(), plan, EvaluationJobStatus(benchmarks=[done], attempt=1), None, NOW)
    assert status.verdict is not None
    assert [(g.subject, g.result, g.reason) for g in status.verdict.gates] == [("baseline", "Fail", "Regressed")]
    assert status.comparison is not None
    assert status.comparison.baseline == "v1, attempt 2"


def test_nothing_scored_says_what_went_wrong() -> None:
    document = {
        "status": "Completed",
        "metrics": [],
        "evaluators": [{"name": "judge", "n": 0, "causes": {"infrastructure": 3, "evaluator": 2}}],
        "samples": {"total": 5, "scored": 0, "errors": 3, "unscored": 5},
    }
    refused = outcome.of(BENCHMARK, from_text(json.dumps(document)), 0.95).refused
    assert refused is not None
    assert refused.message == "not one sample was scored; causes by evaluator: judge: evaluator 2, infrastructure 3"
    waiting = {**document, "samples": {"total": 5, "pending": 5}}
    assert outcome.of(BENCHMARK, from_text(json.dumps(waiting)), 0.95).refused is None
