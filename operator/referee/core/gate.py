"""Pass, Fail or Unknown: each criterion decided, and what they come to together.

A criterion is decided only by what was measured. Whatever is missing (the run, the metric, an interval, samples,
error counts) makes it Unknown, and so do unscored samples that could turn the outcome: it is computed again with all
of them at their worst and at their best. Where a metric has no range, nobody can say what an unscored sample could
have scored; then the gate is Unknown too, unless execution.maxErrorRate says how much absence the user accepts.

Of a benchmark of a framework only summaries are known. In that second computation its interval moves as its estimate
does and keeps its width. Rejected: making it anew from the completed samples. More samples narrow an interval, also
bad ones, so that one more unscored sample could turn an Unknown into a Pass (over small benchmarks the low end of the
job's score rose by up to 0.08). Evaluators have their samples, and scenarios made of them: `evaluationgate`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from referee.api.benchmark import PassCriteria
from referee.api.conditions import Reason
from referee.api.figures import Outcome
from referee.api.runplan import FrozenBaseline
from referee.api.status import Gate, Verdict
from referee.core import baseline, evaluationgate, metrics
from referee.core.criterion import TOLERANCE, Decision, Figures, Rules, compared, error_rate, gate, turned
from referee.core.evaluationgate import Evaluated
from referee.core.measured import End, Measured
from referee.core.score import JobScore, job_score, mean
from referee.core.stats.needed import n_needed

__all__ = ["TOLERANCE", "Evaluated", "Rules", "decide", "kleene_and"]

_ENDS: tuple[End, End] = ("worst", "best")


def decide(
    measured: Iterable[Measured],
    rules: Rules,
    evaluated: Evaluated | None = None,
    against: FrozenBaseline | None = None,
) -> Verdict:
    """The verdict of a run that is over. The order of the benchmarks changes nothing in it.

    Args:
        measured: every benchmark.
        rules: what the job says of all gates.
        evaluated: of a job with an evaluation, its evaluators and what was reported of them.
        against: the baseline, where the job has one.
    """
    ordered = sorted(measured, key=lambda m: m.index)
    gates = [_benchmark_gate(m, m.criteria, rules) for m in ordered if m.criteria is not None]
    if evaluated is not None and ordered:
        gates += evaluationgate.gates(evaluated, ordered[0], rules)
    elif rules.job_criteria is not None:
        gates.append(_job_gate(ordered, rules.job_criteria, rules))
    if against is not None and evaluated is not None and ordered:
        gates.append(evaluationgate.baseline_gate(evaluated, ordered[0], rules, against))
    elif against is not None:
        gates.append(baseline.gate(ordered, against, rules))
    deciding = [gate.result for gate in gates if gate.required]
    if not deciding:
        return Verdict(result="Unknown", reason=Reason.NO_CRITERIA.value, gates=gates)
    result = kleene_and(deciding)
    reason = {"Pass": Reason.ALL_GATES_PASSED, "Fail": Reason.GATE_FAILED, "Unknown": Reason.GATE_UNDECIDED}[result]
    return Verdict(result=result, reason=reason.value, gates=gates)


def kleene_and(results: Iterable[Outcome]) -> Outcome:
    """Any Fail: Fail; else any Unknown: Unknown; else Pass."""
    seen = set(results)
    return "Fail" if "Fail" in seen else "Unknown" if "Unknown" in seen else "Pass"


def _benchmark_gate(m: Measured, criteria: PassCriteria, rules: Rules) -> Gate:
    figures = _of_benchmark(m)
    decision = _before_comparing(m, criteria, rules) or compared(figures, criteria)
    if decision.compared:
        scenarios = [figures.moved(m.if_unscored_were(end)) for end in _ENDS]
        decision = turned(decision, scenarios, criteria, rules) or _with_n_needed(decision, m, criteria, rules)
    return gate(m.subject, figures, criteria, decision, required=m.required)


def _job_gate(measured: Sequence[Measured], criteria: PassCriteria, rules: Rules) -> Gate:
    weighted = [m for m in measured if m.weight > 0]
    score = job_score(weighted, rules.confidence)
    figures = _of_job(score)
    unreliable = next(filter(None, (error_rate(m.unscored, m.samples, rules) for m in weighted)), None)
    if _needs_samples(criteria):
        decision = Decision("Unknown", Reason.MEASURE_NOT_AVAILABLE)
    elif score.value is None:
        decision = Decision("Unknown", score.reason or Reason.SCORE_MISSING)
    else:
        decision = unreliable or compared(figures, criteria)
    if decision.compared:
        scenarios = [figures.moved(_job_if_unscored_were(end, weighted, rules)) for end in _ENDS]
        decision = turned(decision, scenarios, criteria, rules) or decision
    return gate("job", figures, criteria, decision, required=True)


def _needs_samples(criteria: PassCriteria) -> bool:
    """What only evaluators have; a benchmark's mean must not stand for it."""
    return criteria.measure != "Mean" or criteria.slice is not None or criteria.require_agreement is not None


def _before_comparing(m: Measured, criteria: PassCriteria, rules: Rules) -> Decision | None:
    """Why a benchmark's numbers may not be looked at."""
    if (reason := m.unusable) is not None:
        return Decision("Unknown", reason)
    if _needs_samples(criteria):
        return Decision("Unknown", Reason.MEASURE_NOT_AVAILABLE)
    if m.primary is None:
        return Decision("Unknown", m.missing)
    return error_rate(m.unscored, m.samples, rules)


def _job_if_unscored_were(end: End, weighted: Sequence[Measured], rules: Rules) -> float | None:
    scenario = []
    for m in weighted:
        value = m.if_unscored_were(end)
        if m.primary is not None and value is not None:
            scenario.append(replace(m, primary=m.primary.model_copy(update={"value": value})))
        elif rules.max_error_rate is None:
            return None
        else:
            scenario.append(m)
    return mean(scenario)


def _with_n_needed(decision: Decision, m: Measured, criteria: PassCriteria, rules: Rules) -> Decision:
    """A bound that missed a threshold which the estimate meets: how many samples would have settled it."""
    estimate = m.estimate()
    if decision.result != "Fail" or criteria.bound == "Point" or estimate is None or m.primary is None:
        return decision
    if m.primary.method == metrics.REPORTED:
        return decision
    n = n_needed(estimate, criteria.threshold, rules.confidence, lower_is_better=m.lower_is_better)
    return Decision(decision.result, decision.reason, n)


def _of_benchmark(m: Measured) -> Figures:
    p = m.primary
    if p is None:
        return Figures()
    return Figures(p.value, p.ci_low, p.ci_high, p.method, m.n, m.lower_is_better)


def _of_job(score: JobScore) -> Figures:
    i = score.interval
    return Figures(score.value, i.low if i else None, i.high if i else None, i.method if i else None, score.n)
