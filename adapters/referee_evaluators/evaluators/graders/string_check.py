"""Compares the output's text with the target's.

Equals, Contains and StartsWith hold if they do for one accepted answer, NotEquals if the output is none of them. For
Equals and NotEquals an object or a list among the answers is compared as JSON with what the output is as JSON; an
object with one field counts as itself and as that field.
`strip` (on unless told otherwise) leaves out white space around both texts, as models end their answers with a line.
An empty target is contained in everything, so Contains and StartsWith refuse it: it would be right always.
"""

from collections.abc import Callable, Mapping
from typing import Any

from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import YES_OR_NO, Found, Grader
from referee_evaluators.evaluators.graders.json_values import NotJSON, parse, same
from referee_evaluators.evaluators.graders.targets import accepted, as_answer
from referee_evaluators.evaluators.graders.texts import caseless, output_of, shown
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample

_HOLDS: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda output, answer: output == answer,
    "NotEquals": lambda output, answer: output == answer,
    "Contains": lambda output, answer: answer in output,
    "StartsWith": lambda output, answer: output.startswith(answer),
}


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Read operation, ignoreCase and strip."""
    del evaluator
    operation = options.choice("operation", tuple(_HOLDS))
    ignore_case = options.flag("ignoreCase", default=False)
    strip = options.flag("strip", default=True)
    holds, whole = _HOLDS[operation], operation in ("Equals", "NotEquals")

    def form(text: str) -> str:
        text = text.strip() if strip else text
        return caseless(text) if ignore_case else text

    def one(output: str, answer: Any) -> bool:  # noqa: ANN401 - any JSON value
        if whole and isinstance(answer, Mapping | list):
            return _is_json(output, answer)
        wanted = form(as_answer(answer))
        if not (wanted or whole):
            raise NotScored(
                f"the target is empty, and every text {operation.lower()} it: give it a text, or use Equals"
            )
        return holds(form(output), wanted)

    def grade(sample: Sample) -> Found:
        output, answers = output_of(sample), accepted(sample)
        target = sample.datapoint.target
        if whole and isinstance(target, Mapping) and len(target) == 1:
            answers.append(target)
        right = any(one(output, answer) for answer in answers) is not (operation == "NotEquals")
        return Found(right, None if right else f"{shown(output)} {_FAILED[operation]} {_list(answers)}")

    return Grader(grade, YES_OR_NO)


_FAILED = {
    "Equals": "is not",
    "NotEquals": "is",
    "Contains": "does not contain",
    "StartsWith": "does not start with",
}


def _is_json(output: str, answer: object) -> bool:
    try:
        return same(parse(output), answer)
    except NotJSON:
        return False


def _list(answers: list[Any]) -> str:
    return shown(answers[0]) if len(answers) == 1 else f"any of {shown(answers)}"
