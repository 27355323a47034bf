"""Composites, external and human evaluators, targets that are missing, and the order of it all."""

from typing import Any

import pytest

from referee.core.evaluation.scoretype import ScoreType
from referee_adapter import Failure
from referee_evaluators.evaluators import build, in_order
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Score
from tests.unit.evaluators.samples import BOOLEAN, NUMBER, TOOLS, evaluator, grader, outputs, sample, scored


def composite(formula: str, score: ScoreType = NUMBER, name: str = "all") -> EvaluatorSpec:
    return evaluator("Composite", {"formula": formula}, score, name)


def given(**scores: Any) -> dict[str, Score]:
    made = {}
    for name, said in scores.items():
        full = name.replace("__", ".")
        made[full] = said if isinstance(said, Score) else Score(full, "scored", value=said)
    return made


async def test_a_composite_is_its_formula() -> None:
    score = await scored(composite("0.7 * exact + 0.3 * tone.kind"), sample(scores=given(exact=1.0, tone__kind=0.5)))
    assert score.value == pytest.approx(0.85)
    assert score.explanation == "exact = 1, tone.kind = 0.5"


@pytest.mark.parametrize(
    ("operands", "outcome", "cause"),
    [
        ({"a": Score("a", "unscored", cause="model", error="refused")}, "unscored", "model"),
        ({"a": Score("a", "unscored", cause="TargetMissing", error="none")}, "unscored", "TargetMissing"),
        ({"a": Score("a", "scored", label="a comment")}, "unscored", "evaluator"),
        ({}, "unscored", "evaluator"),
        ({"a": Score("a", "pending")}, "pending", None),
        ({"a": Score("a", "skipped")}, "skipped", None),
    ],
)
async def test_an_operand_without_a_number_leaves_it_without_one(
    operands: dict[str, Score], outcome: str, cause: str | None
) -> None:
    score = await scored(composite("a + b"), sample(scores={**operands, **given(b=1.0)}))
    assert (score.outcome, score.cause, score.value) == (outcome, cause, None)


async def test_what_can_never_be_computed_does_not_wait() -> None:
    lost = Score("a", "unscored", cause="evaluator", error="broken")
    score = await scored(composite("a + b"), sample(scores=given(a=lost, b=Score("b", "pending"))))
    assert score.outcome == "unscored"


async def test_a_division_by_zero_is_an_error_of_that_sample() -> None:
    score = await scored(composite("a / b"), sample(scores=given(a=1.0, b=0.0)))
    assert (score.outcome, score.cause) == ("unscored", "evaluator")
    assert score.error == "a / b: division by zero with a = 1, b = 0"


async def test_a_result_out_of_range_is_an_error() -> None:
    score = await scored(composite("2 * a", ScoreType(min=0, max=1)), sample(scores=given(a=1.0)))
    assert (score.outcome, score.error) == ("unscored", "2 is above the greatest score, 1")


@pytest.mark.parametrize(("formula", "value"), [("a > 0.5", 1), ("1 if a < 0.5 else 0", 0), ("not a", 0), ("a", None)])
async def test_one_and_zero_are_true_and_false_for_a_boolean_composite(formula: str, value: float | None) -> None:
    score = await scored(composite(formula, BOOLEAN), sample(scores=given(a=0.7)))
    assert score.value == value


def test_composites_come_after_what_they_are_made_of() -> None:
    exact, tone = grader("stringCheck"), evaluator("LLM", {}, name="tone", outputs=outputs(kind=BOOLEAN))
    first, second = composite("second + it", name="first"), composite("tone.kind * 2", name="second")
    assert [each.name for each in in_order([first, second, exact, tone])] == ["tone", "second", "it", "first"]
    assert in_order([tone, exact]) == [tone, exact]


@pytest.mark.parametrize(
    ("formulas", "said"),
    [
        ({"a": "b", "b": "a"}, "formulas need each other: a -> b -> a"),
        ({"a": "a + 1"}, "formulas need each other: a -> a"),
        ({"a": "nobody"}, "evaluator 'a': formula 'nobody': there is no evaluator 'nobody'"),
        ({"a": "it **2"}, "evaluator 'a': formula, column 1"),
    ],
)
def test_formulas_that_cannot_be_computed_are_refused(formulas: dict[str, str], said: str) -> None:
    made = [composite(formula, name=name) for name, formula in formulas.items()]
    with pytest.raises(Failure) as refused:
        in_order([grader("stringCheck"), *made])
    assert said in str(refused.value)


@pytest.mark.parametrize("type_", ["External", "Human"])
async def test_what_others_score_is_pending(type_: Any) -> None:
    assert (await scored(evaluator(type_, {}), sample("x"))).outcome == "pending"
    several = build(evaluator(type_, {}, outputs=outputs(a=BOOLEAN, b=NUMBER)), TOOLS)
    assert [score.evaluator for score in await several.score(sample("x"))] == ["it.a", "it.b"]


async def test_an_evaluator_that_needs_a_target_says_so_without_one() -> None:
    matching = evaluator("Grader", {"regex": {"pattern": "a"}}, arguments="TargetRequired")
    score = await scored(matching, sample("a"))
    assert (score.outcome, score.cause) == ("unscored", "TargetMissing")
    assert (await scored(matching, sample("a", ""))).value == 1
