"""Evaluators at work: one scorer for each that a job has.

`build` is called for all of them before the first call of any model, so whatever can be known to be wrong (a pattern,
a schema, a placeholder, a formula) is a failure of the run with the evaluator's name in it, and costs nothing. Each
kind is imported where it is first asked for: nobody waits for sacrebleu who compares strings.
"""

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from referee.core.evaluation.formula import FormulaError, evaluation_order
from referee_adapter import Failure, SpecError
from referee_evaluators.evaluators.scores import target_missing
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample, Score, Scorer, Tools

_KINDS = {
    "Grader": "grader",
    "Code": "code",
    "LLM": "llm",
    "Composite": "composite",
    "External": "posted",
    "Human": "posted",
}
"""Type of evaluator -> module of this package with its `build`."""


def build(evaluator: EvaluatorSpec, tools: Tools) -> Scorer:
    """Make an evaluator ready to score.

    Raises:
        Failure: it cannot be right, whatever the samples are; the message names it.
    """
    module = importlib.import_module(f"{__name__}.{_KINDS[evaluator.type]}")
    try:
        scorer: Scorer = module.build(evaluator, tools)
    except SpecError as error:
        raise Failure("EvaluatorInvalid", f"evaluator {evaluator.name!r}: {error}", retryable=False) from error
    if evaluator.arguments == "TargetRequired" and not evaluator.pending_by_nature:
        return _WithTarget(evaluator, scorer)
    return scorer


def in_order(evaluators: Iterable[EvaluatorSpec]) -> list[EvaluatorSpec]:
    """The evaluators so that a composite comes after what it is made of; else as they were given.

    Raises:
        Failure: a formula is none, names no evaluator, or some need each other.
    """
    by_name = {evaluator.name: evaluator for evaluator in evaluators}
    composites = [evaluator for evaluator in by_name.values() if evaluator.type == "Composite"]
    if not composites:
        return list(by_name.values())
    needed = importlib.import_module(f"{__name__}.composite").needed
    try:
        needs = {name: needed(by_name[name], by_name.values()) for name in by_name}
        return [by_name[name] for name in evaluation_order(needs)]
    except FormulaError as error:
        raise Failure("EvaluatorInvalid", f"composite evaluators: {error}", retryable=False) from error


class _WithTarget:
    """Leaves out samples without a target: an evaluator that needs one must not see None for it."""

    def __init__(self, evaluator: EvaluatorSpec, scorer: Scorer) -> None:
        self._evaluator = evaluator
        self._scorer = scorer

    async def score(self, sample: Sample) -> Sequence[Score]:
        if sample.datapoint.target is None:
            return [replace(score, source=_source(self._evaluator)) for score in target_missing(self._evaluator)]
        return await self._scorer.score(sample)

    async def close(self) -> None:
        await self._scorer.close()


def _source(evaluator: EvaluatorSpec) -> str:
    return "judge" if evaluator.type == "LLM" else "adapter"
