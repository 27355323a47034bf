"""Kappa, held to scikit-learn's value and statsmodels' standard error."""

import random
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, recall_score  # type: ignore[import-untyped]
from statsmodels.stats.inter_rater import cohens_kappa  # type: ignore[import-untyped]

from referee.core.stats import agreement, wilson
from referee.core.stats.agreement import Agreement, Weights

GRADES = ["bad", "poor", "fair", "good"]
PAIRS = st.lists(st.tuples(st.sampled_from(GRADES), st.sampled_from(GRADES)), min_size=2, max_size=60)
THEIRS: dict[Weights, Literal["linear", "quadratic"] | None] = {
    "none": None,
    "linear": "linear",
    "quadratic": "quadratic",
}


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
@given(pairs=PAIRS)
def test_scikit_learn_and_statsmodels_give_the_same(weights: Weights, pairs: list[tuple[str, str]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found = agreement.kappa(first, second, GRADES, 0.95, weights)
    if found.value is None:
        assert len({*first, *second}) == 1
        return
    assert found.value == pytest.approx(
        cohen_kappa_score(first, second, labels=GRADES, weights=THEIRS[weights]), rel=1e-9, abs=1e-9
    )
    table = np.array([[pairs.count((a, b)) for b in GRADES] for a in GRADES], float)
    counts = {(i, j): table[i, j] for i in range(4) for j in range(4)}
    ours = agreement._kappa(counts, 4, weights)
    with np.errstate(all="ignore"):
        theirs = cohens_kappa(table, wt=THEIRS[weights])
    assert ours is not None
    if theirs.var_kappa > 1e-12:
        assert ours[1] / len(pairs) ** 0.5 == pytest.approx(theirs.std_kappa, rel=1e-6)


@given(PAIRS, st.randoms(use_true_random=False))
def test_order_changes_no_digit(pairs: list[tuple[str, str]], order: random.Random) -> None:
    def of(some: list[tuple[str, str]]) -> Agreement:
        return agreement.kappa([a for a, _ in some], [b for _, b in some], GRADES, 0.95, "linear")

    assert of(order.sample(pairs, len(pairs))) == of(pairs)


def test_a_large_sample_has_the_usual_interval() -> None:
    pairs = [("bad", "bad")] * 4000 + [("good", "good")] * 3000 + [("bad", "good")] * 500 + [("good", "bad")] * 900
    found = agreement.kappa([a for a, _ in pairs], [b for _, b in pairs], ["bad", "good"], 0.95)
    theirs = cohens_kappa([[4000, 500], [900, 3000]])
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((theirs.kappa_low, theirs.kappa_upp), abs=5e-4)


def test_thirty_pairs_that_agree_are_not_certain() -> None:
    found = agreement.kappa([True, False, True] * 10, [True, False, True] * 10, [False, True], 0.95)
    assert found.value == 1
    assert found.interval is not None
    assert found.interval.low < 0.75
    assert found.interval.high == 1
    assert found.interval.method == "asymptotic, with four pseudo-pairs"


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ([], Agreement(None, None, 0)),
        ([True] * 30, Agreement(None, None, 30)),
        ([True, False], Agreement(1.0, None, 2)),
    ],
    ids=["no pairs", "one category only", "too few for an interval"],
)
def test_kappa_is_not_made_up(first: list[bool], expected: Agreement) -> None:
    assert agreement.kappa(first, first, [False, True], 0.95) == expected


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(KeyError, match="great"):
        agreement.kappa(["great"], ["good"], GRADES, 0.95)


def test_raw_agreement_is_a_proportion() -> None:
    assert agreement.raw("aabbc", "aabcc", 0.95) == Agreement(0.8, wilson.interval(0.8, 5, 0.95), 5)
    assert agreement.raw([], [], 0.95) == Agreement(None, None, 0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_rates_of_a_judge_are_scikit_learns_recalls(pairs: list[tuple[bool, bool]]) -> None:
    judge, truth = [a for a, _ in pairs], [b for _, b in pairs]
    for rate, label in ((agreement.true_positive_rate, True), (agreement.true_negative_rate, False)):
        found = rate(judge, truth, 0.95)
        assert found.n == truth.count(label)
        if found.n == 0:
            assert found == Agreement(None, None, 0)
            continue
        assert found.value == pytest.approx(recall_score(truth, judge, pos_label=label, zero_division=0))
        assert found.interval == wilson.interval(found.value or 0.0, found.n, 0.95)
