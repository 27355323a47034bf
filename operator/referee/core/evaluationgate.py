"""The gates of an evaluation: its evaluators, parts of its samples, its combined score, its baseline.

The adapter has the samples and has computed, of each measure, what it would be with everything unscored at its worst
and at its best. Here it is only asked whether that turns an outcome. A figure that should be there and is not leaves
its gate Unknown; scores that are still to come leave it Unknown however good the rest is, or failed, where the job says
that they had to be there by the deadline.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from referee.api.benchmark import PassCriteria, RequiredAgreement
from referee.api.conditions import Reason
from referee.api.runplan import FrozenBaseline, PlannedEvaluator
from referee.api.status import Gate
from referee.core.criterion import TOLERANCE, Decision, Figures, Rules, compared, error_rate, gate, turned
from referee.core.evaluation.scoretype import ScoreType
from referee.core.measured import Measured
from referee.core.reported import Ends, Reported, ReportedDifference, ReportedEvaluator, ReportedMeasure, ReportedScore
from referee.core.stats import wilson
from referee.core.stats.estimate import Estimate
from referee.core.stats.needed import n_needed

SCORE = "score"
_BASELINE = "baseline"
_NOT_WORSE = (Reason.NOT_WORSE, "Pass")
_REGRESSED = (Reason.REGRESSED, "Fail")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was asked of an evaluation, and what came of it."""

    evaluators: Sequence[PlannedEvaluator]
    reported: Reported


def gates(evaluated: Evaluated, run: Measured, rules: Rules) -> list[Gate]:
    """The gates of the evaluators in their order, then the job's.

    Args:
        evaluated: the evaluators and their figures.
        run: the one benchmark that the evaluation is.
        rules: what the job says of all gates.
    """
    found = [
        _evaluator_gate(evaluated, planned, planned.pass_criteria, run, rules)
        for planned in evaluated.evaluators
        if planned.pass_criteria is not None
    ]
    if rules.job_criteria is not None:
        found.append(_job_gate(evaluated, rules.job_criteria, run, rules))
    return found


def baseline_gate(evaluated: Evaluated, run: Measured, rules: Rules, against: FrozenBaseline) -> Gate:
    """The combined score against the baseline's, as the adapter compared them sample by sample."""
    comparison = evaluated.reported.comparison
    metric = next((m for m in comparison.metrics if m.name == SCORE), None) if comparison else None
    decision = _before(run) or _pending_score(evaluated.reported.score) or _unreliable(evaluated, None, rules)
    if decision is None:
        decision = _compared_with(metric, against)
    return _baseline_gate(metric, against, decision)


def _evaluator_gate(
    evaluated: Evaluated, planned: PlannedEvaluator, criteria: PassCriteria, run: Measured, rules: Rules
) -> Gate:
    found = _entry(evaluated.reported, planned.name, criteria)
    measure = found.measure(criteria.measure) if found else None
    lower = planned.score.lower_is_better and criteria.measure != "PassRate"
    figures = _figures(measure, lower_is_better=measure.lower_is_better if measure else lower)
    decision = _before(run)
    if decision is None and found is None:
        decision = Decision("Unknown", Reason.NOT_REPORTED)
    if decision is None and found is not None:
        decision = (
            _pending(found.pending, found.closing)
            or _too_many_errors(found, rules)
            or _agreement(evaluated.reported, planned.name, criteria.require_agreement)
        )
    if decision is None:
        decision = _decided(figures, measure, criteria, rules)
    if decision.result == "Fail" and decision.compared and measure is not None:
        decision = _with_n_needed(decision, measure, criteria, ScoreType.of(planned.score), rules)
    return gate(f"evaluator {planned.name}", figures, criteria, decision, required=planned.required)


def _job_gate(evaluated: Evaluated, criteria: PassCriteria, run: Measured, rules: Rules) -> Gate:
    reported, part = evaluated.reported, criteria.slice
    if part is None:
        score = reported.score
    else:
        sliced = reported.slice(part.by, part.value)
        score = sliced.score if sliced else None
    measure = score.measure(criteria.measure) if score else None
    figures = _figures(measure, lower_is_better=False)
    decision = _before(run)
    if decision is None and score is None:
        decision = Decision("Unknown", Reason.SCORE_MISSING if part is None else Reason.NOT_REPORTED)
    if decision is None and criteria.require_agreement is not None:
        decision = Decision("Unknown", Reason.MEASURE_NOT_AVAILABLE)
    decision = decision or _pending_score(score) or _unreliable(evaluated, criteria, rules)
    decision = decision or _decided(figures, measure, criteria, rules)
    return gate("job", figures, criteria, decision, required=True)


def _before(run: Measured) -> Decision | None:
    """Why nothing of the run may be looked at."""
    return None if run.unusable is None else Decision("Unknown", run.unusable)


def _entry(reported: Reported, name: str, criteria: PassCriteria | None) -> ReportedEvaluator | None:
    """The evaluator over what the criterion is on: the run, or a part of it."""
    if criteria is None or criteria.slice is None:
        return reported.evaluator(name)
    part = reported.slice(criteria.slice.by, criteria.slice.value)
    return next((found for found in part.evaluators if found.name == name), None) if part else None


def _pending(pending: int, closing: str) -> Decision | None:
    if not pending:
        return None
    return Decision("Fail" if closing == "Fail" else "Unknown", Reason.SCORES_MISSING)


def _pending_score(score: ReportedScore | None) -> Decision | None:
    return _pending(score.pending, score.closing) if score else None


def _too_many_errors(found: ReportedEvaluator, rules: Rules) -> Decision | None:
    """Where nothing was attempted there is no rate, and nothing scored either, which is said of it then."""
    return None if found.attempted == 0 else error_rate(found.unscored, found.attempted, rules)


def _unreliable(evaluated: Evaluated, criteria: PassCriteria | None, rules: Rules) -> Decision | None:
    """A weighted evaluator that failed too often takes the score with it."""
    if rules.max_error_rate is None:
        return None
    for planned in evaluated.evaluators:
        keys = [f"{planned.name}.{output.key}" for output in planned.outputs] or [planned.name]
        for name in keys if planned.weight > 0 else ():
            found = _entry(evaluated.reported, name, criteria)
            if found is None:
                return Decision("Unknown", Reason.ERRORS_NOT_REPORTED)
            if (decision := _too_many_errors(found, rules)) is not None:
                return decision
    return None


def _agreement(reported: Reported, name: str, required: RequiredAgreement | None) -> Decision | None:
    """Unknown unless the judge is known to agree with people as well as is asked; over the run, also for a part."""
    if required is None:
        return None
    found = reported.evaluator(name)
    value = _agreed(found.agreement if found else {}, required)
    if value is None:
        return Decision("Unknown", Reason.AGREEMENT_MISSING)
    return None if value >= required.min - TOLERANCE else Decision("Unknown", Reason.AGREEMENT_TOO_LOW)


def _agreed(agreement: Mapping[str, Any], required: RequiredAgreement) -> float | None:
    measures = agreement.get("measures")
    if agreement.get("with") != required.with_ or not isinstance(measures, list):
        return None
    values = [m.get("value") for m in measures if isinstance(m, dict) and m.get("measure") == required.measure]
    value = values[0] if values else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _figures(measure: ReportedMeasure | None, *, lower_is_better: bool) -> Figures:
    if measure is None:
        return Figures(lower_is_better=lower_is_better)
    return Figures(measure.value, measure.low, measure.high, measure.method, measure.n, lower_is_better)


def _decided(figures: Figures, measure: ReportedMeasure | None, criteria: PassCriteria, rules: Rules) -> Decision:
    if measure is None:
        return Decision("Unknown", Reason.NOT_REPORTED)
    if measure.value is None:
        return Decision("Unknown", Reason.NOTHING_SCORED)
    decision = compared(figures, criteria)
    if not decision.compared or not measure.open:
        return decision
    scenarios = [_scenario(figures, ends) for ends in (measure.worst, measure.best)]
    return turned(decision, scenarios, criteria, rules) or decision


def _scenario(figures: Figures, ends: Ends | None) -> Figures | None:
    if ends is None:
        return None
    return Figures(ends.value, ends.low, ends.high, figures.method, figures.n, figures.lower_is_better)


def _with_n_needed(
    decision: Decision, measure: ReportedMeasure, criteria: PassCriteria, type_: ScoreType, rules: Rules
) -> Decision:
    """A bound that missed a threshold which the estimate meets: how many samples would have settled it."""
    if criteria.bound == "Point" or criteria.measure not in ("Mean", "PassRate") or measure.value is None:
        return decision
    boolean = str(measure.method).startswith(wilson.METHOD)
    span = (0.0, 1.0) if criteria.measure == "PassRate" or boolean else type_.span
    estimate = Estimate(measure.value, measure.stderr, measure.n, boolean, span)
    n = n_needed(estimate, criteria.threshold, rules.confidence, lower_is_better=measure.lower_is_better)
    return Decision(decision.result, decision.reason, n)


def _compared_with(metric: ReportedDifference | None, against: FrozenBaseline) -> Decision:
    """What the adapter decided, if it is what was asked; a Pass that does not say why is none."""
    if metric is None or metric.test != against.test:
        return Decision("Unknown", Reason.COMPARISON_MISSING)
    reason = Reason.named(metric.reason) or Reason.COMPARISON_MISSING
    if (reason, metric.result) in (_NOT_WORSE, _REGRESSED) and metric.delta is not None:
        return Decision("Pass" if metric.result == "Pass" else "Fail", reason)
    return Decision("Unknown", reason, metric.n_needed)


def _baseline_gate(metric: ReportedDifference | None, against: FrozenBaseline, decision: Decision) -> Gate:
    limit = PassCriteria(threshold=-against.max_regression if against.test != "SignificantRegression" else 0)
    shown = Figures(metric.delta, metric.low, metric.high, metric.method, metric.n) if metric else Figures()
    made = gate(_BASELINE, shown, limit, decision, required=True)
    bound = "Worst" if against.test == "NonInferiority" else "Point"
    return made.model_copy(update={"measure": "Delta", "bound": bound})
