"""Samples in clusters: the interval covers, whatever the clusters' sizes and how much they share."""

import math

import numpy as np
import pytest

from referee.core.stats import bounded, wilson
from tests.unit.core.stats.simulations.drawing import NOISE, Floats, chances, misses, simulated

SIZES = {
    "ten of 3": [3] * 10,
    "ten of 30": [30] * 10,
    "twenty of 5": [5] * 20,
    "thirty of 10": [10] * 30,
    "hundred of 3": [3] * 100,
    "twenty of 1 to 10": [1] * 10 + [5] * 5 + [10] * 5,
    "sixty of 1 to 30": [1] * 40 + [10] * 15 + [30] * 5,
}


def drawn(sizes: list[int], p: float, correlation: float) -> tuple[Floats, Floats]:
    """Mean and cluster-robust standard error of each run, as `clustered.estimate` makes them."""
    rng = np.random.default_rng(23)
    groups = len(sizes)
    right = rng.binomial(np.array(sizes), chances(rng, p, correlation, (10_000, groups)))
    mean = right.sum(1) / sum(sizes)
    squares = ((right - mean[:, None] * np.array(sizes)) ** 2).sum(1)
    return mean, np.sqrt(squares * groups / (groups - 1)) / sum(sizes)


def effective(sizes: list[int]) -> float:
    return sum(sizes) ** 2 / sum(size**2 for size in sizes)


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("correlation", [0, 0.5, 1])
def test_it_covers(sizes: list[int], p: float, correlation: float) -> None:
    mean, stderr = drawn(sizes, p, correlation)
    worth = effective(sizes)
    low, high = misses(simulated(mean, stderr, lambda m, s: bounded.interval(m, s, worth, (0, 1), 0.95)), p)
    assert low + high <= 0.06 + NOISE
    assert max(low, high) <= 0.03 + NOISE


def test_wilson_over_the_effective_samples_would_not() -> None:
    sizes = SIZES["ten of 30"]
    mean, stderr = drawn(sizes, 0.9, 0.5)

    def rejected(m: float, s: float) -> object:
        return wilson.interval(m, wilson.effective_n(m, 300, s) if 0 < m < 1 else 10, 0.95)

    low, _ = misses(simulated(mean, stderr, rejected), 0.9)  # type: ignore[arg-type]
    assert low > 0.1
    assert math.isclose(effective(sizes), 10)
