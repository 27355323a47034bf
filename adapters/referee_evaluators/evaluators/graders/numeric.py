"""Whether the output's number is the target's, within a tolerance.

Right is |output - target| <= max(absolute, relative x |target|); both tolerances are 0 where they are not given, so
that equal means equal. -0 is 0. An output without a number is a wrong answer; a target without one is an error.
"""

from decimal import Decimal

from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import YES_OR_NO, Found, Grader
from referee_evaluators.evaluators.graders.numbers import last_number
from referee_evaluators.evaluators.graders.targets import accepted
from referee_evaluators.evaluators.graders.texts import output_of, shown
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Read the tolerances."""
    del evaluator
    absolute = Decimal(str(options.number("absolute", 0)))
    relative = Decimal(str(options.number("relative", 0)))

    def grade(sample: Sample) -> Found:
        targets = [_wanted(answer) for answer in accepted(sample)]
        text = output_of(sample)
        number = last_number(text)
        if number is None:
            return Found(value=False, why=f"no number at the end of {shown(text[-50:])}")
        right = any(abs(number - target) <= max(absolute, relative * abs(target)) for target in targets)
        return Found(right, f"{number} read, {' or '.join(map(str, targets[:5]))} expected")

    return Grader(grade, YES_OR_NO)


def _wanted(answer: object) -> Decimal:
    found = None
    if isinstance(answer, str):
        found = last_number(answer)
    elif isinstance(answer, int | float) and not isinstance(answer, bool):
        found = Decimal(str(answer))
    if found is None or not found.is_finite():
        raise NotScored(f"the target {shown(answer)} is no number")
    return found
