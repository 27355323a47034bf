"""Mean and standard error: numpy's numbers, and the same digits in any order and from any shards."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.core.stats import moments

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@given(VALUES)
def test_numpy_gives_the_same(values: list[float]) -> None:
    found = moments.of(values)
    assert found.mean == pytest.approx(np.mean(values), rel=1e-9, abs=1e-9)
    assert found.squares == pytest.approx(np.var(values) * len(values), rel=1e-9, abs=1e-3)


@given(VALUES, st.randoms(use_true_random=False))
def test_order_changes_no_digit(values: list[float], order: random.Random) -> None:
    assert moments.of(order.sample(values, len(values))) == moments.of(values)


def test_equal_values_do_not_vary_at_all() -> None:
    found = moments.of([0.1] * 7)
    assert (found.mean, found.stderr) == (0.1, 0.0)


def test_one_value_has_no_spread() -> None:
    found = moments.of([3.0])
    assert (found.sd, found.stderr) == (None, None)


def test_no_values_are_refused() -> None:
    with pytest.raises(ValueError, match="there are no values"):
        moments.of([])
