"""From answers to a verdict, by the whole way: the adapter's document, as the operator reads it, and its gates."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from referee.api.benchmark import PassCriteria, PrimaryScore
from referee.api.runplan import FrozenBaseline, PlannedBenchmark, PlannedEvaluator
from referee.api.status import BenchmarkStatus, Gate, Verdict
from referee.core import outcome
from referee.core.evaluation.outcomes import Policies
from referee.core.evaluation.reading import Reduction
from referee.core.evaluation.scoretype import ScoreType
from referee.core.gate import Evaluated, Rules, decide
from referee.core.measured import Measured
from referee.core.result import Result, from_text
from tests.unit.core.evaluation.runs import BOOLEAN, Criterion, Evaluator, Run

Cut = Callable[[dict[str, Any]], dict[str, Any]]


def criteria(threshold: float = 0.8, **fields: Any) -> PassCriteria:
    return PassCriteria.model_validate({"threshold": threshold, **fields})


def planned(
    name: str, score: ScoreType = BOOLEAN, gate: PassCriteria | None = None, weight: float = 1, **fields: Any
) -> PlannedEvaluator:
    given = {
        "type": score.type,
        "min": score.min,
        "max": score.max,
        "passing": score.passing,
        "passingChoices": list(score.passing_choices),
        "choices": [{"name": choice.name, "value": choice.value} for choice in score.choices],
        "lowerIsBetter": score.lower_is_better,
    }
    return PlannedEvaluator.model_validate(
        {
            "name": name,
            "type": "External",
            "score": {
                key: value for key, value in given.items() if value is not None and value is not False and value != []
            },
            "digest": "sha256:one",
            "weight": weight,
            "passCriteria": gate.wire() if gate else None,
            **fields,
        }
    )


def asked(gate: PassCriteria | None) -> Criterion | None:
    """As the adapter is told."""
    if gate is None:
        return None
    part, agreement = gate.slice, gate.require_agreement
    return Criterion(
        gate.measure,
        part.by if part else None,
        part.value if part else None,
        agreement.wire() if agreement else None,
    )


def run_of(evaluators: Sequence[PlannedEvaluator], answers: Mapping[str, Sequence[Any]], **fields: Any) -> Run:
    return Run(
        [Evaluator(e.name, ScoreType.of(e.score), e.weight, asked(e.pass_criteria)) for e in evaluators],
        answers,
        **fields,
    )


def verdict(
    evaluators: Sequence[PlannedEvaluator],
    answers: Mapping[str, Sequence[Any]],
    job: PassCriteria | None = None,
    *,
    max_error_rate: float | None = None,
    cut: Cut = lambda document: document,
    more: Mapping[str, Any] | None = None,
    against: FrozenBaseline | None = None,
    policies: Policies | None = None,
    epochs: int = 1,
    reductions: Sequence[Reduction] = (Reduction(),),
    slices: Sequence[str] = (),
    confidence: float = 0.95,
) -> Verdict:
    run = run_of(
        evaluators,
        answers,
        policies=policies or Policies(),
        epochs=epochs,
        reductions=reductions,
        slices=slices,
        criteria=asked(job),
        confidence=confidence,
    )
    document = cut({"status": "Completed", **run.document(), **(more or {})})
    return judged(from_text(json.dumps(document)), evaluators, Rules(confidence, max_error_rate, job), against)


def judged(
    result: Result, evaluators: Sequence[PlannedEvaluator], rules: Rules, against: FrozenBaseline | None = None
) -> Verdict:
    benchmark = PlannedBenchmark(
        index=0,
        id="evaluation",
        provider="referee_evaluators",
        primary_score=PrimaryScore(metric="score", lower_is_better=False, range=[0, 1]),
    )
    values = outcome.of(benchmark, result, rules.confidence)
    phase = "Failed" if values.refused else "Completed"
    status = BenchmarkStatus.model_validate(
        {"index": 0, "id": "evaluation", "provider": "referee_evaluators", "phase": phase}
    ).model_copy(update=values.fields)
    return decide([Measured.of(benchmark, status)], rules, Evaluated(evaluators, result.reported), against)


def only(found: Verdict) -> Gate:
    (gate,) = found.gates
    return gate


def said(found: Verdict) -> str:
    """Pass, Fail, or why it is Unknown."""
    gate = only(found)
    return gate.reason if gate.result == "Unknown" else gate.result
