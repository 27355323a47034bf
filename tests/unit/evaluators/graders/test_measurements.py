"""Golden tables, written by hand: length, latency and cost."""

from typing import Any

import pytest

from referee_evaluators.types import Usage
from tests.unit.evaluators.samples import NUMBER, USAGE, grader, sample, scored, value


@pytest.mark.parametrize(
    ("unit", "output", "length"),
    [
        ("Characters", "", 0),
        ("Characters", "caf\u00e9", 4),
        ("Characters", "cafe\u0301", 4),
        ("Characters", " a\n", 3),
        ("Characters", "\U0001f44d", 1),
        ("Characters", "1,234", 5),
        ("Characters", None, 0),
        ("Words", "", 0),
        ("Words", "  \n", 0),
        ("Words", "one two\u00a0three\nfour", 4),
        ("Words", "1e3 -0 1,234", 3),
    ],
)
async def test_length(unit: str, output: str | None, length: int) -> None:
    assert await value(grader("length", {"unit": unit}, NUMBER), sample(output)) == length


async def test_tokens_are_those_that_the_endpoint_counted() -> None:
    tokens = grader("length", {"unit": "Tokens"}, NUMBER)
    assert await value(tokens, sample("abc", usage=USAGE)) == 3
    for usage in (None, Usage(7, 3, estimated=True)):
        score = await scored(tokens, sample("abc", usage=usage))
        assert (score.outcome, score.cause) == ("unscored", "evaluator")


@pytest.mark.parametrize(("kind", "figure"), [("latency", 0.25), ("latency", 0.0), ("cost", 0.0), ("cost", 1e-7)])
async def test_latency_and_cost(kind: str, figure: float) -> None:
    assert await value(grader(kind, score=NUMBER), sample("x", **{kind: figure})) == figure


@pytest.mark.parametrize(("kind", "said"), [("latency", "not generated here"), ("cost", "set model.pricing")])
async def test_a_figure_that_nobody_measured_is_no_zero(kind: str, said: Any) -> None:
    score = await scored(grader(kind, score=NUMBER), sample("x"))
    assert (score.outcome, score.value) == ("unscored", None)
    assert said in str(score.error)
