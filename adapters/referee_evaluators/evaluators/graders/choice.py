"""Which of several options the output chose.

A score of type Categorical is the option itself, and needs no target; any other says whether it is the target's. An
output that chooses none is a wrong answer for the latter; the former has no label for it and is unscored.
"""

from referee_adapter import Failure, SpecError
from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import Found, Grader
from referee_evaluators.evaluators.graders.options import Options
from referee_evaluators.evaluators.graders.targets import accepted_texts
from referee_evaluators.evaluators.graders.texts import caseless, output_of, shown
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample

_DEFAULT = ("A", "B", "C", "D")


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Read the choices.

    Raises:
        Failure: a categorical score does not know one of them.
        SpecError: two are the same.
    """
    names = options.strings("choices") or _DEFAULT
    if len({caseless(name.strip()) for name in names}) < len(names):
        raise SpecError(f"choices: two of {', '.join(names)} differ in case or white space alone")
    choices = Options(names)
    categorical = evaluator.score.type == "Categorical"
    known = {choice.name for choice in evaluator.score.choices}
    if categorical and not known.issuperset(names):
        raise Failure(
            "EvaluatorInvalid",
            f"evaluator {evaluator.name!r}: score.choices must name every choice; there are {', '.join(names)},"
            f" named are {', '.join(sorted(known))}",
            retryable=False,
        )

    def chosen(sample: Sample) -> Found:
        label, why = choices.chosen(output_of(sample))
        if label is None:
            raise NotScored(why)
        return Found([label] if evaluator.score.multiple else label, why)

    def right(sample: Sample) -> Found:
        wanted = [_known(choices, answer) for answer in accepted_texts(sample)]
        label, why = choices.chosen(output_of(sample))
        return Found(label in wanted, f"{why}; expected {' or '.join(wanted)}")

    return Grader(chosen if categorical else right, ("Boolean", "Numerical", "Categorical"))


def _known(choices: Options, answer: str) -> str:
    name = choices.named(answer)
    if name is None:
        raise NotScored(f"the target {shown(answer)} is none of the choices {', '.join(choices.names)}")
    return name
