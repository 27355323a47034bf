"""Tail probabilities, held to scipy's."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from referee.core.stats import normal, student
from referee.core.stats.beta import binomial_at_least, binomial_at_most, incomplete


@given(a=st.floats(0.5, 5000), b=st.floats(0.5, 5000), x=st.floats(1e-6, 1 - 1e-6))
def test_incomplete_beta(a: float, b: float, x: float) -> None:
    assert incomplete(a, b, x) == pytest.approx(special.betainc(a, b, x), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("x", [-1.0, 0.0, 1.0, 2.0])
def test_beyond_its_ends_it_is_0_or_1(x: float) -> None:
    assert incomplete(2, 3, x) == (0 if x <= 0 else 1)


@given(n=st.integers(1, 100_000), share=st.floats(0, 1), p=st.floats(0.001, 0.999))
def test_binomial_tails(n: int, share: float, p: float) -> None:
    k = round(n * share)
    assert binomial_at_most(k, n, p) == pytest.approx(stats.binom.cdf(k, n, p), rel=1e-8, abs=1e-12)
    assert binomial_at_least(k, n, p) == pytest.approx(stats.binom.sf(k - 1, n, p), rel=1e-8, abs=1e-12)


def test_fewer_than_none_and_more_than_all() -> None:
    assert binomial_at_most(-1, 5, 0.5) == 0
    assert binomial_at_most(5, 5, 0.5) == 1
    assert binomial_at_least(0, 5, 0.5) == 1
    assert binomial_at_least(6, 5, 0.5) == 0


@given(t=st.floats(-40, 40), df=st.floats(1, 100_000))
def test_student(t: float, df: float) -> None:
    assert student.p_value(t, df) == pytest.approx(2 * stats.t.sf(abs(t), df), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("z", [-37.0, -5.0, -1.0, 0.0, 0.3, 9.0])
def test_normal(z: float) -> None:
    assert normal.below(z) == pytest.approx(stats.norm.cdf(z), rel=1e-12)
    assert student.p_value(z, math.inf) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-12)
