"""Built-in graders: which one, and what all of them share.

A grader is a function from a sample to a value with a sentence about it. What it may not judge it raises as
`NotScored`; an output that is empty or of the wrong form is an answer, a wrong one, and no error. Whether the value is
of the declared type is looked at once, here: a grader that says yes or no cannot fill a categorical score, and that is
known before the first sample.
"""

import importlib
from collections.abc import Mapping, Sequence

from referee.core.evaluation.scoretype import Kind
from referee_adapter import Failure, SpecError
from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import NUMBER, Found, Grade, Grader
from referee_evaluators.evaluators.scores import NotScored, taken, types_of, unscored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample, Score, Scorer, Tools

_GRADERS = {
    "stringCheck": "string_check",
    "regex": "regex_check",
    "jsonSchema": "json_schema",
    "numeric": "numeric",
    "choice": "choice",
    "similarity": "similarity",
    "length": "length",
    "latency": "latency",
    "cost": "cost",
    "toolCall": "tool_call",
}
"""Block of a grader -> module with its `grader`."""


def build(evaluator: EvaluatorSpec, tools: Tools) -> Scorer:
    """The grader that an evaluator's one block names."""
    del tools
    kind, options = _block(evaluator)
    module = importlib.import_module(f"{__package__}.graders.{_GRADERS[kind]}")
    grader: Grader = module.grader(options, evaluator)
    _fits(evaluator, kind, grader.gives)
    return _Grading(evaluator, grader.grade)


class _Grading:
    def __init__(self, evaluator: EvaluatorSpec, grade: Grade) -> None:
        ((self._name, self._type),) = types_of(evaluator).items()
        self._grade = grade

    async def score(self, sample: Sample) -> Sequence[Score]:
        """What the grader says of one output."""
        try:
            found = self._grade(sample)
            if not isinstance(found, Found):
                found = await found
        except NotScored as error:
            return [unscored(self._name, error.message, error.cause)]
        except Exception as error:  # noqa: BLE001 - a library that stumbles over one output must not end the run
            return [unscored(self._name, f"{type(error).__name__}: {error}")]
        return [taken(self._name, self._type, found.value, explanation=found.why)]

    async def close(self) -> None:
        """Nothing is held."""


def _block(evaluator: EvaluatorSpec) -> tuple[str, Fields]:
    path = f"evaluators.{evaluator.name}.grader"
    named = [kind for kind, options in evaluator.block.items() if options is not None]
    if len(named) != 1 or named[0] not in _GRADERS:
        raise SpecError(f"{path} must name one grader; it has {', '.join(named) or 'none'}; there are {_all()}")
    options = evaluator.block[named[0]]
    return named[0], Fields(options if isinstance(options, Mapping) else {}, f"{path}.{named[0]}")


def _fits(evaluator: EvaluatorSpec, kind: str, gives: Sequence[Kind]) -> None:
    if evaluator.outputs:
        why = "gives one score; remove outputs, or make one evaluator for each"
    elif evaluator.score.type not in gives:
        why = f"gives a score of type {' or '.join(gives)}, not {evaluator.score.type}; change score.type"
    elif gives is NUMBER and evaluator.score.type == "Boolean" and evaluator.score.passing is None:
        why = "gives a number; say with score.passing from where on it is true, or change score.type"
    else:
        return
    raise Failure("EvaluatorInvalid", f"evaluator {evaluator.name!r}: {kind} {why}", retryable=False)


def _all() -> str:
    return ", ".join(_GRADERS)
