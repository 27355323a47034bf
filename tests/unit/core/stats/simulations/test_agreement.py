"""Agreement of raters: the low end, which a gate reads, is seldom above the truth, and the interval covers."""

from collections import Counter

import numpy as np
import pytest

from referee.core.stats import agreement, krippendorff
from referee.core.stats.agreement import Weights
from referee.core.stats.krippendorff import Level
from tests.unit.core.stats.simulations.drawing import NOISE, misses

HABITS = {"even": (0.5, 0.5), "rare": (0.2, 0.8), "grades": (0.05, 0.05, 0.1, 0.3, 0.5)}


@pytest.mark.parametrize("habits", HABITS.values(), ids=HABITS.keys())
@pytest.mark.parametrize("weights", ["none", "quadratic"])
@pytest.mark.parametrize("truth", [0.0, 0.4, 0.8, 0.95])
@pytest.mark.parametrize("n", [10, 30, 100])
def test_kappa(habits: tuple[float, ...], weights: Weights, truth: float, n: int) -> None:
    # Both say the same thing with the chance of kappa, else what they usually say: kappa for any weights.
    shape = (1 - truth) * np.outer(habits, habits) + truth * np.diag(habits)
    categories = range(len(habits))
    cells = [(i, j) for i in categories for j in categories]
    runs = Counter(map(tuple, np.random.default_rng(61).multinomial(n, shape.ravel(), 2_000).tolist()))
    found = []
    for counts, times in runs.items():
        pairs = [cell for cell, count in zip(cells, counts, strict=True) for _ in range(count)]
        got = agreement.kappa([a for a, _ in pairs], [b for _, b in pairs], categories, 0.95, weights)
        if got.interval is not None:
            found.append((got.interval, float(times)))
    low, high = misses(found, truth)
    assert low + high <= 0.06
    assert low <= 0.035 + NOISE
    assert high <= 0.05 + NOISE


@pytest.mark.parametrize("habits", HABITS.values(), ids=HABITS.keys())
@pytest.mark.parametrize("level", ["nominal", "ordinal"])
@pytest.mark.parametrize("truth", [0.4, 0.8])
@pytest.mark.parametrize("n", [10, 30])
def test_alpha_of_three_raters(habits: tuple[float, ...], level: Level, truth: float, n: int) -> None:
    # Each says what is so with the root of alpha as its chance, else what it usually says.
    rng = np.random.default_rng(67)
    so = rng.choice(len(habits), (400, n, 1), p=habits)
    usual = rng.choice(len(habits), (400, n, 3), p=habits)
    said = np.where(rng.random((400, n, 3)) < truth**0.5, so, usual).astype(float)
    found = [(krippendorff.alpha(items, level, 0.95).interval, 1.0) for items in said.tolist()]
    low, high = misses([pair for pair in found if pair[0] is not None], truth)
    assert low <= 0.035 + NOISE
    assert low + high <= 0.075
