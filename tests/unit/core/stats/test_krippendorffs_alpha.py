"""Alpha, held to the package of the same name, and to the example in Krippendorff's own paper."""

import random

import krippendorff as theirs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.core.stats import krippendorff
from referee.core.stats.agreement import Agreement
from referee.core.stats.krippendorff import Level

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")
ITEMS = st.lists(st.lists(st.integers(1, 5).map(float), min_size=0, max_size=4), min_size=1, max_size=40)


def as_reliability_data(items: list[list[float]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    table = np.full((4, len(items)), np.nan)
    for column, item in enumerate(items):
        table[: len(item), column] = item
    return table


@pytest.mark.parametrize("level", LEVELS)
@given(items=ITEMS)
def test_the_package_gives_the_same(level: Level, items: list[list[float]]) -> None:
    found = krippendorff.alpha(items, level, 0.95)
    pairable = [item for item in items if len(item) > 1]
    assert found.n == len(pairable)
    if len({value for item in pairable for value in item}) < 2:
        assert found == Agreement(None, None, len(pairable))
        return
    expected = theirs.alpha(reliability_data=as_reliability_data(items), level_of_measurement=level)
    assert found.value == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_own_example(level: Level, expected: float) -> None:
    # Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: four observers, twelve units.
    rows = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    items = [[float(row[i]) for row in rows if row[i] != "."] for i in range(12)]
    assert krippendorff.alpha(items, level, 0.95).value == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("level", LEVELS)
@given(items=ITEMS, order=st.randoms(use_true_random=False))
def test_neither_the_order_of_items_nor_of_raters_changes_a_digit(
    level: Level, items: list[list[float]], order: random.Random
) -> None:
    other = [order.sample(item, len(item)) for item in order.sample(items, len(items))]
    assert krippendorff.alpha(other, level, 0.95) == krippendorff.alpha(items, level, 0.95)


def test_thirty_items_that_agree_are_not_certain() -> None:
    found = krippendorff.alpha([[1.0, 1.0], [2.0, 2.0, 2.0]] * 15, "nominal", 0.95)
    assert found.value == 1
    assert found.interval is not None
    assert found.interval.low < 0.8
    assert found.interval.high == 1


def test_few_items_have_no_interval() -> None:
    assert krippendorff.alpha([[1.0, 1.0], [2.0, 2.0]] * 4, "nominal", 0.95) == Agreement(1.0, None, 8)
