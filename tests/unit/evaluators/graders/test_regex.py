"""Golden table, written by hand: pattern, output, found?"""

import time

import pytest

from referee_adapter import Failure
from referee_evaluators.evaluators import build
from tests.unit.evaluators.samples import TOOLS, grader, sample, scored, value


@pytest.mark.parametrize(
    ("pattern", "output", "found"),
    [
        (r"\d+", "in 1998", True),
        (r"\d+", "", False),
        (r"^$", "", True),
        (r"^\d+$", "in 1998", False),
        (r"(?i)paris", "PARIS", True),
        ("caf\u00e9", "cafe\u0301", True),
        ("cafe\u0301", "caf\u00e9", True),
        (r"^caf.$", "cafe\u0301", True),
        (r"^\s*x", "\n\n x", True),
        (r"^-?0$", "-0", True),
        (r"^1e3$", "1e3", True),
        (r"\b1,234\b", "1,234 people", True),
        (r"(?m)^b$", "a\nb\nc", True),
        (r"^b$", "a\nb\nc", False),
    ],
)
async def test_a_pattern_is_found_anywhere(pattern: str, output: str, found: bool) -> None:
    assert await value(grader("regex", {"pattern": pattern}), sample(output)) == float(found)


async def test_a_pattern_that_backtracks_for_ever_is_an_error_of_that_sample() -> None:
    hanging = build(grader("regex", {"pattern": r"^(a|a)*$"}), TOOLS)
    begun = time.monotonic()
    (score,) = await hanging.score(sample("a" * 40 + "b"))
    assert time.monotonic() - begun < 10
    assert (score.outcome, score.cause) == ("unscored", "evaluator")
    assert "was still searching after 1 s" in str(score.error)
    (next_one,) = await hanging.score(sample("aaa"))
    assert next_one.value == 1


def test_a_text_that_is_no_pattern_is_refused_before_the_first_sample() -> None:
    with pytest.raises(Failure, match=r"evaluator 'it': pattern '\(a' is no regular expression: .*position"):
        build(grader("regex", {"pattern": "(a"}), TOOLS)


async def test_what_was_matched_is_in_the_record() -> None:
    assert (await scored(grader("regex", {"pattern": r"\d+"}), sample("in 1998"))).explanation == "matched '1998'"
