"""Benchmarks that are over, as short as a test can say them."""

from typing import Any

from referee.api.status import MetricValue
from referee.core.measured import Measured
from referee.core.stats import estimate
from referee.core.stats.estimate import Estimate


def _metric(found: Estimate) -> MetricValue:
    interval = estimate.interval(found, 0.95)
    ends = {"ci_low": interval.low, "ci_high": interval.high, "method": interval.method} if interval else {}
    return MetricValue(name="m", value=found.value, stderr=found.stderr, n=found.n, **ends)


def share(right: int, n: int, **fields: Any) -> Measured:
    """`right` of `n` answers, with counts reported unless `fields` says otherwise."""
    stderr = estimate.independent_stderr(right / n, n) if n > 1 else None
    found = Estimate(right / n, stderr, n, boolean=True, span=(0, 1))
    unscored = fields.pop("unscored", 0)
    fields = {"samples": None if unscored is None else n + unscored, "scale": (0, 1), **fields}
    return Measured("benchmark p/b", boolean=True, span=(0, 1), primary=_metric(found), unscored=unscored, **fields)


def mean(value: float, stderr: float | None, n: int | None, **fields: Any) -> Measured:
    """A mean; `span` is the range of a sample, None where there is none."""
    span, unscored = fields.pop("span", None), fields.pop("unscored", 0)
    fields = {"samples": None if unscored is None or n is None else n + unscored, "scale": span, **fields}
    found = Estimate(value, stderr, n, span=span)
    return Measured("benchmark p/b", span=span, primary=_metric(found), unscored=unscored, **fields)
