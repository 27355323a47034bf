"""Two runs over the same samples: scipy's and statsmodels' numbers."""

import math
import random
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar  # type: ignore[import-untyped]

from referee.core.stats import bounded, clustered, paired

DELTAS = st.lists(st.integers(-4, 4).map(float), min_size=2, max_size=60)
COUNTS = st.tuples(st.integers(0, 300), st.integers(0, 300))


@given(DELTAS)
def test_scipys_paired_t_test_gives_the_same(deltas: list[float]) -> None:
    assume(stdev(deltas) > 0)
    expected = stats.ttest_rel(np.array(deltas) + 7, np.full(len(deltas), 7.0)).pvalue
    assert paired.t_p_value(deltas) == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=10, max_size=60))
def test_without_a_range_the_interval_is_scipys(deltas: list[float]) -> None:
    assume(stdev(deltas) > 1e-3)
    found = paired.t_interval(deltas, 0.95)
    expected = stats.ttest_1samp(deltas, 0).confidence_interval(0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-9)
    assert found.method == "paired: Student t"


@given(DELTAS)
def test_with_a_range_a_delta_lies_within_its_width_either_way(deltas: list[float]) -> None:
    found = paired.t_interval(deltas, 0.95, (1, 5))
    stderr = stdev(deltas) / math.sqrt(len(deltas))
    expected = bounded.interval(fmean(deltas), stderr, len(deltas), (-4, 4), 0.95)
    assert found is not None
    assert expected is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-9)


def test_a_delta_beyond_the_range_has_plain_t() -> None:
    deltas = [0.1, 0.2, -0.1, 0.3, 0.0, 0.2, 0.1, -0.2, 0.4, 1.5]
    assert paired.t_interval(deltas, 0.95, (0, 1)) == paired.t_interval(deltas, 0.95)


@given(DELTAS, st.randoms(use_true_random=False))
def test_order_changes_no_digit(deltas: list[float], order: random.Random) -> None:
    other = order.sample(deltas, len(deltas))
    assert paired.t_interval(other, 0.95, (0, 4)) == paired.t_interval(deltas, 0.95, (0, 4))
    assert paired.t_p_value(other) == paired.t_p_value(deltas)


@given(DELTAS)
def test_the_other_way_round_is_the_mirror_image(deltas: list[float]) -> None:
    found = paired.t_interval(deltas, 0.95, (0, 4))
    turned = paired.t_interval([-delta for delta in deltas], 0.95, (0, 4))
    assert found is not None
    assert turned is not None
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), rel=1e-9, abs=1e-12)


def test_clusters_widen_it() -> None:
    rng = np.random.default_rng(4)
    documents = [i // 8 for i in range(160)]
    deltas = (rng.normal(0, 0.2, 20)[documents] + rng.normal(0, 0.05, 160)).clip(-1, 1).tolist()
    alone, together = (paired.t_interval(deltas, 0.95, (0, 1), clusters) for clusters in (None, documents))
    assert alone is not None
    assert together is not None
    assert together.high - together.low > 1.5 * (alone.high - alone.low)
    assert together.method == "paired: Student t over clusters, 20 clusters"
    found = clustered.estimate(deltas, documents)
    assert found.stderr is not None
    expected = 2 * stats.t.sf(abs(found.mean / found.stderr), 19)
    assert paired.t_p_value(deltas, documents) == pytest.approx(expected, rel=1e-9)


def test_no_difference_at_all_is_no_evidence_of_one() -> None:
    assert paired.t_p_value([0.0] * 30) == 1


@pytest.mark.parametrize(
    ("deltas", "clusters"),
    [([], None), ([0.5], None), ([-0.25] * 20, None), ([0.1, 0.2] * 20, [i % 9 for i in range(40)])],
    ids=["none", "one", "all alike", "nine clusters"],
)
def test_there_is_no_p_value_for(deltas: list[float], clusters: list[int] | None) -> None:
    assert paired.t_p_value(deltas, clusters) is None


@pytest.mark.parametrize("deltas", [[], [0.5]])
def test_fewer_than_two_have_no_interval(deltas: list[float]) -> None:
    assert paired.t_interval(deltas, 0.95, (0, 1)) is None
    assert paired.bonett_price(0, 0, len(deltas), 0.95) is None


@given(COUNTS)
def test_statsmodels_mcnemar_gives_the_same(counts: tuple[int, int]) -> None:
    improved, regressed = counts
    expected = mcnemar([[0, improved], [regressed, 0]], exact=True).pvalue if any(counts) else 1
    assert paired.mcnemar_p_value(improved, regressed) == pytest.approx(expected, rel=1e-9)


def test_bonett_and_prices_own_example() -> None:
    # Bonett and Price (2012), also in Fagerland et al., BMC Medical Research Methodology 14 (2014) 133, table 8:
    # airway hyper-responsiveness before and after transplantation: 1 and 7 of 21 pairs differ.
    found = paired.bonett_price(7, 1, 21, 0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.02, 0.50), abs=0.01)
    assert found.method == "Bonett-Price"


@given(COUNTS, st.integers(0, 1000))
def test_bonett_price_is_walds_interval_with_a_pair_more_of_each_kind(counts: tuple[int, int], equal: int) -> None:
    improved, regressed = counts
    n = improved + regressed + equal
    assume(n >= 2)
    found = paired.bonett_price(improved, regressed, n, 0.95)
    deltas = [1] * (improved + 1) + [-1] * (regressed + 1) + [0] * equal
    half = stats.norm.isf(0.025) * np.std(deltas) / math.sqrt(len(deltas))
    assert found is not None
    expected = max(-1, np.mean(deltas) - half), min(1, np.mean(deltas) + half)
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9, abs=1e-12)
