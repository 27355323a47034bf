"""A run of frameworks' benchmarks against an earlier one, of which only the figures are known.

Without samples nothing can be paired: what both runs find hard does not drop out, the intervals are wider than paired
ones, and the method says "unpaired". Each benchmark that has a weight and is required is compared by its primary score,
on the normalised scale. All of them must hold: NonInferiority needs no correction for that (an intersection of tests),
SignificantRegression is Holm's.

Rejected: comparing the job's score alone. A benchmark that got much better would pay for one that got worse, and the
score of the earlier run may be of other weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from referee.api.benchmark import PassCriteria
from referee.api.conditions import Reason
from referee.api.figures import ComparedMetric, Comparison, Outcome
from referee.api.runplan import FrozenBaseline, FrozenMetric
from referee.api.status import Gate
from referee.core import criterion
from referee.core.criterion import Decision, Figures, Rules, error_rate
from referee.core.evaluation import decision
from referee.core.evaluation.decision import Difference, Terms
from referee.core.measured import End, Measured
from referee.core.stats import holm, power, unpaired
from referee.core.stats.estimate import Estimate
from referee.core.stats.interval import Interval

_ENDS: tuple[End, End] = ("worst", "best")
_ORDER: tuple[Outcome, ...] = ("Fail", "Unknown", "Pass")


@dataclass(frozen=True, slots=True)
class _Metric:
    """One benchmark beside the baseline's."""

    name: str
    result: Outcome
    reason: Reason
    difference: Difference | None = None
    n: int | None = None
    here: float | None = None
    there: float | None = None
    mde: float | None = None
    n_needed: int | None = None


def gate(measured: Sequence[Measured], against: FrozenBaseline, rules: Rules) -> Gate:
    """The one gate over all of them; it shows the benchmark that decided it."""
    found = _metrics(measured, against, rules)
    limit = PassCriteria(threshold=-against.max_regression if against.test != "SignificantRegression" else 0)
    if not found:
        missing = Decision("Unknown", Reason.COMPARISON_MISSING)
        shown, bound = criterion.gate("baseline", Figures(), limit, missing, required=True), "Point"
    else:
        worst = min(found, key=lambda m: (_ORDER.index(m.result), m.difference.delta if m.difference else 0, m.name))
        d = worst.difference
        interval = d.interval if d else None
        figures = Figures(d.delta if d else None, n=worst.n)
        if interval is not None:
            figures = replace(figures, low=interval.low, high=interval.high, method=interval.method)
        decided = Decision(worst.result, worst.reason, worst.n_needed)
        shown = criterion.gate("baseline", figures, limit, decided, required=True)
        bound = "Worst" if against.test == "NonInferiority" else "Point"
    return shown.model_copy(update={"measure": "Delta", "bound": bound})


def comparison(measured: Sequence[Measured], against: FrozenBaseline, rules: Rules) -> Comparison:
    """The same for status, benchmark by benchmark."""
    return Comparison(
        baseline=f"{against.job}, attempt {against.attempt}",
        metrics=[_shown(metric, against) for metric in _metrics(measured, against, rules)][:_MOST],
    )


_MOST = 33


def _metrics(measured: Sequence[Measured], against: FrozenBaseline, rules: Rules) -> list[_Metric]:
    frozen = {metric.name: metric for metric in against.metrics}
    asked = [m for m in sorted(measured, key=lambda m: m.index) if m.weight > 0 and m.required]
    found = [_metric(m, frozen.get(m.subject.removeprefix("benchmark ")), against, rules) for m in asked]
    return _holm(found, against, rules)


def _metric(m: Measured, frozen: FrozenMetric | None, against: FrozenBaseline, rules: Rules) -> _Metric:
    name, here = m.subject.removeprefix("benchmark "), m.estimate()
    if m.unusable is not None or here is None or frozen is None or m.scale is None:
        lacking = m.missing if here is None else Reason.NOT_COMPARABLE if frozen is None else Reason.RANGE_REQUIRED
        return _Metric(name, "Unknown", m.unusable or lacking)
    there = Estimate(frozen.value, frozen.stderr, frozen.n, frozen.boolean, (0.0, 1.0) if frozen.boolean else m.span)
    terms = _terms(against, rules)
    difference = _difference(m, here, there, rules.confidence)
    n = min(here.n, there.n) if here.n is not None and there.n is not None else None
    result, reason = _named(decision.decide(difference, terms))
    made = _Metric(name, result, reason, difference, n, here.value, there.value, _mde(m, here, there, rules))
    if (unreliable := error_rate(m.unscored, m.samples, rules)) is not None:
        return replace(made, result="Unknown", reason=unreliable.reason)
    if result == "Unknown":
        return replace(made, n_needed=decision.n_needed(difference, n, terms) if n else None)
    if any(_turns(m, end, difference, result, terms, rules) for end in _ENDS):
        return replace(made, result="Unknown", reason=Reason.ERRORS_COULD_DECIDE)
    return made


def _difference(m: Measured, here: Estimate, there: Estimate, confidence: float) -> Difference:
    """This run less the other, on the normalised scale, higher is better."""
    turn = _turn(m)
    found = unpaired.interval(here, there, confidence)
    interval = None
    if found is not None:
        low, high = sorted((turn * found.low, turn * found.high))
        interval = Interval(low, high, found.method)
    return Difference(turn * (here.value - there.value), interval, unpaired.p_value(here, there))


def _turn(m: Measured) -> float:
    low, high = m.scale or (0.0, 1.0)
    return (-1 if m.lower_is_better else 1) / (high - low)


def _turns(m: Measured, end: End, base: Difference, result: Outcome, terms: Terms, rules: Rules) -> bool:
    """Whether what is unscored here could make it another outcome; its interval moves and keeps its width."""
    if not m.unscored or m.primary is None:
        return False
    value = m.if_unscored_were(end)
    if value is None:
        return rules.max_error_rate is None
    shift = _turn(m) * (value - m.primary.value)
    interval = base.interval
    if interval is not None:
        interval = Interval(interval.low + shift, interval.high + shift, interval.method)
    # the test's own p-value is of what was measured; its interval says the same of what was moved
    moved = Difference(base.delta + shift, interval, None if interval else base.p)
    return decision.decide(moved, terms)[0] != result


def _mde(m: Measured, here: Estimate, there: Estimate, rules: Rules) -> float | None:
    found = power.mde_unpaired(here, there, rules.confidence, lower_is_better=m.lower_is_better)
    return None if found is None else found * abs(_turn(m))


def _holm(found: list[_Metric], against: FrozenBaseline, rules: Rules) -> list[_Metric]:
    """Of several tests for a regression not one may be a false alarm."""
    if against.test != "SignificantRegression":
        return found
    tested = [at for at, m in enumerate(found) if m.difference is not None and m.difference.p is not None]
    adjusted = holm.adjusted([p for at in tested if (d := found[at].difference) and (p := d.p) is not None])
    result = list(found)
    for at, p in zip(tested, adjusted, strict=True):
        metric = found[at]
        if metric.difference is not None:
            difference = replace(metric.difference, p=p)
            result[at] = replace(metric, difference=difference)
            if metric.reason is Reason.REGRESSED:
                outcome, reason = _named(decision.decide(difference, _terms(against, rules)))
                result[at] = replace(result[at], result=outcome, reason=reason)
    return result


def _terms(against: FrozenBaseline, rules: Rules) -> Terms:
    return Terms(against.test, against.max_regression, against.min_matched, rules.confidence)


def _named(decided: tuple[Outcome, str]) -> tuple[Outcome, Reason]:
    return decided[0], Reason.named(decided[1]) or Reason.COMPARISON_MISSING


def _shown(metric: _Metric, against: FrozenBaseline) -> ComparedMetric:
    difference = metric.difference
    interval = difference.interval if difference else None
    return ComparedMetric(
        name=metric.name,
        delta=difference.delta if difference else None,
        ci_low=interval.low if interval else None,
        ci_high=interval.high if interval else None,
        method=interval.method if interval else None,
        p=difference.p if difference else None,
        test=against.test,
        result=metric.result,
        reason=metric.reason.value,
        n=metric.n,
        mde=metric.mde,
        n_needed=metric.n_needed,
        value_here=metric.here,
        value_there=metric.there,
    )
