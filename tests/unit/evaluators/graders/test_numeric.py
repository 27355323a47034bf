"""Golden tables, written by hand: how numbers are read, and which are close enough."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee_evaluators.evaluators.graders.numbers import last_number
from tests.unit.evaluators.samples import grader, sample, scored, value

READ: list[tuple[str, str | None]] = [
    ("42", "42"),
    ("The answer is 42.", "42"),
    ("3 apples and 4 pears are 7 pieces", "7"),
    ("10\n\n", "10"),
    ("1234.5", "1234.5"),
    (".5", "0.5"),
    ("-.5", "-0.5"),
    ("5.", "5"),
    ("1,234", "1234"),
    ("1,234.5", "1234.5"),
    ("12,345,678.90", "12345678.9"),
    ("1'234", "1234"),
    ("1\u2019234", "1234"),
    ("1\u00a0234", "1234"),
    ("1\u202f234.5", "1234.5"),
    ("1_000", "1000"),
    ("1 234", "234"),
    ("\\boxed{1{,}234}", "1234"),
    ("1e3", "1000"),
    ("1E-3", "0.001"),
    ("1,000e3", "1000000"),
    ("-7", "-7"),
    ("+7", "7"),
    ("\u22127", "-7"),
    ("x=-7", "-7"),
    ("(-7)", "-7"),
    ("10-5", "5"),
    ("10 - 5", "5"),
    ("-0", "0"),
    ("-0.0", "0"),
    ("$1,234.50", "1234.5"),
    ("-$5", "-5"),
    ("$-5", "-5"),
    ("\u20ac5", "5"),
    ("45%", "45"),
    ("5kg", "5"),
    ("**42**", "42"),
    ("$42$", "42"),
    ("\uff11\uff12", "12"),
    ("\u0661\u0662", "12"),
    ("", None),
    ("   ", None),
    ("none", None),
    ("abc12", None),
    ("v2", None),
    ("3,14", None),
    ("1,2,3", None),
    ("1, 2, 3", "3"),
    ("1,23,456", None),
    ("1.000.000", None),
    ("1.234,56", None),
    ("3/4", None),
    ("12:30", None),
    ("1.2.3", None),
    ("42 of 3/4", None),
    ("NaN", None),
    ("inf", None),
    ("1e999", None),
    ("1e99999999999", None),
]


@pytest.mark.parametrize(("text", "number"), READ)
def test_the_last_number_of_a_text(text: str, number: str | None) -> None:
    assert last_number(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("output", "target", "options", "right"),
    [
        ("42", 42, {}, True),
        ("42.0", 42, {}, True),
        ("so it is 42.", "42", {}, True),
        ("1,234", "1234", {}, True),
        ("1e3", 1000, {}, True),
        ("-0", 0, {}, True),
        ("0", -0.0, {}, True),
        ("0.30", 0.3, {}, True),
        ("0.30000000000000004", 0.3, {}, False),
        ("123456789012345678901234567890123", 123456789012345678901234567890124, {}, False),
        ("1.1", 1, {"absolute": 0.1}, True),
        ("1.1000001", 1, {"absolute": 0.1}, False),
        ("0.9", 1, {"absolute": 0.1}, True),
        ("105", 100, {"relative": 0.05}, True),
        ("-105", -100, {"relative": 0.05}, True),
        ("105.1", 100, {"relative": 0.05}, False),
        ("105.1", 100, {"relative": 0.05, "absolute": 6}, True),
        ("0.001", 0, {"relative": 0.05}, False),
        ("45%", "45%", {}, True),
        ("45%", 0.45, {}, False),
        ("7", [6, 7], {}, True),
        ("7", {"answer": 7}, {}, True),
        ("3,14", 14, {}, False),
        ("3,14", 3.14, {}, False),
        ("", 0, {}, False),
        ("no idea", 0, {}, False),
    ],
)
async def test_numbers_are_close_enough(output: str, target: Any, options: dict[str, Any], right: bool) -> None:
    assert await value(grader("numeric", options), sample(output, target)) == float(right)


@pytest.mark.parametrize("target", ["many", True, {"a": 1, "b": 2}, "3,14"])
async def test_a_target_that_is_no_number_is_an_error(target: Any) -> None:
    score = await scored(grader("numeric"), sample("1", target))
    assert (score.outcome, score.cause) == ("unscored", "evaluator")
    assert "is no number" in str(score.error)


async def test_both_numbers_are_in_the_record() -> None:
    assert (await scored(grader("numeric"), sample("it is 1,234", 7))).explanation == "1234 read, 7 expected"


@given(st.decimals(-(10**12), 10**12, places=3), st.sampled_from([",", "_", "'", ""]), st.text("abc .\n$%", max_size=9))
def test_a_number_is_read_however_it_is_grouped_and_wherever_it_stands(
    number: Decimal, group: str, before: str
) -> None:
    written = f"{number:,}".replace(",", group)
    assert last_number(f"{before} {written}") == number
    assert last_number(f"{before} {written}.") == number
    assert last_number(f"{before} {written} km") == number


@given(st.text(max_size=60))
def test_any_text_has_a_finite_number_or_none(text: str) -> None:
    found = last_number(text)
    assert found is None or found.is_finite()
