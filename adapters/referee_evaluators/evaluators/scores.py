"""From what an evaluator says to scores: of its declared type, or unscored with the reason.

Every kind of evaluator ends here, so that "out of range", "unknown choice" and "no such key" are the same everywhere.
Nothing is corrected on the way. Of several keys each stands for itself: one that is missing or wrong leaves the others
as they are, and one that nobody declared is kept for people to see.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from referee.core.evaluation.outcomes import TARGET_MISSING
from referee.core.evaluation.scoretype import OutOfType, ScoreType
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Score

UNDECLARED = ScoreType()
"""Of a key that nobody declared."""
_ERROR = 500
"""Characters of an error in a record."""


class NotScored(Exception):  # noqa: N818 - an outcome of one sample, not a bug
    """Raised by an evaluator that cannot judge a sample; becomes an unscored score."""

    def __init__(self, message: str, cause: str = "evaluator") -> None:
        """Take what the score will say."""
        super().__init__(message)
        self.message = message
        self.cause = cause


def types_of(evaluator: EvaluatorSpec) -> dict[str, ScoreType]:
    """The type of each score that it gives, by the score's full name."""
    if not evaluator.outputs:
        return {evaluator.name: evaluator.score}
    return {f"{evaluator.name}.{output.key}": output.score for output in evaluator.outputs}


def taken(name: str, type_: ScoreType, value: object, **more: Any) -> Score:  # noqa: ANN401 - fields of Score
    """A score of a value; unscored where it is not of the type."""
    found = type_.take(value)
    if isinstance(found, OutOfType):
        return unscored(name, found.message, **more)
    return Score(name, "scored", value=found.value, label=found.label, **more)


def unscored(name: str, error: str, cause: str = "evaluator", **more: Any) -> Score:  # noqa: ANN401 - fields of Score
    """A score that there is not, and why."""
    return Score(name, "unscored", cause=cause, error=error[:_ERROR], **more)


def all_unscored(evaluator: EvaluatorSpec, error: str, cause: str = "evaluator", **more: Any) -> list[Score]:  # noqa: ANN401 - fields of Score
    """The same for each of its keys."""
    return [unscored(name, error, cause, **more) for name in types_of(evaluator)]


def target_missing(evaluator: EvaluatorSpec) -> list[Score]:
    """What an evaluator that needs a target says of a sample without one."""
    return all_unscored(evaluator, "the datapoint has no target, and this evaluator needs one", TARGET_MISSING)


def several(evaluator: EvaluatorSpec, values: Mapping[str, object], **more: Any) -> Sequence[Score]:  # noqa: ANN401 - fields of Score
    """Scores of an evaluator that answered with several keys."""
    scores = []
    for output in evaluator.outputs:
        name = f"{evaluator.name}.{output.key}"
        if output.key in values:
            scores.append(taken(name, output.score, values[output.key], **more))
        else:
            scores.append(unscored(name, f"the answer has no key {output.key!r}", **more))
    declared = {output.key for output in evaluator.outputs}
    for key, value in values.items():
        if key not in declared:
            scores.append(taken(f"{evaluator.name}.{key}", UNDECLARED, value, **more))
    return scores
