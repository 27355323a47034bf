"""A cell is a byte until more values turn up than a byte can tell apart; what is read is what was put."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.core.evaluation.cells import NOTHING, Numbers, Words

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(("several", "bytes_of_a_cell"), [(3, 1), (255, 1), (256, 2), (65_535, 2), (65_536, 4)])
def test_words_are_what_was_put(several: int, bytes_of_a_cell: int) -> None:
    words = Words()
    for cell in range(70_000):
        words.put(cell, None if cell % 7 == 0 else f"w{cell % several}")
    assert words.numbers.itemsize <= bytes_of_a_cell
    found = [words.names[words.at(cell)] for cell in range(70_000)]
    assert found == [None if cell % 7 == 0 else f"w{cell % several}" for cell in range(70_000)]
    assert words.at(70_000) == NOTHING


@given(st.lists(st.none() | FINITE, max_size=600), st.integers(1, 600))
def test_numbers_are_what_was_put_last(values: list[float | None], cells: int) -> None:
    numbers, expected = Numbers(), [math.nan] * cells
    numbers.reach(cells)
    for at, value in enumerate(values):
        numbers.put(at % cells, value)
        expected[at % cells] = math.nan if value is None else value + 0.0
    assert [struct.pack("d", numbers[cell]) for cell in range(cells)] == [struct.pack("d", v) for v in expected]


def test_a_column_of_many_numbers_is_copied_once_and_stays() -> None:
    numbers = Numbers()
    numbers.reach(1_000)
    for cell in range(1_000):
        numbers.put(cell, cell % 300 / 300)
    assert numbers.wide is not None
    assert [numbers[cell] for cell in range(1_000)] == [cell % 300 / 300 for cell in range(1_000)]
    assert numbers.counted(range(600))[0.5] == 2


def test_zero_has_one_sign_whichever_came_first() -> None:
    numbers = Numbers()
    numbers.reach(2)
    numbers.put(0, -0.0)
    numbers.put(1, 0.0)
    assert [math.copysign(1, numbers[cell]) for cell in range(2)] == [1, 1]
