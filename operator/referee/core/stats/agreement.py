"""Whether two raters say the same: a judge and people, two people, two judges.

The interval of kappa is the usual large-sample one, over the pairs and four pseudo-pairs spread evenly over all pairs
of categories, each end counted from whichever of the two kappas is further. Without them thirty pairs that all agree
leave a standard error of 0, and at a true kappa of 0.8 the low end was above the truth in 5 to 23 % of simulated runs.
With them it was in 3.5 % at most, in any cell of two or five categories, true kappa 0 to 0.95 and n = 10 to 300. The
coverage was at least 0.95; the high end alone missed up to 4.8 %, at n = 10 and five categories.

Rejected: the percentile bootstrap, which knows no disagreement that it has not seen. More than two raters, or raters
who did not rate everything: `krippendorff`.
"""

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from referee.core.stats import student, wilson
from referee.core.stats.interval import Interval

METHOD = "asymptotic, with four pseudo-pairs"
PSEUDO_PAIRS = 4
MIN_N = 10
Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree."""

    value: float | None
    """None where it is not defined: no pairs, or nothing but one category."""
    interval: Interval | None
    n: int
    """Pairs, or for more than two raters the items that at least two have rated."""


def raw(first: Sequence[Hashable], second: Sequence[Hashable], confidence: float) -> Agreement:
    """The share of pairs that are equal, with Wilson's interval."""
    return _share(sum(a == b for a, b in zip(first, second, strict=True)), len(first), confidence)


def kappa(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    categories: Sequence[Hashable],
    confidence: float,
    weights: Weights = "none",
) -> Agreement:
    """Cohen's kappa: agreement beyond what the raters' habits alone would give.

    Source: Cohen, Educational and Psychological Measurement 20 (1960) 37-46, weighted: Psychological Bulletin 70
    (1968) 213-220.

    Args:
        first: one rater's categories.
        second: the other's, of the same items.
        categories: all there are, in their order where there is one; the weights count places in it.
        confidence: two-sided.
        weights: how bad a disagreement is: all alike, by its distance, or by the square of it.
    """
    n, size = len(first), len(categories)
    place = {category: index for index, category in enumerate(categories)}
    counts = Counter((place[a], place[b]) for a, b in zip(first, second, strict=True))
    found = _kappa(counts, size, weights) if n else None
    if found is None:
        return Agreement(None, None, n)
    if n < MIN_N:
        return Agreement(found[0], None, n)
    extra = PSEUDO_PAIRS / size**2
    smoothed = _kappa({(i, j): counts[i, j] + extra for i in range(size) for j in range(size)}, size, weights)
    if smoothed is None:
        return Agreement(found[0], None, n)
    half = student.critical(confidence, n - 1) * smoothed[1] / math.sqrt(n + PSEUDO_PAIRS - 1)
    low, high = min(found[0], smoothed[0]) - half, max(found[0], smoothed[0]) + half
    return Agreement(found[0], Interval(low, high, METHOD).within(-1, 1), n)


def true_positive_rate(judge: Sequence[bool], truth: Sequence[bool], confidence: float) -> Agreement:
    """Of what is true, the share that the judge calls true, with Wilson's interval."""
    return _share(sum(a and b for a, b in zip(judge, truth, strict=True)), sum(truth), confidence)


def true_negative_rate(judge: Sequence[bool], truth: Sequence[bool], confidence: float) -> Agreement:
    """Of what is false, the share that the judge calls false, with Wilson's interval."""
    return true_positive_rate([not said for said in judge], [not so for so in truth], confidence)


def _share(count: int, n: int, confidence: float) -> Agreement:
    if n == 0:
        return Agreement(None, None, 0)
    return Agreement(count / n, wilson.interval(count / n, n, confidence), n)


def _kappa(counts: Mapping[tuple[int, int], float], size: int, weights: Weights) -> tuple[float, float] | None:
    """Kappa, and its standard error times the root of n.

    Source: Fleiss, Cohen and Everitt, Psychological Bulletin 72 (1969) 323-327, equation 8.
    """
    total = math.fsum(counts.values())
    shares = {pair: count / total for pair, count in counts.items()}
    rows = [math.fsum(share for (i, _), share in shares.items() if i == a) for a in range(size)]
    columns = [math.fsum(share for (_, j), share in shares.items() if j == a) for a in range(size)]
    every = range(size)
    weight = [[_weight(i, j, size, weights) for j in every] for i in every]
    observed = math.fsum(share * weight[i][j] for (i, j), share in shares.items())
    chance = math.fsum(rows[i] * columns[j] * weight[i][j] for i in every for j in every)
    if chance >= 1 - 1e-12:
        return None
    value = (observed - chance) / (1 - chance)
    by_row = [math.fsum(columns[j] * weight[i][j] for j in every) for i in every]
    by_column = [math.fsum(rows[i] * weight[i][j] for i in every) for j in every]
    squares = math.fsum(
        share * (weight[i][j] - (by_row[i] + by_column[j]) * (1 - value)) ** 2 for (i, j), share in shares.items()
    )
    return value, math.sqrt(max(0.0, squares - (value - chance * (1 - value)) ** 2)) / (1 - chance)


def _weight(i: int, j: int, size: int, weights: Weights) -> float:
    if weights == "none":
        return float(i == j)
    distance = abs(i - j) / max(size - 1, 1)
    return 1 - (distance if weights == "linear" else distance**2)
