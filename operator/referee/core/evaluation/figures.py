"""One measure of many samples: its value, its interval, and both again with what is missing at its worst and its best.

The scenarios are recomputed from the samples, filled ones included, and not from the mean: an epoch, a percentile or
a share is not linear in what is missing. Of a scenario's interval the end is taken that is further to the scenario's
side: of the interval made anew, and of the measured one moved as its estimate moved. More samples narrow an interval,
also bad ones; made anew alone, one more unscored sample could turn an Unknown into a Pass where samples are few. Taken
together with the measured interval, which a Pass needs too, one more that is unscored never makes the worst end better:
the tests look for a sample of which that is not so.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from referee.core.evaluation.reading import FILLS, Fill, Series, Shape
from referee.core.evaluation.table import Table
from referee.core.stats import clustered, estimate, moments, quantile
from referee.core.stats.estimate import Estimate
from referee.core.stats.interval import Interval

Measure = Literal["Mean", "PassRate", "Median", "P95"]
_QUANTILES = {"Median": 0.5, "P95": 0.95}


class Readable(Protocol):
    """Where one number a sample comes from: a column, or a combination of columns."""

    @property
    def shape(self) -> Shape:
        """What is known of the numbers."""

    def all(self, positions: Sequence[int], fill: Fill | None = None) -> Series:
        """The numbers of those samples that have one."""

    def fillable(self, positions: Sequence[int]) -> Iterable[int]:
        """Of every sample whether something of it would be filled in by a scenario."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The measure, had all that is unscored been at one end."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure."""

    measure: Measure
    n: int
    """Samples behind it."""
    lower_is_better: bool = False
    value: float | None = None
    """None where nothing was scored."""
    stderr: float | None = None
    interval: Interval | None = None
    clusters: int | None = None
    worst: Scenario | None = None
    """None where nothing is open, or where nobody can say how bad it could have been."""
    best: Scenario | None = None
    open: int = 0
    """Samples that lack a score which could move it."""
    reducer: str | None = None
    """Of the epochs, where it is not the first one of the job."""

    def wire(self) -> dict[str, Any]:
        """As it stands in the result document, without what is absent."""
        interval, worst, best = self.interval, self.worst, self.best
        fields = {
            "measure": self.measure,
            "reducer": self.reducer,
            "value": self.value,
            "stderr": self.stderr,
            "ciLow": interval.low if interval else None,
            "ciHigh": interval.high if interval else None,
            "method": interval.method if interval else None,
            "n": self.n,
            "nClusters": self.clusters,
            "lowerIsBetter": self.lower_is_better or None,
            "open": self.open or None,
            "ifWorst": worst.value if worst else None,
            "worstLow": worst.low if worst else None,
            "worstHigh": worst.high if worst else None,
            "ifBest": best.value if best else None,
            "bestLow": best.low if best else None,
            "bestHigh": best.high if best else None,
        }
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Samples:
    """Which samples a figure is of, and how its interval is made."""

    table: Table
    positions: Sequence[int]
    confidence: float


def figure(readable: Readable, measure: Measure, samples: Samples, reducer: str | None = None) -> Figure:
    """One measure of these samples, with both scenarios where something is unscored."""
    shape = readable.shape
    bare = Figure(measure, 0, shape.lower_is_better, reducer=reducer)
    base = _estimated(bare, readable.all(samples.positions), shape, samples)
    missing = sum(readable.fillable(samples.positions))
    if not missing:
        return base
    found: dict[Fill, Scenario | None] = {}
    for fill in FILLS:
        if shape.end(fill) is None:
            found[fill] = None
            continue
        filled = _estimated(bare, readable.all(samples.positions, fill), shape, samples)
        found[fill] = _scenario(base, filled, down=(fill == "worst") is not shape.lower_is_better)
    return replace(base, worst=found["worst"], best=found["best"], open=missing)


def _estimated(bare: Figure, series: Series, shape: Shape, samples: Samples) -> Figure:
    if not series:
        return bare
    values: Sequence[float] = series
    groups: array[int] | None = None
    if samples.table.clusters is not None:
        values = array("d", series)
        groups = array("q", map(samples.table.cluster, series.positions()))
    if bare.measure in _QUANTILES:
        return _quantile(bare, values, groups, samples.confidence)
    return _mean(bare, values, groups, shape, samples.confidence)


def _mean(bare: Figure, values: Sequence[float], groups: Sequence[int] | None, shape: Shape, at: float) -> Figure:
    if groups is not None:
        found = clustered.estimate(values, groups)
        interval = clustered.interval(values, groups, at, shape.span, boolean=shape.boolean)
        known = replace(bare, value=found.mean, stderr=found.stderr, n=found.n, clusters=found.n_clusters)
        return replace(known, interval=interval)
    sample = moments.of(values)
    summary = Estimate(sample.mean, sample.stderr, sample.n, shape.boolean, shape.span)
    interval = estimate.interval(summary, at)
    return replace(bare, value=sample.mean, stderr=sample.stderr, n=sample.n, interval=interval)


def _quantile(bare: Figure, values: Sequence[float], groups: Sequence[int] | None, at: float) -> Figure:
    """Order statistics hold for independent samples; in clusters a quantile has no interval."""
    q = _QUANTILES[bare.measure]
    interval = quantile.interval(values, q, at) if groups is None else None
    count = None if groups is None else len(set(groups))
    value = quantile.quantile(values, q)
    return replace(bare, value=value, n=len(values), interval=interval, clusters=count)


def _scenario(base: Figure, filled: Figure, *, down: bool) -> Scenario | None:
    if filled.value is None:
        return None
    if base.interval is None or base.value is None:
        return Scenario(filled.value, None, None)
    further = min if down else max
    moved = filled.value - base.value
    anew = filled.interval or base.interval
    low = further(base.interval.low + moved, anew.low)
    high = further(base.interval.high + moved, anew.high)
    return Scenario(filled.value, low, high)
