"""Samples in clusters, held to inspect_ai's and statsmodels' standard errors."""

import random
from typing import cast

import numpy as np
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from inspect_ai.scorer import MetricProtocol, SampleScore, Score, stderr

from referee.core.stats import bounded, clustered, moments, student

SAMPLES = st.lists(st.tuples(st.floats(-100, 100), st.integers(0, 15)), min_size=2, max_size=80)
RNG = np.random.default_rng(8)
DOCUMENTS = RNG.integers(0, 25, 200).tolist()
RIGHT = (RNG.random(200) < 0.6 + 0.3 * (np.array(DOCUMENTS) % 2)).astype(float).tolist()


@given(SAMPLES)
def test_inspect_gives_the_same_standard_error(samples: list[tuple[float, int]]) -> None:
    values, clusters = zip(*samples, strict=True)
    found = clustered.estimate(values, clusters)
    if found.n_clusters < 2:
        assert found.stderr is None
        return
    scores = [SampleScore(score=Score(value=v), sample_metadata={"doc": c}) for v, c in samples]
    theirs = cast("MetricProtocol", stderr(cluster="doc"))(scores)
    assert found.stderr == pytest.approx(theirs, rel=1e-9, abs=1e-9)


def test_statsmodels_gives_the_same_standard_error() -> None:
    found = clustered.estimate(RIGHT, DOCUMENTS)
    fitted = sm.OLS(RIGHT, np.ones(len(RIGHT))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(DOCUMENTS), "df_correction": True}
    )
    assert found.stderr == pytest.approx(float(fitted.bse[0]), rel=1e-9)
    assert found.mean == pytest.approx(float(fitted.params[0]), rel=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=50))
def test_clusters_of_one_are_independent_samples(values: list[float]) -> None:
    found = clustered.estimate(values, range(len(values)))
    assert found.stderr == pytest.approx(moments.of(values).stderr, rel=1e-9, abs=1e-9)
    assert (found.n_clusters, found.effective) == (len(values), len(values))


@given(SAMPLES, st.randoms(use_true_random=False))
def test_order_changes_no_digit(samples: list[tuple[float, int]], order: random.Random) -> None:
    def of(some: list[tuple[float, int]]) -> object:
        values, clusters = zip(*some, strict=True)
        return clustered.estimate(values, clusters), clustered.interval(values, clusters, 0.95, (-100, 100))

    assert of(order.sample(samples, len(samples))) == of(samples)


def test_with_a_range_it_is_the_bounded_interval_over_the_effective_clusters() -> None:
    sizes = [DOCUMENTS.count(document) for document in set(DOCUMENTS)]
    effective = 200**2 / sum(size**2 for size in sizes)
    found = clustered.estimate(RIGHT, DOCUMENTS)
    assert found.stderr is not None
    expected = bounded.interval(found.mean, found.stderr, effective, (0, 1), 0.95)
    right = clustered.interval(RIGHT, DOCUMENTS, 0.95, boolean=True)
    assert expected is not None
    assert right is not None
    assert (right.low, right.high) == (expected.low, expected.high)
    assert right.method == "Student t over clusters, 25 clusters"
    assert clustered.interval(RIGHT, DOCUMENTS, 0.95, (0, 1)) == right


@pytest.mark.parametrize("span", [None, (0.0, 0.5)], ids=["no range", "a range that values contradict"])
def test_it_is_plain_t_with(span: tuple[float, float] | None) -> None:
    found = clustered.estimate(RIGHT, DOCUMENTS)
    assert found.stderr is not None
    expected = student.interval(found.mean, found.stderr, found.effective, 0.95)
    plain = clustered.interval(RIGHT, DOCUMENTS, 0.95, span)
    assert expected is not None
    assert plain is not None
    assert (plain.low, plain.high) == (expected.low, expected.high)


def test_ten_clusters_that_agree_are_worth_ten_answers() -> None:
    found = clustered.interval([1.0] * 50, [i % 10 for i in range(50)], 0.95, boolean=True)
    assert found is not None
    assert found.low == pytest.approx(0.7224672)


@pytest.mark.parametrize(
    ("values", "clusters"),
    [
        ([], []),
        ([1.0] * 50, [i % 9 for i in range(50)]),
        ([1.0] * 50, ["one"] * 50),
        ([1.0] * 40, [*range(20), *["large"] * 20]),
    ],
    ids=["no samples", "nine clusters", "one cluster", "one that outweighs the rest"],
)
def test_there_is_none_for(values: list[float], clusters: list[object]) -> None:
    assert clustered.interval(values, clusters, 0.95, boolean=True) is None


def test_each_sample_needs_its_cluster() -> None:
    with pytest.raises(ValueError, match="zip"):
        clustered.estimate([1.0, 2.0], ["a"])
