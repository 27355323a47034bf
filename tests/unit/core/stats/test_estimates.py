"""Which interval an estimate gets, and how many samples would settle it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.core.stats import bounded, student, wilson
from referee.core.stats.estimate import Estimate, independent_stderr, interval
from referee.core.stats.needed import n_needed
from referee.core.stats.search import MOST

BOOLEAN = Estimate(0.9, independent_stderr(0.9, 50), 50, boolean=True, span=(0, 1))
JUDGED = Estimate(4.4, 0.1, 50, span=(1, 5))


def test_a_proportion_has_wilsons() -> None:
    assert interval(BOOLEAN, 0.95) == wilson.interval(0.9, 50, 0.95)
    assert interval(Estimate(0.9, None, 50, boolean=True, span=(0, 1)), 0.95) == wilson.interval(0.9, 50, 0.95)


def test_a_rounded_standard_error_is_no_sign_of_clusters() -> None:
    assert interval(Estimate(0.35, 0.05, 100, boolean=True, span=(0, 1)), 0.95) == wilson.interval(0.35, 100, 0.95)


def test_a_standard_error_of_clusters_widens_wilsons() -> None:
    found = interval(Estimate(0.5, 0.1, 100, boolean=True, span=(0, 1)), 0.95)
    expected = wilson.interval(0.5, 26, 0.95)
    assert found is not None
    assert expected is not None
    assert found.low == pytest.approx(expected.low)
    assert found.method == "Wilson, effective n 26"


def test_a_mean_with_a_range_is_tempered() -> None:
    assert interval(JUDGED, 0.95) == bounded.interval(4.4, 0.1, 50, (1, 5), 0.95)


@pytest.mark.parametrize("span", [None, (0.0, 1.0)], ids=["no range", "a range that the value contradicts"])
def test_a_mean_has_plain_t_with(span: tuple[float, float] | None) -> None:
    assert interval(Estimate(4.4, 0.1, 50, span=span), 0.95) == student.interval(4.4, 0.1, 50, 0.95)


@pytest.mark.parametrize(
    "estimate",
    [
        Estimate(0.9, 0.1, None, boolean=True, span=(0, 1)),
        Estimate(1.0, None, 1, boolean=True, span=(0, 1)),
        Estimate(35.0, 1.0, 100, boolean=True, span=(0, 1)),
        Estimate(4.4, None, 50, span=(1, 5)),
        Estimate(4.4, 0.1, 9),
        Estimate(4.4, 0.0, 900),
    ],
    ids=[
        "n unknown",
        "one sample",
        "no proportion",
        "stderr unknown",
        "no range and few samples",
        "no range, no spread",
    ],
)
def test_there_is_no_interval_where(estimate: Estimate) -> None:
    assert interval(estimate, 0.95) is None


@given(p=st.floats(0.05, 1), gap=st.floats(0.01, 0.5), n=st.integers(2, 200))
def test_the_n_needed_of_a_proportion_is_wilsons_inversion(p: float, gap: float, n: int) -> None:
    threshold = p - gap
    if threshold <= 0.01:
        return
    found = n_needed(Estimate(p, None, n, boolean=True, span=(0, 1)), threshold, 0.95, lower_is_better=False)
    z2 = 1.959963984540054**2
    exact = z2 * threshold * (1 - threshold) / gap**2
    assert found is not None
    assert found == pytest.approx(max(2, math.ceil(exact)), abs=1)


@pytest.mark.parametrize(
    ("estimate", "threshold", "lower"),
    [
        (BOOLEAN, 0.85, False),
        (Estimate(0.1, independent_stderr(0.1, 5), 5, boolean=True, span=(0, 1)), 0.15, True),
        (Estimate(0.5, 0.1, 100, boolean=True, span=(0, 1)), 0.45, False),
        (JUDGED, 4.3, False),
        (Estimate(120.0, 9.0, 20), 110.0, False),
    ],
    ids=["share", "share, lower is better", "share in clusters", "judge", "no range"],
)
def test_the_n_needed_is_the_least_that_passes(estimate: Estimate, threshold: float, lower: bool) -> None:
    n = n_needed(estimate, threshold, 0.95, lower_is_better=lower)
    assert n is not None

    def end(size: int) -> float:
        assert estimate.n is not None
        stderr = None
        if estimate.stderr is not None:
            shrink = (estimate.n - 1) / (size - 1) if estimate.boolean else estimate.n / size
            stderr = estimate.stderr * math.sqrt(shrink)
        found = interval(Estimate(estimate.value, stderr, size, estimate.boolean, estimate.span), 0.95)
        assert found is not None
        return threshold - found.high if lower else found.low - threshold

    assert end(n) >= 0
    assert end(n - 1) < 0


@pytest.mark.parametrize(
    ("estimate", "threshold"),
    [
        (BOOLEAN, 0.95),
        (BOOLEAN, 0.9),
        (BOOLEAN, 0.9 - 1e-6),
        (Estimate(0.9, None, None, boolean=True, span=(0, 1)), 0.8),
        (Estimate(4.4, None, 50, span=(1, 5)), 4.0),
    ],
    ids=["estimate misses", "estimate is the threshold", f"more than {MOST}", "n unknown", "no interval"],
)
def test_no_n_is_promised_where(estimate: Estimate, threshold: float) -> None:
    assert n_needed(estimate, threshold, 0.95, lower_is_better=False) is None
