"""Several tests at once: statsmodels' numbers, and the level at which each was decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from referee.core.stats import holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@given(P_VALUES)
def test_statsmodels_gives_the_same(p_values: list[float]) -> None:
    assert holm.adjusted(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], rel=1e-9, abs=1e-12)


@given(P_VALUES)
def test_a_test_rejects_at_its_level_where_its_adjusted_p_value_does(p_values: list[float]) -> None:
    alpha = 0.0501
    for p, level, adjusted in zip(p_values, holm.levels(p_values, alpha), holm.adjusted(p_values), strict=True):
        assert abs(adjusted - alpha) < 1e-9 or (p <= level) == (adjusted <= alpha)


def test_the_first_that_is_not_rejected_sets_the_level_of_the_rest() -> None:
    assert holm.levels([0.2, 0.001, 0.03, 0.9], 0.06) == pytest.approx([0.02, 0.015, 0.02, 0.02])
    assert holm.adjusted([0.2, 0.001, 0.03, 0.9]) == pytest.approx([0.4, 0.004, 0.09, 0.9])


def test_one_test_is_as_it_was() -> None:
    assert (holm.adjusted([0.03]), holm.levels([0.03], 0.05)) == ([0.03], [0.05])
    assert (holm.adjusted([]), holm.levels([], 0.05)) == ([], [])
