"""Whether what a job says of errors and of epochs can be carried out with the scores that its evaluators give."""

from collections.abc import Iterator, Sequence

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import PlannedEvaluator
from referee.core.evaluation.outcomes import Policies
from referee.core.evaluation.reading import Reduction
from referee.core.evaluation.scoretype import ScoreType
from referee.core.refusal import Refused


def check_scoring(job: EvaluationJob, evaluators: Sequence[PlannedEvaluator]) -> None:
    """Refuse what would only come to nothing after the run.

    Raises:
        Refused: naming the field and the evaluator.
    """
    errors, epochs = job.spec.execution.on_error, job.spec.execution.epochs
    wrong = Policies(errors.model, errors.infrastructure, errors.evaluator).refused(_types(evaluators))
    if wrong is not None:
        raise Refused(Reason.RANGE_REQUIRED, wrong)
    first = Reduction(epochs.reducers[0], epochs.k)
    for planned in evaluators if first.over_passes else ():
        deciding = planned.weight > 0 or planned.pass_criteria is not None
        if deciding and not all(type_.has_pass_rule for _, type_ in _types([planned])):
            raise Refused(
                Reason.MEASURE_NOT_AVAILABLE,
                f"execution.epochs.reducers: {first.name} counts the epochs that pass, and evaluator {planned.name!r}"
                " has no rule of what passes: set score.passing or score.passingChoices, or another reducer first",
            )


def _types(evaluators: Sequence[PlannedEvaluator]) -> Iterator[tuple[str, ScoreType]]:
    for planned in evaluators:
        for output in planned.outputs:
            yield f"{planned.name}.{output.key}", ScoreType.of(output.score)
        if not planned.outputs:
            yield planned.name, ScoreType.of(planned.score)
