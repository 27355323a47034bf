"""Two runs of which the summaries are known: scipy's and statsmodels' numbers."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep  # type: ignore[import-untyped]

from referee.core.stats import unpaired
from referee.core.stats.estimate import Estimate, independent_stderr

SHARES = st.tuples(st.integers(2, 500), st.floats(0, 1)).map(lambda pair: (round(pair[0] * pair[1]), pair[0]))


def share(right: int, n: int) -> Estimate:
    return Estimate(right / n, independent_stderr(right / n, n), n, boolean=True, span=(0, 1))


def mean(values: list[float], span: tuple[float, float] | None = None) -> Estimate:
    return Estimate(float(np.mean(values)), float(stats.sem(values)), len(values), span=span)


@given(SHARES, SHARES)
def test_statsmodels_newcombe_gives_the_same(here: tuple[int, int], there: tuple[int, int]) -> None:
    found = unpaired.interval(share(*here), share(*there), 0.95)
    expected = confint_proportions_2indep(*here, *there, method="newcomb")
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert found.method == "unpaired: Newcombe"


@given(SHARES, SHARES)
def test_the_p_value_of_two_proportions_is_where_the_interval_ends_at_zero(
    here: tuple[int, int], there: tuple[int, int]
) -> None:
    p = unpaired.p_value(share(*here), share(*there))
    assert p is not None
    for level, excluded in ((p * 1.001, True), (p * 0.999, False)):
        if 1e-11 < level < 1:
            found = unpaired.interval(share(*here), share(*there), 1 - level)
            assert found is not None
            assert (found.low > 0 or found.high < 0) is excluded


@given(*[st.lists(st.floats(-100, 100), min_size=10, max_size=40)] * 2)
def test_scipys_welch_test_gives_the_same(here: list[float], there: list[float]) -> None:
    assume(np.std(here) > 1e-3)
    assume(np.std(there) > 1e-3)
    expected = stats.ttest_ind(here, there, equal_var=False)
    ends = expected.confidence_interval(0.95)
    found = unpaired.interval(mean(here), mean(there), 0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-9, abs=1e-9)
    assert unpaired.p_value(mean(here), mean(there)) == pytest.approx(max(expected.pvalue, 1e-12), rel=1e-3)
    if expected.pvalue > 1e-4:
        assert unpaired.p_value(mean(here), mean(there)) == pytest.approx(expected.pvalue, rel=1e-9)


def test_a_range_widens_the_interval_of_a_few_that_agree() -> None:
    found = unpaired.interval(mean([5.0] * 8, (1, 5)), mean([5.0] * 8, (1, 5)), 0.95)
    assert found is not None
    assert found.low == pytest.approx(-found.high)
    assert found.high > 0.8
    assert found.method == "unpaired: Welch t, pseudo-observations at the ends"


def test_the_other_way_round_is_the_mirror_image() -> None:
    for here, there in ((share(9, 10), share(70, 100)), (mean([1.0, 4.0, 5.0], (1, 5)), mean([2.0, 2.0, 4.0], (1, 5)))):
        found, turned = unpaired.interval(here, there, 0.95), unpaired.interval(there, here, 0.95)
        assert found is not None
        assert turned is not None
        assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), rel=1e-12)


def test_clusters_of_an_adapter_widen_newcombe() -> None:
    clustered = Estimate(0.5, 0.1, 100, boolean=True, span=(0, 1))
    found = unpaired.interval(clustered, clustered, 0.95)
    expected = confint_proportions_2indep(13, 26, 13, 26, method="newcomb")
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)


NO_N = Estimate(0.5, 0.1, None, boolean=True, span=(0, 1))


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (NO_N, share(5, 10)),
        (share(5, 10), NO_N),
        (Estimate(4.0, None, 50, span=(1, 5)), mean([1.0, 2.0, 4.0] * 9, (1, 5))),
        (mean([1.0, 2.0, 4.0]), mean([1.0, 2.0, 4.0] * 9)),
        (Estimate(4.0, 0.0, 50), Estimate(4.0, 0.0, 50)),
        (Estimate(35.0, 1.0, 50, boolean=True, span=(0, 1)), share(5, 10)),
    ],
    ids=["n unknown", "n there unknown", "no stderr", "no range and few samples", "no spread", "no proportion"],
)
def test_there_is_no_interval_for(here: Estimate, there: Estimate) -> None:
    assert unpaired.interval(here, there, 0.95) is None


def test_there_is_no_p_value_without_an_interval() -> None:
    assert unpaired.p_value(NO_N, share(5, 10)) is None
    assert unpaired.p_value(Estimate(4.0, 0.0, 50), Estimate(3.0, 0.0, 50)) is None


def test_equal_runs_are_no_evidence_of_a_difference() -> None:
    assert unpaired.p_value(share(7, 10), share(70, 100)) == pytest.approx(1)
    assert unpaired.p_value(share(0, 5000), share(5000, 5000)) == pytest.approx(1e-12)
