"""Proportions: the Wilson score interval.

Rejected: the Wald interval, which is empty at 0 and 1; Clopper-Pearson, whose coverage of at least the nominal one
costs a width that no gate should pay.
"""

import math

from referee.core.stats import normal
from referee.core.stats.interval import Interval

METHOD = "Wilson"
_MIN_N = 2


def interval(p: float, n: float, confidence: float) -> Interval | None:
    """The Wilson score interval of a proportion `p` seen in `n` independent samples.

    Source: Wilson, JASA 22 (1927) 209-212; without continuity correction, as Newcombe, Statistics in Medicine 17
    (1998) 857-872, method 3.

    Args:
        p: the proportion, from 0 to 1.
        n: how many samples; need not be whole (an effective size).
        confidence: two-sided.

    Returns:
        None for fewer than two samples.
    """
    if n < _MIN_N:
        return None
    z2 = normal.critical(confidence) ** 2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    # At 0 and 1 the end is exact; the difference of two equal sums leaves a digit of rounding there.
    low = 0.0 if p <= 0 else centre - half
    high = 1.0 if p >= 1 else centre + half
    return Interval(low, high, METHOD).within(0, 1)


def effective_n(p: float, n: int, stderr: float | None) -> float:
    """The independent samples that a proportion with this standard error is worth, at most `n`.

    Source: Korn and Graubard, Survey Methodology 24 (1998) 193-201: n over the design effect. The standard error is
    taken with ddof 1, p(1-p)/(n-1), so that independent samples give `n` back. Where
    all are right, or all wrong, it says nothing.
    """
    variance = p * (1 - p)
    if stderr is None or not 0 < variance < (n - 1) * stderr**2:
        return n
    return 1 + variance / stderr**2
