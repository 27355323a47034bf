"""Seconds that the answer took: of the call that succeeded, without the waiting before and between attempts."""

from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import NUMBER, Found, Grader
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Nothing to read."""
    del options, evaluator

    def grade(sample: Sample) -> Found:
        if sample.output.latency is None:
            raise NotScored("it is not known how long this output took: it was not generated here")
        return Found(sample.output.latency)

    return Grader(grade, NUMBER)
