"""Pass, Fail or Unknown: each criterion decided, and what they come to together.

A criterion is decided only by what was measured. Whatever is missing (the run, the metric, an interval, samples,
error counts) makes it Unknown, and so do unscored samples that could turn the outcome: it is computed again with all
of them at their worst and at their best. Where a metric has no range, nobody can say what an unscored sample could
have scored; then the gate is Unknown too, unless execution.maxErrorRate says how much absence the user accepts.

In that second computation an interval moves as its estimate does and keeps its width. Rejected: making it anew from
the completed samples. More samples narrow an interval, also bad ones, so that one more unscored sample could turn an
Unknown into a Pass (over small benchmarks the low end of the job's score rose by up to 0.08).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from referee.api.benchmark import PassCriteria
from referee.api.conditions import Reason
from referee.api.status import Gate, Outcome, Verdict
from referee.core import metrics
from referee.core.measured import End, Measured
from referee.core.score import JobScore, job_score, mean
from referee.core.stats.needed import n_needed

TOLERANCE = 1e-9
"""A value this close to a threshold meets it: 0.1 + 0.2 is as good as 0.3."""
_ENDS: tuple[End, End] = ("worst", "best")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a job says of all its gates."""

    confidence: float = 0.95
    max_error_rate: float | None = None
    """Unscored over attempted samples of a benchmark above which it decides nothing; None: no such rule."""
    job_criteria: PassCriteria | None = None


@dataclass(frozen=True, slots=True)
class _Figures:
    """What is compared with a threshold."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    method: str | None = None
    n: int | None = None
    lower_is_better: bool = False

    def pointed(self, criteria: PassCriteria) -> float | None:
        """The estimate, or the pessimistic end of its interval."""
        if criteria.bound == "Point":
            return self.value
        return self.high if self.lower_is_better else self.low

    def moved(self, value: float | None) -> "_Figures | None":
        """The same about another estimate."""
        if value is None or self.value is None:
            return None
        low, high = (None if end is None else end + (value - self.value) for end in (self.low, self.high))
        return replace(self, value=value, low=low, high=high)

    def passes(self, criteria: PassCriteria) -> bool | None:
        """None: the criterion is on a bound and there is none."""
        figure = self.pointed(criteria)
        if figure is None:
            return None
        if self.lower_is_better:
            return figure <= criteria.threshold + TOLERANCE
        return figure >= criteria.threshold - TOLERANCE


@dataclass(frozen=True, slots=True)
class _Decision:
    result: Outcome
    reason: Reason
    n_needed: int | None = None


def decide(measured: Iterable[Measured], rules: Rules) -> Verdict:
    """The verdict of a run that is over. The order of the benchmarks changes nothing in it."""
    ordered = sorted(measured, key=lambda m: m.index)
    gates = [_benchmark_gate(m, m.criteria, rules) for m in ordered if m.criteria is not None]
    if rules.job_criteria is not None:
        gates.append(_job_gate(ordered, rules.job_criteria, rules))
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
    decision = _before_comparing(m, rules) or _compared(figures, criteria)
    if decision.reason in (Reason.THRESHOLD_MET, Reason.THRESHOLD_MISSED):
        scenarios = [figures.moved(m.if_unscored_were(end)) for end in _ENDS]
        decision = _turned(decision, scenarios, criteria, rules) or _with_n_needed(decision, m, criteria, rules)
    return _gate(m.subject, figures, criteria, decision, required=m.required)


def _job_gate(measured: Sequence[Measured], criteria: PassCriteria, rules: Rules) -> Gate:
    weighted = [m for m in measured if m.weight > 0]
    score = job_score(weighted, rules.confidence)
    figures = _of_job(score)
    unreliable = next(filter(None, (_error_rate(m, rules) for m in weighted)), None)
    if score.value is None:
        decision = _Decision("Unknown", score.reason or Reason.SCORE_MISSING)
    else:
        decision = unreliable or _compared(figures, criteria)
    if decision.reason in (Reason.THRESHOLD_MET, Reason.THRESHOLD_MISSED):
        scenarios = [figures.moved(_job_if_unscored_were(end, weighted, rules)) for end in _ENDS]
        decision = _turned(decision, scenarios, criteria, rules) or decision
    return _gate("job", figures, criteria, decision, required=True)


def _before_comparing(m: Measured, rules: Rules) -> _Decision | None:
    """Why a benchmark's numbers may not be looked at."""
    if m.partial and m.primary is not None:
        return _Decision("Unknown", Reason.PARTIAL_RESULT)
    if m.partial or not m.executed:
        return _Decision("Unknown", Reason.NOT_EXECUTED)
    if m.primary is None:
        return _Decision("Unknown", m.missing)
    return _error_rate(m, rules)


def _error_rate(m: Measured, rules: Rules) -> _Decision | None:
    if rules.max_error_rate is None:
        return None
    if m.unscored is None or not m.samples:
        return _Decision("Unknown", Reason.ERRORS_NOT_REPORTED)
    if m.unscored / m.samples > rules.max_error_rate + TOLERANCE:
        return _Decision("Unknown", Reason.ERROR_RATE_EXCEEDED)
    return None


def _compared(figures: _Figures, criteria: PassCriteria) -> _Decision:
    if criteria.min_n and (figures.n is None or figures.n < criteria.min_n):
        return _Decision("Unknown", Reason.TOO_FEW_SAMPLES, criteria.min_n)
    passes = figures.passes(criteria)
    if passes is None:
        return _Decision("Unknown", Reason.NO_INTERVAL)
    return _Decision("Pass", Reason.THRESHOLD_MET) if passes else _Decision("Fail", Reason.THRESHOLD_MISSED)


def _turned(
    decision: _Decision, scenarios: Iterable[_Figures | None], criteria: PassCriteria, rules: Rules
) -> _Decision | None:
    """Unknown if the unscored samples could make the outcome another one; None in a scenario: nobody can say."""
    for scenario in scenarios:
        if scenario is None:
            turns = rules.max_error_rate is None
        else:
            turns = scenario.passes(criteria) is not (decision.result == "Pass")
        if turns:
            return _Decision("Unknown", Reason.ERRORS_COULD_DECIDE)
    return None


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


def _with_n_needed(decision: _Decision, m: Measured, criteria: PassCriteria, rules: Rules) -> _Decision:
    """A bound that missed a threshold which the estimate meets: how many samples would have settled it."""
    estimate = m.estimate()
    if decision.result != "Fail" or criteria.bound == "Point" or estimate is None or m.primary is None:
        return decision
    if m.primary.method == metrics.REPORTED:
        return decision
    n = n_needed(estimate, criteria.threshold, rules.confidence, lower_is_better=m.lower_is_better)
    return _Decision(decision.result, decision.reason, n)


def _of_benchmark(m: Measured) -> _Figures:
    p = m.primary
    if p is None:
        return _Figures()
    return _Figures(p.value, p.ci_low, p.ci_high, p.method, m.n, m.lower_is_better)


def _of_job(score: JobScore) -> _Figures:
    i = score.interval
    return _Figures(score.value, i.low if i else None, i.high if i else None, i.method if i else None, score.n)


def _gate(subject: str, figures: _Figures, criteria: PassCriteria, decision: _Decision, *, required: bool) -> Gate:
    return Gate(
        subject=subject,
        measure=criteria.measure,
        bound=criteria.bound,
        value=figures.value,
        ci_low=figures.low,
        ci_high=figures.high,
        method=figures.method,
        n=figures.n,
        threshold=criteria.threshold,
        required=required,
        result=decision.result,
        reason=decision.reason.value,
        n_needed=decision.n_needed,
    )
