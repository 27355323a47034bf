"""The reducers, held to inspect_ai's, and to counting all ways of drawing."""

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspect_ai.scorer import Score, ScoreReducer, at_least, mean_score, median_score, pass_at, pass_k

from referee.core.stats import epochs

PASSES = st.lists(st.booleans(), min_size=1, max_size=12)


def theirs(reducer: ScoreReducer, values: list[float]) -> float:
    reduced = reducer([Score(value=value) for value in values]).value
    assert isinstance(reduced, int | float)
    return float(reduced)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=12))
def test_mean_and_median_are_inspects(values: list[float]) -> None:
    assert epochs.OF_VALUES["Mean"](values) == pytest.approx(theirs(mean_score(), values), rel=1e-9, abs=1e-9)
    assert epochs.OF_VALUES["Median"](values) == pytest.approx(theirs(median_score(), values), rel=1e-9, abs=1e-9)


@given(PASSES, st.integers(1, 12))
def test_those_of_k_are_inspects(passed: list[bool], k: int) -> None:
    if k > len(passed):
        assert [reduce(passed, k) for reduce in epochs.OF_PASSES.values()] == [None] * 3
        return
    values = [float(value) for value in passed]
    for name, reducer in (("AtLeastK", at_least(k)), ("PassAtK", pass_at(k)), ("PassHatK", pass_k(k))):
        assert epochs.OF_PASSES[name](passed, k) == pytest.approx(theirs(reducer, values), rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize(("name", "holds"), [("PassAtK", any), ("PassHatK", all)])
@given(passed=st.lists(st.booleans(), min_size=1, max_size=7), k=st.integers(1, 7))
def test_they_count_all_ways_of_drawing_k(
    name: str, holds: Callable[[tuple[bool, ...]], bool], passed: list[bool], k: int
) -> None:
    ways = list(combinations(passed, k))
    expected = sum(map(holds, ways)) / len(ways) if ways else None
    assert epochs.OF_PASSES[name](passed, k) == (pytest.approx(expected) if ways else None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1.0, 0.0, 1.0], 1.0), ([0.0, 1.0], 0.5), ([5.0, 1.0, 5.0, 1.0, 3.0], 3.0), ([4.0], 4.0)],
    ids=["majority", "tie", "tie of three values", "one epoch"],
)
def test_mode(values: list[float], expected: float) -> None:
    assert epochs.OF_VALUES["Mode"](values) == expected


@given(st.permutations([1.0, 1.0, 0.1, 0.1, 0.3]), st.permutations([True, True, False, True]))
def test_order_changes_no_digit(values: list[float], passed: list[bool]) -> None:
    assert [reduce(values) for reduce in epochs.OF_VALUES.values()] == [0.5, 0.3, 0.55]
    assert [reduce(passed, 2) for reduce in epochs.OF_PASSES.values()] == [1.0, 1.0, 0.5]
