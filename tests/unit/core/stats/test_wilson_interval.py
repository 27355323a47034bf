"""The interval of a proportion: scipy's numbers, and its coverage, which needs no simulation: it can be summed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from referee.core.stats import wilson

SIZES = (5, 10, 30, 100, 300)


def misses(n: int, p: float) -> tuple[float, float]:
    """Exact probabilities that the lower end is above the truth, and the upper end below it."""
    chances = stats.binom.pmf(np.arange(n + 1), n, p)
    found = [wilson.interval(x / n, n, 0.95) for x in range(n + 1)]
    low = np.array([i.low for i in found if i])
    high = np.array([i.high for i in found if i])
    return float(chances[low > p + 1e-12].sum()), float(chances[high < p - 1e-12].sum())


@given(n=st.integers(2, 100_000), share=st.floats(0, 1), confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.999]))
def test_scipy_gives_the_same(n: int, share: float, confidence: float) -> None:
    successes = round(share * n)
    found = wilson.interval(successes / n, n, confidence)
    expected = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-12)
    assert found.method == "Wilson"


def test_ten_of_ten_leave_a_lower_end_of_0_72() -> None:
    found = wilson.interval(1.0, 10, 0.95)
    assert found is not None
    assert found.low == pytest.approx(0.7224672)
    assert found.high == 1


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_samples_have_none(n: int) -> None:
    assert wilson.interval(1.0, n, 0.95) is None


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
def test_the_end_that_a_gate_reads_is_seldom_beyond_the_truth(n: int, p: float) -> None:
    """0.0313 rather than 0.03: at p = 0.5 and n = 5 one outcome of 32 is all right answers."""
    lower_above, upper_below = misses(n, p)
    assert lower_above <= 0.0313
    # Wilson pays at its other end, where a high proportion meets 1: exactly 0.904 at p = 0.99 and n = 10.
    assert 1 - lower_above - upper_below >= 0.90


@pytest.mark.parametrize("n", SIZES)
def test_it_covers_as_promised_on_average_over_all_proportions(n: int) -> None:
    missed = [sum(misses(n, p)) for p in np.linspace(0.005, 0.995, 199)]
    assert 0.945 <= 1 - float(np.mean(missed)) <= 0.96


def test_a_standard_error_of_independent_samples_is_worth_all_of_them() -> None:
    assert wilson.effective_n(0.3, 50, (0.3 * 0.7 / 49) ** 0.5) == pytest.approx(50)


def test_a_larger_standard_error_is_worth_fewer() -> None:
    assert wilson.effective_n(0.5, 100, 0.1) == pytest.approx(26)


@pytest.mark.parametrize(
    ("p", "stderr"),
    [(0.5, None), (0.5, 0.0), (0.5, 0.001), (0.0, 0.1), (1.0, 1e-300)],
    ids=["unknown", "zero", "smaller than of independent ones", "of none", "of all"],
)
def test_a_standard_error_that_says_nothing_of_clusters_leaves_n(p: float, stderr: float | None) -> None:
    assert wilson.effective_n(p, 100, stderr) == 100
