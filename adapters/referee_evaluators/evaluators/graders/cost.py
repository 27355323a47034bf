"""What the answer cost, in the currency of the model's pricing; what came out of the cache cost nothing."""

from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import NUMBER, Found, Grader
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Nothing to read."""
    del options, evaluator

    def grade(sample: Sample) -> Found:
        if sample.output.cost is None:
            raise NotScored("it is not known what this output cost: set model.pricing, and generate it here")
        return Found(sample.output.cost)

    return Grader(grade, NUMBER)
