"""How long the output is: characters, words, or tokens as the endpoint counted them.

A character is a Unicode code point in form C, so that é is one however it was typed; a word is what white space ends.
Tokens are never counted here: which they are only the model's own tokenizer knows.
"""

from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import NUMBER, Found, Grader
from referee_evaluators.evaluators.graders.texts import output_of
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Read the unit."""
    del evaluator
    count = _UNITS[options.choice("unit", tuple(_UNITS))]
    return Grader(lambda sample: Found(count(sample)), NUMBER)


def _characters(sample: Sample) -> int:
    return len(output_of(sample))


def _words(sample: Sample) -> int:
    return len(output_of(sample).split())


def _tokens(sample: Sample) -> int:
    usage = sample.output.usage
    if usage is None or usage.estimated:
        raise NotScored("the endpoint did not say how many tokens the output has; use Characters or Words")
    return usage.output_tokens


_UNITS = {"Characters": _characters, "Words": _words, "Tokens": _tokens}
