"""Intervals of means, with a range and without one, against scipy on the very samples."""

import math
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from referee.core.stats import bounded, student

SCORES = st.lists(st.integers(1, 5).map(float), min_size=2, max_size=60)


def stderr_of(values: list[float]) -> float:
    return stdev(values) / math.sqrt(len(values))


@given(SCORES, st.sampled_from([0.8, 0.95, 0.99]))
def test_with_a_range_it_is_t_over_the_samples_and_both_ends(values: list[float], confidence: float) -> None:
    found = bounded.interval(fmean(values), stderr_of(values), len(values), (1, 5), confidence)

    tempered = [*values, 1.0, 5.0]
    half = stats.t.isf((1 - confidence) / 2, len(tempered) - 1) * stderr_of(tempered)
    all_right = stats.binomtest(len(values), len(values)).proportion_ci(confidence, method="wilson").low
    assert found is not None
    # Each end from the mean that is further, no closer to the range's end than so many right answers are to 1.
    assert found.low == pytest.approx(
        max(1, min(min(fmean(values), fmean(tempered)) - half, 1 + 4 * all_right)), rel=1e-9
    )
    assert found.high == pytest.approx(
        min(5, max(max(fmean(values), fmean(tempered)) + half, 5 - 4 * all_right)), rel=1e-9
    )


def test_ten_fives_are_as_certain_as_ten_right_answers() -> None:
    found = bounded.interval(5.0, 0.0, 10, (1, 5), 0.95)
    assert found is not None
    assert found.low == pytest.approx(1 + 4 * 0.7224672)
    assert found.high == 5


def test_a_mirrored_sample_has_the_mirrored_interval() -> None:
    found = bounded.interval(4.2, 0.15, 33, (1, 5), 0.95)
    mirrored = bounded.interval(1.8, 0.15, 33, (1, 5), 0.95)
    assert found is not None
    assert mirrored is not None
    assert (mirrored.low, mirrored.high) == pytest.approx((6 - found.high, 6 - found.low), rel=1e-12)


def test_with_a_range_two_samples_are_the_fewest() -> None:
    assert bounded.interval(3.0, 0.5, 1, (1, 5), 0.95) is None
    assert bounded.interval(3.0, 0.5, 2, (1, 5), 0.95) is not None


@given(st.lists(st.floats(-1000, 1000), min_size=10, max_size=60).filter(lambda v: stdev(v) > 1e-3))
def test_without_a_range_it_is_plain_t(values: list[float]) -> None:
    found = student.interval(fmean(values), stderr_of(values), len(values), 0.95)
    expected = stats.t.interval(0.95, len(values) - 1, loc=fmean(values), scale=stderr_of(values))
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert found.method == "Student t"


@pytest.mark.parametrize(("stderr", "n"), [(0.1, 9), (0.0, 1000)], ids=["fewer than ten samples", "all alike"])
def test_without_a_range_there_is_none_for(stderr: float, n: int) -> None:
    assert student.interval(0.5, stderr, n, 0.95) is None
