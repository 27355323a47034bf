"""Student's t: its quantile, and the plain interval of a mean.

The quantile solves for the tail probability by Newton's method in log-log coordinates, where the tail is concave:
from any start the second step is on the right side of the root and the rest is monotone, also at one degree of
freedom, where the quantile may be 1e9. The tail itself is the incomplete beta function by its continued fraction;
above 1,000 degrees, where the gamma functions in it lose digits, the expansion around the normal quantile is exact
to the last digits. Measured against scipy: within 1e-11 relative.
"""

import math
from functools import lru_cache

from referee.core.stats import normal
from referee.core.stats.beta import fraction, incomplete
from referee.core.stats.interval import Interval

METHOD = "Student t"
_MIN_N = 10
"""Without a range nothing tempers a sample that happens to lie close together; below this n it would decide gates."""
_HAIR = 1e-9
"""An effective number is the result of a division."""
_EXPANSION_FROM = 1000.0
_STEPS = 100
_EPS = 1e-15


def quantile(p: float, df: float) -> float:
    """The value that a t variable with `df` degrees of freedom (a real number) stays below with probability `p`.

    Source: Abramowitz and Stegun (1964), 26.7.3 and 26.5.8 for the tail, 26.7.5 for many degrees of freedom.

    Raises:
        ValueError: if `p` is not between 0 and 1, or `df` is not positive.
    """
    if not (0 < p < 1 and df > 0):
        raise ValueError(f"Student t: p must be between 0 and 1 and df positive, not p={p}, df={df}")
    q = min(p, 1 - p)
    if q == 0.5:  # noqa: PLR2004 - the median
        return 0.0
    z = -normal.quantile(q)
    t = _expansion(z, df) if df > _EXPANSION_FROM else _solve(q, df, z)
    return t if p > q else -t


@lru_cache(maxsize=256)
def critical(confidence: float, df: float) -> float:
    """The half-width, in standard errors, of a two-sided interval at `confidence`."""
    return -quantile((1 - confidence) / 2, df)


def p_value(t: float, df: float) -> float:
    """The two-sided p-value of a t statistic; normal for infinite degrees of freedom.

    Source: Abramowitz and Stegun (1964), 26.7.1 by 26.5.27.
    """
    if math.isinf(df):
        return math.erfc(abs(t) / math.sqrt(2))
    if abs(t) < 1:
        # Near the median the tail's argument is 1 less next to nothing; the middle keeps the digits.
        return 1 - incomplete(0.5, df / 2, t * t / (df + t * t))
    return incomplete(df / 2, 0.5, df / (df + t * t))


def below(t: float, df: float) -> float:
    """The probability that a t variable stays below `t`."""
    tail = p_value(t, df) / 2
    return tail if t < 0 else 1 - tail


def interval(mean: float, stderr: float, n: float, confidence: float) -> Interval | None:
    """The t interval of the mean of values that have no known range.

    Source: Student, Biometrika 6 (1908) 1-25.

    Args:
        mean: of the sample.
        stderr: s over the root of n, ddof 1.
        n: sample size; of clusters, their effective number.
        confidence: two-sided.

    Returns:
        None for fewer than ten samples, or where they are all equal: such a sample says nothing of its spread.
    """
    if n < _MIN_N - _HAIR or stderr <= 0:
        return None
    half = critical(confidence, n - 1) * stderr
    return Interval(mean - half, mean + half, METHOD)


def _expansion(z: float, df: float) -> float:
    z2 = z * z
    terms = (
        z * (z2 + 1) / 4,
        z * ((5 * z2 + 16) * z2 + 3) / 96,
        z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384,
        z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160,
    )
    return z + math.fsum(term / df**power for power, term in enumerate(terms, 1))


def _solve(q: float, df: float, start: float) -> float:
    u = math.log(start)
    for _ in range(_STEPS):
        t = math.exp(u)
        excess = _excess(t, df, q)
        step = (q + excess) * math.log1p(excess / q) / (_density(t, df) * t)
        u += step
        if abs(step) < 4 * _EPS * max(1.0, abs(u)):
            break
    return math.exp(u)


def _density(t: float, df: float) -> float:
    log = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - (df + 1) / 2 * math.log1p(t * t / df)
    return math.exp(log) / math.sqrt(df * math.pi)


def _excess(t: float, df: float, q: float) -> float:
    """How much more probability than `q` lies above a positive `t`."""
    a, b, x, y = df / 2, 0.5, df / (df + t * t), t * t / (df + t * t)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) - a * math.log1p(t * t / df) + b * math.log(y)
    # The fraction converges on the near side of the mean only; beyond it the complement does, and is taken from
    # 1/2 - q, not from 1/2, so that near the median no digit is lost.
    if x < (a + 1) / (a + b + 2):
        return math.exp(front) * fraction(a, b, x) / a / 2 - q
    return (0.5 - q) - math.exp(front) * fraction(b, a, y) / b / 2
