"""Composite evaluators: a formula over other evaluators' scores of the same sample.

An operand without a score leaves the composite without one, for the operand's own reason: a composite over half of what
it was declared over would be another measure. What is pending is waited for, unless the outcome is clear without it.
Booleans count 1 and 0, labels what their choice is worth.
"""

from collections.abc import Iterable, Sequence

from referee.core.evaluation.formula import FormulaError, parse
from referee_adapter import Failure
from referee_adapter.fields import Fields
from referee_evaluators.evaluators.scores import taken, types_of, unscored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample, Score, Scorer, Tools


def needed(evaluator: EvaluatorSpec, others: Iterable[EvaluatorSpec]) -> list[str]:
    """The evaluators whose scores one is made of; none but of a composite.

    Raises:
        FormulaError: its formula is none, or names a score that nobody gives.
    """
    if evaluator.type != "Composite":
        return []
    owners = {name: other.name for other in others for name in types_of(other)}
    try:
        return [owners[name] for name in parse(_text(evaluator), owners).names]
    except FormulaError as error:
        raise FormulaError(f"evaluator {evaluator.name!r}: {error}") from None


def build(evaluator: EvaluatorSpec, tools: Tools) -> Scorer:
    """A formula that is ready to compute."""
    del tools
    if evaluator.outputs:
        raise Failure(
            "EvaluatorInvalid",
            f"evaluator {evaluator.name!r}: a composite gives one score; remove outputs",
            retryable=False,
        )
    try:
        return _Composite(evaluator)
    except FormulaError as error:
        raise Failure("EvaluatorInvalid", f"evaluator {evaluator.name!r}: {error}", retryable=False) from error


class _Composite:
    def __init__(self, evaluator: EvaluatorSpec) -> None:
        self._formula = parse(_text(evaluator))
        ((self._name, self._type),) = types_of(evaluator).items()

    async def score(self, sample: Sample) -> Sequence[Score]:
        """What the formula comes to, over the scores so far."""
        missing = _without(self._name, self._formula.names, sample)
        if missing:
            return [missing]
        values = {name: sample.scores[name].value or 0.0 for name in self._formula.names}
        shown = ", ".join(f"{name} = {value:g}" for name, value in values.items())
        try:
            return [taken(self._name, self._type, self._typed(self._formula.value(values)), explanation=shown)]
        except FormulaError as error:
            return [unscored(self._name, f"{error} with {shown}")]

    def _typed(self, value: float) -> float | bool:
        """A formula has no other words for true and false than 1 and 0."""
        yes_or_no = self._type.type == "Boolean" and self._type.passing is None and value in (0, 1)
        return bool(value) if yes_or_no else value

    async def close(self) -> None:
        """Nothing is held."""


def _without(name: str, operands: Iterable[str], sample: Sample) -> Score | None:
    """The outcome where some operand has no number; what can never be computed is said before what may still come."""
    found = [(operand, sample.scores.get(operand)) for operand in operands]
    for operand, score in found:
        if score is None:
            return unscored(name, f"{operand!r} has no score for this sample")
        if score.outcome == "unscored":
            return unscored(name, f"{operand!r} is unscored: {score.error}", score.cause or "evaluator")
        if score.outcome == "scored" and score.value is None:
            return unscored(name, f"{operand!r} has no number: {score.label!r} has no value")
    outcomes = {score.outcome for _, score in found if score}
    for outcome in ("skipped", "pending"):
        if outcome in outcomes:
            return Score(name, outcome)
    return None


def _text(evaluator: EvaluatorSpec) -> str:
    return Fields(evaluator.block, f"evaluators.{evaluator.name}.composite").filled("formula")
