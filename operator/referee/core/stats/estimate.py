"""Which interval belongs to which score.

The choice hangs on what is declared (boolean or not, with a range or not), never on what the values look like.
"""

import math
from dataclasses import dataclass, replace

from referee.core.stats import bounded, student, wilson
from referee.core.stats.interval import Interval

_MIN_N = 2
_ROUNDING = 1.1
"""A reported standard error within this factor of the independent one is that one, rounded by its reporter."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over samples, with what is known of it."""

    value: float
    stderr: float | None
    n: int | None
    boolean: bool = False
    """Each sample is right or wrong and the value is the proportion of the right ones."""
    span: tuple[float, float] | None = None
    """The lowest and the highest value that one sample can have; 0 and 1 for a boolean."""

    @property
    def bounded(self) -> bool:
        """Whether the range is known, and not contradicted by a value outside it."""
        return self.span is not None and self.span[0] <= self.value <= self.span[1]


def independent_stderr(p: float, n: int) -> float:
    """The standard error of a proportion over `n` independent samples, ddof 1 like any other mean's."""
    return math.sqrt(p * (1 - p) / (n - 1))


def interval(estimate: Estimate, confidence: float) -> Interval | None:
    """The two-sided interval of an estimate; None where there is no honest one.

    Proportion: Wilson, on the samples' effective number where the reported standard error says that they are not
    independent. Mean with a range: `bounded`. Mean without one: plain t, from ten samples on.
    """
    n = estimate.n
    if n is None or n < _MIN_N:
        return None
    if estimate.boolean and estimate.bounded:
        return _proportion(estimate.value, n, estimate.stderr, confidence)
    if estimate.boolean or estimate.stderr is None:
        return None
    if estimate.span is not None and estimate.bounded:
        return bounded.interval(estimate.value, estimate.stderr, n, estimate.span, confidence)
    return student.interval(estimate.value, estimate.stderr, n, confidence)


def _proportion(p: float, n: int, stderr: float | None, confidence: float) -> Interval | None:
    effective = wilson.effective_n(p, n, stderr)
    if stderr is None or stderr <= _ROUNDING * independent_stderr(p, n):
        return wilson.interval(p, n, confidence)
    found = wilson.interval(p, effective, confidence)
    return replace(found, method=f"{wilson.METHOD}, effective n {effective:.0f}") if found else None
