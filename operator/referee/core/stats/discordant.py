"""How often a comparison of right and wrong answers decides, over pairs of which few differ.

Exact: the number of pairs that differ is binomial, and so is, given it, the number of those that got better. Where
it spreads over more than a few dozen numbers, only so many of them are asked; the power hardly changes in between.
Rejected: the normal approximation (Connor, Biometrics 43 (1987) 207-211), which promises McNemar's exact test too
much at small n: 0.23 where it has 0.17 (n = 100, 5 points worse, 12 % of the pairs differ at equality).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from referee.core.stats import normal
from referee.core.stats.beta import binomial_at_most
from referee.core.stats.interval import Interval
from referee.core.stats.paired import bonett_price, mcnemar_p_value
from referee.core.stats.search import least

_ASKED = 80
_REACH = 6.0
"""Standard deviations to either side of the expected number of pairs that differ."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is supposed of the pairs."""

    n: int
    improved: float
    """The chance that a sample is right here and wrong there."""
    regressed: float
    """The chance of the other way round."""

    @classmethod
    def supposed(cls, n: int, discordance: float, delta: float) -> "Pairs":
        """Pairs of which a share of `discordance` would differ at equality, half each way; `delta` comes on top."""
        half = discordance / 2
        return cls(n, half + max(delta, 0), half + max(-delta, 0))


def significantly_worse(pairs: Pairs, confidence: float) -> float:
    """The chance that McNemar's exact test finds a regression."""
    alpha = 1 - confidence
    return math.fsum(
        weight * _at_most(_most_improved(differ, alpha), differ, pairs) for differ, weight in _numbers(pairs)
    )


def not_inferior(pairs: Pairs, margin: float, confidence: float) -> tuple[float, float]:
    """The chances that Bonett and Price's interval ends above `-margin`, and that it ends below it."""
    passes, fails = [], []
    for differ, weight in _numbers(pairs):
        enough = _least_improved(differ, pairs.n, confidence, lambda found: found.low > -margin)
        tolerable = _least_improved(differ, pairs.n, confidence, lambda found: found.high >= -margin)
        passes.append(weight * (1 - _at_most(enough - 1, differ, pairs)))
        fails.append(weight * _at_most(tolerable - 1, differ, pairs))
    return math.fsum(passes), math.fsum(fails)


def _least_improved(differ: int, n: int, confidence: float, holds: Callable[[Interval], bool]) -> int:
    """The least improved ones of so many that differ whose interval is as wanted; one too many where there are none."""

    def wanted(improved: int) -> bool:
        found = bonett_price(improved, differ - improved, n, confidence)
        return found is not None and holds(found)

    # The search counts from 1, the improved ones from 0.
    found = least(lambda place: wanted(place - 1), differ + 1)
    return differ + 1 if found is None else found - 1


def _numbers(pairs: Pairs) -> Iterator[tuple[int, float]]:
    """How many pairs may differ, each with its weight; the weights sum to 1."""
    share = min(1.0, pairs.improved + pairs.regressed)
    mean, spread = pairs.n * share, math.sqrt(pairs.n * share * (1 - share))
    low = max(0, math.floor(mean - _REACH * spread - 1))
    high = min(pairs.n, math.ceil(mean + _REACH * spread + 1))
    numbers = range(low, high + 1, max(1, (high - low) // _ASKED))
    weights = [_chance(k, pairs.n, share) for k in numbers]
    total = math.fsum(weights)
    return ((k, weight / total) for k, weight in zip(numbers, weights, strict=True) if weight > 0)


def _chance(k: int, n: int, p: float) -> float:
    if p <= 0 or p >= 1:
        return float(k == (n if p >= 1 else 0))
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p))


def _at_most(improved: int, differ: int, pairs: Pairs) -> float:
    share = pairs.improved + pairs.regressed
    return binomial_at_most(improved, differ, pairs.improved / share if share else 0.0)


def _most_improved(differ: int, alpha: float) -> int:
    """The most improved ones of so many that differ at which the test still finds a regression; -1 for none."""
    guess = max(0, math.floor(differ / 2 - normal.critical(1 - alpha) * math.sqrt(differ) / 2))
    while guess >= 0 and mcnemar_p_value(guess, differ - guess) > alpha:
        guess -= 1
    while 2 * (guess + 1) < differ and mcnemar_p_value(guess + 1, differ - guess - 1) <= alpha:
        guess += 1
    return guess
