"""Epochs of a sample are reduced first; the interval over samples then covers as promised."""

import numpy as np
import pytest

from referee.core.stats import bounded, wilson
from tests.unit.core.stats.simulations.drawing import NOISE, chances, misses, moments, simulated


@pytest.mark.parametrize("n", [5, 10, 30, 100, 300])
@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("correlation", [0, 0.2, 0.8, 1])
def test_the_mean_of_eight_epochs_covers(n: int, p: float, correlation: float) -> None:
    rng = np.random.default_rng(17)
    mean, stderr = moments(rng.binomial(8, chances(rng, p, correlation, (10_000, n))) / 8)
    low, high = misses(simulated(mean, stderr, lambda m, s: bounded.interval(m, s, n, (0, 1), 0.95)), p)
    assert low + high <= 0.06
    assert max(low, high) <= 0.03 + NOISE


def test_all_epochs_as_samples_would_not() -> None:
    rng = np.random.default_rng(17)
    right = rng.binomial(8, chances(rng, 0.9, 0.8, (4_000, 100))).sum(1) / 800
    low, high = misses(simulated(right, right * 0, lambda m, _: wilson.interval(m, 800, 0.95)), 0.9)
    assert low + high > 0.3


def test_the_pull_of_the_pseudo_observations_is_not_paid_by_the_far_end() -> None:
    rng = np.random.default_rng(19)
    mean, stderr = moments(rng.binomial(8, np.full((40_000, 300), 0.9)) / 8)
    _, high = misses(simulated(mean, stderr, lambda m, s: bounded.interval(m, s, 300, (0, 1), 0.95)), 0.9)
    assert high <= 0.03
