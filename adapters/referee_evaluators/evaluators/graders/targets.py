"""What a target may be: one answer, a list of accepted ones, or an object.

A list is accepted answers, any of which is right; an object with a single field is that field's value (`{"answer":
"Paris"}`), whatever the field is called. An object with several fields is no text: a grader that wants text says so,
since choosing a field would be guessing. A number is compared as it is written in JSON, a whole one without a fraction:
a column of numbers turns 4 into 4.0 on its way.
"""

import json
from collections.abc import Mapping
from typing import Any

from referee.core.evaluation.outcomes import TARGET_MISSING
from referee_evaluators.evaluators.graders.texts import composed
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.types import Sample


def accepted(sample: Sample) -> list[Any]:
    """The accepted answers, at least one.

    Raises:
        NotScored: there is no target, or an empty list of them.
    """
    target = sample.datapoint.target
    if isinstance(target, Mapping) and len(target) == 1:
        (target,) = target.values()
    answers = list(target) if isinstance(target, list | tuple) else [target]
    if not answers or any(answer is None for answer in answers):
        raise NotScored("the datapoint has no target, and this evaluator needs one", TARGET_MISSING)
    return answers


def accepted_texts(sample: Sample) -> list[str]:
    """The accepted answers as text, in form C.

    Raises:
        NotScored: there is none, or one is no text.
    """
    return [as_answer(answer) for answer in accepted(sample)]


def as_answer(answer: object) -> str:
    """An accepted answer as text, in form C.

    Raises:
        NotScored: it is an object or a list.
    """
    if isinstance(answer, str):
        return composed(answer)
    if isinstance(answer, float) and answer.is_integer():
        return str(int(answer))
    if isinstance(answer, bool | int | float):
        return json.dumps(answer)
    named = f"the fields {', '.join(map(str, answer))}" if isinstance(answer, Mapping) else "several values"
    raise NotScored(f"the target has {named}, and this evaluator compares text: map one of them to target")
