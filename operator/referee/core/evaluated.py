"""What status says of an evaluation beside its one benchmark: evaluator by evaluator, the comparison, what it used.

Cut to what status may hold: the worst slices, the scenarios of the gates and everything else are in the results store.
"""

from collections.abc import Iterable

from referee.api.figures import MAX_EVALUATORS, ComparedMetric, Comparison, EvaluatorStatus, Measure, Outcome, Usage
from referee.api.status import EvaluationJobStatus, Provenance
from referee.core.reported import Reported, ReportedComparison, ReportedDifference, ReportedEvaluator, ReportedMeasure
from referee.core.result import Result

_MOST_LABELS = 32
_MOST_CAUSES = 16
_MOST_COMPARED = 33
_METHOD = 64
_OUTCOMES: dict[str, Outcome] = {"Pass": "Pass", "Fail": "Fail", "Unknown": "Unknown"}


def of(status: EvaluationJobStatus, result: Result) -> EvaluationJobStatus:
    """The status with what a result says of evaluators; unchanged by a result that says nothing of any."""
    found = result.reported
    if not found.evaluators and found.comparison is None:
        return status
    provenance = status.provenance or Provenance()
    return status.model_copy(
        update={
            "evaluators": [_evaluator(entry) for entry in found.evaluators[:MAX_EVALUATORS]],
            "comparison": _comparison(found.comparison),
            "usage": _usage(found),
            "provenance": _read(provenance, found),
        }
    )


def _read(provenance: Provenance, found: Reported) -> Provenance:
    """The provenance with the dataset that was read: digest and count are of one reading, or stay as they were."""
    if not found.dataset_digest:
        return provenance
    return provenance.model_copy(update={"dataset_digest": found.dataset_digest, "dataset_count": found.dataset_count})


def _evaluator(found: ReportedEvaluator) -> EvaluatorStatus:
    mean, rate = found.measure("Mean"), found.measure("PassRate")
    return EvaluatorStatus(
        name=found.name,
        type=found.type,
        digest=found.digest or None,
        n=found.n,
        value=mean.value if mean else None,
        stderr=mean.stderr if mean else None,
        ci_low=mean.low if mean else None,
        ci_high=mean.high if mean else None,
        method=mean.method[:_METHOD] if mean and mean.method else None,
        pass_rate=rate.value if rate else None,
        measures=_measures(found.measures),
        distribution=dict(sorted(found.distribution.items(), key=lambda item: -item[1])[:_MOST_LABELS]),
        errors=found.errors,
        unscored=found.unscored,
        skipped=found.skipped,
        pending=found.pending,
        causes=dict(sorted(found.causes.items(), key=lambda item: -item[1])[:_MOST_CAUSES]),
        agreement=dict(found.agreement) or None,
    )


def _measures(found: Iterable[ReportedMeasure]) -> list[Measure]:
    """Beyond the mean, which stands on the evaluator itself."""
    return [
        Measure(
            measure=m.measure,
            value=m.value,
            stderr=m.stderr,
            ci_low=m.low,
            ci_high=m.high,
            method=m.method[:_METHOD] if m.method else None,
            n=m.n,
        )
        for m in found
        if m.value is not None and m.measure != "Mean"
    ]


def _comparison(found: ReportedComparison | None) -> Comparison | None:
    if found is None:
        return None
    return Comparison(
        baseline=found.baseline,
        matched=found.matched,
        unmatched=found.unmatched,
        metrics=[_compared(metric) for metric in found.metrics[:_MOST_COMPARED]],
    )


def _compared(found: ReportedDifference) -> ComparedMetric:
    return ComparedMetric(
        name=found.name,
        delta=found.delta,
        ci_low=found.low,
        ci_high=found.high,
        method=found.method[:_METHOD] if found.method else None,
        p=found.p,
        test=found.test or None,
        result=_OUTCOMES.get(found.result),
        reason=found.reason or None,
        n=found.n,
        mde=found.mde,
        n_needed=found.n_needed,
        value_here=found.here,
        value_there=found.there,
        improved=found.improved,
        regressed=found.regressed,
        tied=found.tied,
    )


def _usage(found: Reported) -> Usage | None:
    return Usage.model_validate(dict(found.usage)) if found.usage else None
