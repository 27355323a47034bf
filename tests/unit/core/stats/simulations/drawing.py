"""What the simulations draw, and how they count; every run is seeded."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from referee.core.stats.interval import Interval

NOISE = 0.004
"""At 10,000 runs more than two standard errors of a share of 0.03."""
Floats = NDArray[np.float64]


def misses(found: Iterable[tuple[Interval | None, float]], truth: float) -> tuple[float, float]:
    """Of intervals with their weights, how often the low end is above the truth, and the high end below it."""
    above = below = total = 0.0
    for interval, weight in found:
        assert interval is not None
        above += weight * (interval.low > truth + 1e-9)
        below += weight * (interval.high < truth - 1e-9)
        total += weight
    return above / total, below / total


def simulated(
    mean: Floats, stderr: Floats, interval: Callable[[float, float], Interval | None]
) -> Iterable[tuple[Interval | None, float]]:
    """The interval of each run; runs that came out alike are asked once."""
    runs = Counter(zip(mean.round(12).tolist(), stderr.round(12).tolist(), strict=True))
    return ((interval(value, error), count) for (value, error), count in runs.items())


def chances(rng: np.random.Generator, p: float, correlation: float, shape: tuple[int, int]) -> Floats:
    """The chance of success of each sample, or cluster: beta about `p`, alike at correlation 0, 0 or 1 at 1."""
    if correlation == 0:
        return np.full(shape, p)
    if correlation == 1:
        return (rng.random(shape) < p).astype(float)
    spread = (1 - correlation) / correlation
    return rng.beta(p * spread, (1 - p) * spread, shape)


def moments(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard error of each row."""
    return values.mean(1), values.std(1, ddof=1) / np.sqrt(values.shape[1])


def multinomial(
    rng: np.random.Generator, choices: Sequence[float], shape: Sequence[float], n: int, runs: int
) -> tuple[Floats, Floats]:
    """Mean and standard error of samples of given choices."""
    values = np.asarray(choices)
    counts = rng.multinomial(n, shape, runs)
    mean = counts @ values / n
    return mean, np.sqrt(np.maximum(counts @ values**2 - n * mean**2, 0) / (n - 1) / n)
