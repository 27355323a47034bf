"""Quantiles: numpy's numbers. Their interval: order statistics, whose coverage is a finite sum."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from referee.core.stats.interval import Interval
from referee.core.stats.quantile import METHOD, interval, median, quantile

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


@given(VALUES, st.floats(0, 1))
def test_numpy_gives_the_same(values: list[float], q: float) -> None:
    assert quantile(values, q) == pytest.approx(np.quantile(values, q), rel=1e-9, abs=1e-9)
    assert median(values) == pytest.approx(np.median(values), rel=1e-9, abs=1e-9)


@given(VALUES, st.floats(0.05, 0.95), st.randoms(use_true_random=False))
def test_order_changes_no_digit(values: list[float], q: float, order: random.Random) -> None:
    other = order.sample(values, len(values))
    assert (quantile(other, q), interval(other, q, 0.95)) == (quantile(values, q), interval(values, q, 0.95))


@pytest.mark.parametrize(("values", "q"), [([], 0.5), ([1.0], -0.1), ([1.0], 1.1)])
def test_what_has_no_quantile_is_refused(values: list[float], q: float) -> None:
    with pytest.raises(ValueError, match="quantile: needs values and a q from 0 to 1"):
        quantile(values, q)


@pytest.mark.parametrize(("n", "q", "low", "high"), [(6, 0.5, 1, 6), (10, 0.5, 2, 9), (100, 0.5, 40, 61)])
def test_the_order_statistics_of_the_textbook(n: int, q: float, low: int, high: int) -> None:
    # Conover (1999), table A3: at most 2.5 % on either side.
    assert interval([float(i) for i in range(1, n + 1)], q, 0.95) == Interval(low, high, METHOD)


@pytest.mark.parametrize(("n", "q"), [(5, 0.5), (71, 0.95), (0, 0.5), (1, 0.5)])
def test_too_few_values_have_none(n: int, q: float) -> None:
    assert interval([float(i) for i in range(n)], q, 0.95) is None


@pytest.mark.parametrize("n", [5, 10, 30, 72, 100, 300])
@pytest.mark.parametrize("q", [0.05, 0.25, 0.5, 0.95])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_each_side_misses_at_most_as_often_as_allowed_and_nearly_so(n: int, q: float, confidence: float) -> None:
    found = interval([float(i) for i in range(1, n + 1)], q, confidence)
    if found is None:
        assert min(q, 1 - q) ** n > 1e-300
        assert max(q, 1 - q) ** n > (1 - confidence) / 2
        return
    allowed = (1 - confidence) / 2
    below = stats.binom.cdf(found.low - 1, n, q)
    above = stats.binom.sf(found.high - 1, n, q)
    assert max(below, above) <= allowed
    # One further in would miss too often.
    assert stats.binom.cdf(found.low, n, q) > allowed
    assert stats.binom.sf(found.high - 2, n, q) > allowed
