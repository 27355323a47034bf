"""This run against an earlier one, sample by sample.

Only samples that both runs have and both scored are compared, so that a dataset which grew, or a hard question that
failed this time, does not pass for a change of the model. What failed is not forgotten either: each difference is
computed again with everything unscored at its worst here and its best there, and the other way round; where that turns
the outcome it is Unknown. Evaluators whose digests differ measure different things and are not compared.

The deltas are on the normalised scale, 0-1, and turned so that higher is better; both values are in raw units. The gate
is on the combined score alone. The evaluators' own comparisons are shown beside it; they are many, so their p-values
are Holm's.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from referee.core.evaluation import decision
from referee.core.evaluation.aggregate import Method
from referee.core.evaluation.combine import Combination
from referee.core.evaluation.decision import Difference, Result, Terms
from referee.core.evaluation.reading import Fill, Reading, Shape
from referee.core.evaluation.table import Table
from referee.core.stats import clustered, holm, moments, paired, power
from referee.core.stats.interval import Interval

SCORE = "score"
_TIED = 1e-12
"""Deltas below this are the rounding of normalised scores."""


class _Readable(Protocol):
    @property
    def shape(self) -> Shape: ...
    def each(self, positions: Sequence[int], fill: Fill | None = None) -> Iterable[float]: ...
    def fillable(self, positions: Sequence[int]) -> Iterable[int]: ...


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric of both runs."""

    name: str
    result: Result
    reason: str
    difference: Difference | None = None
    n: int = 0
    """Samples behind it: in both runs, and scored in both."""
    here: float | None = None
    there: float | None = None
    improved: int = 0
    regressed: int = 0
    tied: int = 0
    if_worst: float | None = None
    """The delta, had everything unscored been at its worst here and at its best there."""
    if_best: float | None = None
    mde: float | None = None
    """The least regression that a test at this n finds with power 0.8."""
    n_needed: int | None = None

    def wire(self, test: str) -> dict[str, Any]:
        """As it stands in the result document, without what is absent."""
        found = self.difference
        interval = found.interval if found else None
        fields: dict[str, Any] = {"name": self.name, "test": test, "result": self.result, "reason": self.reason}
        fields |= {"n": self.n, "delta": found.delta if found else None}
        if interval is not None:
            fields |= {"ciLow": interval.low, "ciHigh": interval.high, "method": interval.method}
        if found is not None:
            fields |= {"p": found.p, "improved": self.improved, "regressed": self.regressed, "tied": self.tied}
        fields |= {"valueHere": self.here, "valueThere": self.there, "nNeeded": self.n_needed, "mde": self.mde}
        fields |= {"ifWorst": self.if_worst, "ifBest": self.if_best}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Run:
    """One side: its scores by the samples' places in this run, and what measured them."""

    table: Table
    digests: Mapping[str, str]
    """Of each evaluator's column."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Which samples are compared."""

    positions: Sequence[int]
    """Of this run, those that the earlier run has, too."""
    unmatched: int
    """Of either run, those that the other lacks."""

    def share(self, compared: int) -> float:
        """The compared ones among those and the unmatched.

        Matched ones that are unscored count on neither side: the scenarios speak for them, and they must not make up
        for samples that one run lacks.
        """
        total = compared + self.unmatched
        return compared / total if total else 0.0


def compare(here: Run, there: Run, matched: Matched, method: Method, terms: Terms) -> list[Compared]:
    """The combined score and every evaluator with a range, in that order."""
    names = [name for name, column in here.table.columns.items() if column.spec.declared]
    sides = []
    for run in (here, there):
        readings = {
            name: Reading(run.table, run.table.columns[name], method.policies, method.reductions[0])
            for name in names
            if name in run.table.columns
        }
        sides.append(readings)
    comparable = {name for name in names if here.digests.get(name) and here.digests[name] == there.digests.get(name)}
    found = []
    for name in names:
        reading = sides[0][name]
        if not reading.readable or reading.shape.span is None:
            continue
        pair = (reading, sides[1][name]) if name in comparable and name in sides[1] else None
        found.append(_compared(name, pair, here.table, matched, terms))
    found = _holm(found, terms)
    whole = Combination(here.table, method)
    if whole.possible:
        both = set(whole.names) <= comparable
        pair_of_scores = (whole, Combination(there.table, method, over=True)) if both else None
        found.insert(0, _compared(SCORE, pair_of_scores, here.table, matched, terms))
    return found


def document(baseline: str, matched: Matched, found: Sequence[Compared], terms: Terms) -> dict[str, Any]:
    """The part `comparison` of the result document."""
    return {
        "baseline": baseline,
        "matched": len(matched.positions),
        "unmatched": matched.unmatched,
        "metrics": [metric.wire(terms.test) for metric in found],
    }


def _compared(
    name: str, pair: tuple[_Readable, _Readable] | None, table: Table, matched: Matched, terms: Terms
) -> Compared:
    if pair is None:
        return Compared(name, "Unknown", decision.NOT_COMPARABLE)
    sample = _Sample(pair, table, matched.positions, terms)
    base = sample.measured(None, None)
    if base is None:
        return Compared(name, "Unknown", decision.NO_INTERVAL)
    if matched.share(base.n) < terms.min_matched:
        return replace(base, name=name, result="Unknown", reason=decision.TOO_FEW_MATCHED)
    result, reason = decision.decide(base.difference, terms) if base.difference else ("Unknown", decision.NO_INTERVAL)
    base = replace(base, name=name, result=result, reason=reason, mde=sample.mde(base))
    if result == "Unknown" and base.difference is not None:
        base = replace(base, n_needed=decision.n_needed(base.difference, base.n, terms))
    return _with_scenarios(base, sample, terms) if sample.missing else base


def _with_scenarios(base: Compared, sample: "_Sample", terms: Terms) -> Compared:
    worst, best = sample.measured("worst", "best"), sample.measured("best", "worst")
    if worst is None or best is None or base.difference is None or not worst.difference or not best.difference:
        return base
    outcomes = {
        decision.decide(_further(base.difference, worst.difference, down=True), terms)[0],
        decision.decide(_further(base.difference, best.difference, down=False), terms)[0],
    }
    base = replace(base, if_worst=worst.difference.delta, if_best=best.difference.delta)
    if base.result == "Unknown" or outcomes == {base.result}:
        return base
    return replace(base, result="Unknown", reason=decision.ERRORS_COULD_DECIDE, n_needed=None)


def _further(base: Difference, filled: Difference, *, down: bool) -> Difference:
    """The scenario's difference with that of two intervals which is further to its side; `figures` says why."""
    if base.interval is None:
        return filled
    moved, anew = filled.delta - base.delta, filled.interval or base.interval
    pick = min if down else max
    low, high = pick(base.interval.low + moved, anew.low), pick(base.interval.high + moved, anew.high)
    return replace(filled, interval=Interval(low, high, anew.method))


class _Sample:
    """The matched samples of one metric."""

    def __init__(self, pair: tuple[_Readable, _Readable], table: Table, positions: Sequence[int], terms: Terms) -> None:
        self._here, self._there = pair
        self._table, self._positions, self._terms = table, positions, terms
        self._boolean = self._here.shape.boolean and table.clusters is None
        self.missing = any(self._here.fillable(positions)) or any(self._there.fillable(positions))

    def measured(self, fill_here: Fill | None, fill_there: Fill | None) -> Compared | None:
        """What both runs come to over the samples that both scored; None if there are none."""
        shape = self._here.shape
        if shape.span is None:
            return None
        low, high = shape.span
        turn = (-1 if shape.lower_is_better else 1) / (high - low)
        ours, theirs = self._here.each(self._positions, fill_here), self._there.each(self._positions, fill_there)
        rows = [
            (a, b, at)
            for a, b, at in zip(ours, theirs, self._positions, strict=True)
            if not (math.isnan(a) or math.isnan(b))
        ]
        if not rows:
            return None
        deltas = [turn * (a - b) if abs(a - b) * abs(turn) > _TIED else 0.0 for a, b, _ in rows]
        better, worse = sum(delta > 0 for delta in deltas), sum(delta < 0 for delta in deltas)
        clusters = None if self._table.clusters is None else [self._table.cluster(at) for _, _, at in rows]
        return Compared(
            name="",
            result="Unknown",
            reason="",
            difference=self._difference(deltas, clusters, better, worse),
            n=len(rows),
            here=moments.of([a for a, _, _ in rows]).mean,
            there=moments.of([b for _, b, _ in rows]).mean,
            improved=better,
            regressed=worse,
            tied=len(rows) - better - worse,
        )

    def mde(self, found: Compared) -> float | None:
        """The least regression that would be found, at the spread that was seen."""
        n, confidence = found.n, self._terms.confidence
        if self._boolean:
            # what would differ between equal models: as many each way as the rarer way has
            seen = power.Difference(discordance=2 * min(found.improved, found.regressed) / n)
        else:
            stderr = found.difference.stderr if found.difference else None
            seen = power.Difference(sd=None if stderr is None else stderr * math.sqrt(n))
        return power.mde_paired(n, seen, confidence)

    def _difference(
        self, deltas: Sequence[float], clusters: Sequence[int] | None, better: int, worse: int
    ) -> Difference:
        sample, confidence = moments.of(deltas), self._terms.confidence
        if self._boolean:
            interval = paired.bonett_price(better, worse, len(deltas), confidence)
            return Difference(sample.mean, interval, paired.mcnemar_p_value(better, worse), sample.stderr)
        stderr = sample.stderr if clusters is None else clustered.estimate(deltas, clusters).stderr
        interval = paired.t_interval(deltas, confidence, (0.0, 1.0), clusters)
        return Difference(sample.mean, interval, paired.t_p_value(deltas, clusters), stderr)


def _holm(found: list[Compared], terms: Terms) -> list[Compared]:
    """The evaluators' p-values made comparable with one level, and what that decides."""
    tested = [at for at, metric in enumerate(found) if metric.difference and metric.difference.p is not None]
    adjusted = holm.adjusted([p for at in tested if (d := found[at].difference) and (p := d.p) is not None])
    result = list(found)
    for at, p in zip(tested, adjusted, strict=True):
        metric = found[at]
        if metric.difference is None:
            continue
        difference = replace(metric.difference, p=p)
        result[at] = replace(metric, difference=difference)
        if terms.test == "SignificantRegression" and metric.reason == decision.REGRESSED:
            outcome, reason = decision.decide(difference, terms)
            result[at] = replace(result[at], result=outcome, reason=reason)
    return result
