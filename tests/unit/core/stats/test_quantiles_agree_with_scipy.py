"""Scipy is the oracle; the operator does without it."""

import math

import pytest
from scipy import stats

from referee.core.stats import normal, student

TAILS = [1e-12, 1e-9, 1e-6, 1e-4, 0.001, 0.005, 0.025, 0.05, 0.1, 0.25, 0.4, 0.6, 0.9, 0.975, 0.9999]
DEGREES = [0.5, 1, 1.37, 2, 3, 4, 5.5, 9, 29, 30, 99.9, 299, 999.9, 1000, 1000.1, 1e4, 1e6, 1e9, 1e15]


@pytest.mark.parametrize("df", DEGREES)
def test_student_quantiles(df: float) -> None:
    for p in TAILS:
        assert student.quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9), p


@pytest.mark.parametrize("p", TAILS)
def test_normal_quantiles(p: float) -> None:
    assert normal.quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-9)


def test_near_the_median_no_digit_is_lost() -> None:
    # At one degree of freedom the quantile is a tangent.
    for distance in (1e-3, 1e-7):
        assert student.quantile(0.5 + distance, 1) == pytest.approx(math.tan(math.pi * distance), rel=1e-8)
    assert student.quantile(0.5, 7) == 0


@pytest.mark.parametrize("confidence", [0.5001, 0.8, 0.95, 0.99, 0.999999])
def test_critical_values_leave_half_of_the_rest_on_each_side(confidence: float) -> None:
    assert normal.critical(confidence) == pytest.approx(stats.norm.isf((1 - confidence) / 2), rel=1e-9)
    assert student.critical(confidence, 11) == pytest.approx(stats.t.isf((1 - confidence) / 2, 11), rel=1e-9)


@pytest.mark.parametrize(("p", "df"), [(0, 5), (1, 5), (0.5, 0), (0.5, -1), (math.nan, 5), (0.1, math.nan)])
def test_what_has_no_quantile_is_refused(p: float, df: float) -> None:
    with pytest.raises(ValueError, match="p must be between 0 and 1 and df positive"):
        student.quantile(p, df)
