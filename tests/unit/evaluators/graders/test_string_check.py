"""Golden table, written by hand: operation, options, output, target, right?"""

from typing import Any

import pytest

from tests.unit.evaluators.samples import grader, sample, scored, value

NFC, NFD = "caf\u00e9", "cafe\u0301"

EQUALS: list[tuple[str, Any, dict[str, Any], bool]] = [
    ("Paris", "Paris", {}, True),
    ("paris", "Paris", {}, False),
    ("paris", "Paris", {"ignoreCase": True}, True),
    ("STRASSE", "straße", {"ignoreCase": True}, True),
    ("STRASSE", "straße", {}, False),
    ("ΟΔΟΣ", "οδος", {"ignoreCase": True}, True),
    (" Paris\n", "Paris", {}, True),
    ("\u00a0Paris\u2003", "Paris", {}, True),
    (" Paris\n", "Paris", {"strip": False}, False),
    ("Pa ris", "Paris", {}, False),
    ("a  b", "a b", {}, False),
    (NFD, NFC, {}, True),
    (NFC, NFD, {}, True),
    (NFD.upper(), NFC, {"ignoreCase": True}, True),
    ("x\u00b2", "x2", {}, False),
    ("\ufb01n", "fin", {}, False),
    ("", "", {}, True),
    ("", "Paris", {}, False),
    ("  ", "", {}, True),
    ("  ", "", {"strip": False}, False),
    ("42", 42, {}, True),
    ("42", 42.0, {}, True),
    ("42.0", 42, {}, False),
    ("0.5", 0.5, {}, True),
    ("1,234", 1234, {}, False),
    ("1e3", 1000, {}, False),
    ("0", -0.0, {}, True),
    ("-0", 0, {}, False),
    ("true", True, {}, True),
    ("True", True, {}, False),
    ("1", True, {}, False),
    ("Paris", ["London", "Paris"], {}, True),
    ("Rome", ["London", "Paris"], {}, False),
    ("Paris", {"answer": "Paris"}, {}, True),
    ("Paris", {"answers": ["paris", "Paris"]}, {}, True),
    ('{"answer": "Paris"}', {"answer": "Paris"}, {}, True),
    ('```json\n{"b": 2.0, "a": 1}\n```', {"a": 1, "b": 2}, {}, True),
    ('{"a": 1, "b": "2"}', {"a": 1, "b": 2}, {}, False),
    ('{"a": true, "b": 2}', {"a": 1, "b": 2}, {}, False),
    ("not json", {"a": 1, "b": 2}, {}, False),
    ('["a", "b"]', [["a", "b"]], {}, True),
]


@pytest.mark.parametrize(("output", "target", "options", "right"), EQUALS)
async def test_equals(output: str, target: Any, options: dict[str, Any], right: bool) -> None:
    equals = grader("stringCheck", {"operation": "Equals", **options})
    differs = grader("stringCheck", {"operation": "NotEquals", **options})
    assert await value(equals, sample(output, target)) == float(right)
    assert await value(differs, sample(output, target)) == float(not right)


@pytest.mark.parametrize(
    ("operation", "output", "target", "right"),
    [
        ("Contains", "The capital is Paris.", "Paris", True),
        ("Contains", "The capital is paris.", "Paris", False),
        ("Contains", "the capital", ["Paris", "capital"], True),
        ("Contains", f"un {NFD}!", NFC, True),
        ("Contains", "", "Paris", False),
        ("Contains", "total: 1,234", "1,234", True),
        ("StartsWith", "  Paris, of course", "Paris", True),
        ("StartsWith", "It is Paris", "Paris", False),
        ("StartsWith", "42 is it", 42, True),
        ("StartsWith", "", "Paris", False),
    ],
)
async def test_contains_and_starts_with(operation: str, output: str, target: Any, right: bool) -> None:
    assert await value(grader("stringCheck", {"operation": operation}), sample(output, target)) == float(right)


async def test_strip_applies_to_the_ends_of_the_target_too() -> None:
    assert await value(grader("stringCheck", {"operation": "Contains"}), sample("x Paris", " Paris ")) == 1


async def test_an_output_without_text_is_the_empty_text() -> None:
    assert await value(grader("stringCheck"), sample(None, "")) == 1


async def test_what_is_wrong_is_explained() -> None:
    score = await scored(grader("stringCheck"), sample("Rome", ["London", "Paris"]))
    assert score.explanation == "'Rome' is not any of ['London', 'Paris']"


@pytest.mark.parametrize(
    ("operation", "target", "said"),
    [
        ("Contains", "", "the target is empty"),
        ("StartsWith", " ", "the target is empty"),
        ("Contains", {"city": "Paris", "country": "France"}, "the target has the fields city, country"),
        ("Contains", [["Paris"]], "the target has several values"),
    ],
)
async def test_a_target_that_cannot_be_compared_is_an_error(operation: str, target: Any, said: str) -> None:
    score = await scored(grader("stringCheck", {"operation": operation}), sample("Paris", target))
    assert (score.outcome, score.cause, score.value) == ("unscored", "evaluator", None)
    assert said in str(score.error)


@pytest.mark.parametrize("target", [None, [], {"answer": None}, [None]])
async def test_no_target_is_not_scored(target: Any) -> None:
    score = await scored(grader("stringCheck"), sample("Paris", target))
    assert (score.outcome, score.cause) == ("unscored", "TargetMissing")
