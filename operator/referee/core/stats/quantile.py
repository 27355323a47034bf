"""Quantiles of a sample, and their interval, which needs neither a distribution nor resampling.

Rejected: the percentile bootstrap. It can never reach beyond the largest value seen, so at n = 30 its interval for
the 95th percentile misses at least one time in five and says nothing of it. The order statistics miss as seldom as
promised or do not exist, and then there is no interval.
"""

import math
from collections.abc import Sequence

from referee.core.stats.beta import binomial_at_least, binomial_at_most
from referee.core.stats.interval import Interval
from referee.core.stats.search import least

METHOD = "order statistics"


def quantile(values: Sequence[float], q: float) -> float:
    """The `q` quantile: linear between the order statistics, as numpy's and R's default have it.

    Source: Hyndman and Fan, The American Statistician 50 (1996) 361-365, type 7.

    Raises:
        ValueError: if there is no value, or `q` is not from 0 to 1.
    """
    if not values or not 0 <= q <= 1:
        raise ValueError(f"quantile: needs values and a q from 0 to 1, not {len(values)} values and q={q}")
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    below = math.floor(place)
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    return low + (place - below) * (high - low)


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the middle two."""
    return quantile(values, 0.5)


def interval(values: Sequence[float], q: float, confidence: float) -> Interval | None:
    """The narrowest pair of order statistics that misses the quantile on each side at most as often as allowed.

    Source: Conover, Practical Nonparametric Statistics (1999), section 3.2; David and Nagaraja, Order Statistics
    (2003), section 7.1. Holds for any distribution; where values tie it misses less often still.

    Returns:
        None where so few values have no such pair: fewer than 6 for a median at 0.95, than 72 for a 95th percentile.
    """
    n, allowed = len(values), (1 - confidence) / 2
    # The quantile lies below the r-th value if fewer than r values are below it, a binomial count; from the top alike.
    first = least(lambda r: binomial_at_most(r - 1, n, q) > allowed, n + 1)
    last = least(lambda r: binomial_at_least(n + 1 - r, n, q) > allowed, n + 1)
    if n == 0 or first is None or last is None or min(first, last) == 1:
        return None
    ordered = sorted(values)
    return Interval(ordered[first - 2], ordered[n + 1 - last], METHOD)
