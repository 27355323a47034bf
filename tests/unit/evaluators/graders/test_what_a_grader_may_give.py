"""What is wrong with a grader whatever the samples are, and is said before the first one."""

from typing import Any

import pytest

from referee.core.evaluation.scoretype import Choice, ScoreType
from referee_adapter import Failure
from referee_evaluators.evaluators import build
from tests.unit.evaluators.samples import BOOLEAN, NUMBER, TOOLS, evaluator, grader, outputs, sample, scored, value

LABEL = ScoreType(type="Categorical", choices=(Choice("good"), Choice("bad")))


@pytest.mark.parametrize(
    ("block", "score", "said"),
    [
        ({}, BOOLEAN, r"evaluators\.it\.grader must name one grader; it has none"),
        ({"regex": {"pattern": "a"}, "cost": {}}, BOOLEAN, "it has regex, cost"),
        ({"regexp": {"pattern": "a"}}, BOOLEAN, "it has regexp; there are stringCheck, regex"),
        ({"stringCheck": {"operation": "Is"}}, BOOLEAN, r"operation must be one of Equals, NotEquals"),
        ({"numeric": {"absolute": -1}}, BOOLEAN, "absolute must be a number of at least 0"),
        ({"similarity": {"metric": "Meteor"}}, NUMBER, "metric must be one of BLEU, ROUGE1"),
        ({"stringCheck": {}}, LABEL, "stringCheck gives a score of type Boolean or Numerical, not Categorical"),
        ({"latency": {}}, LABEL, "latency gives a score of type Numerical or Boolean, not Categorical"),
        ({"latency": {}}, BOOLEAN, "say with score.passing"),
    ],
)
def test_a_grader_that_cannot_be_right_is_refused(block: dict[str, Any], score: ScoreType, said: str) -> None:
    with pytest.raises(Failure, match=said) as refused:
        build(evaluator("Grader", block, score), TOOLS)
    assert str(refused.value).startswith("evaluator 'it': ")
    assert not refused.value.retryable


def test_a_grader_has_one_score() -> None:
    with pytest.raises(Failure, match="stringCheck gives one score; remove outputs"):
        build(evaluator("Grader", {"stringCheck": {}}, outputs=outputs(a=BOOLEAN)), TOOLS)


async def test_true_is_one_for_a_numerical_score() -> None:
    assert await value(grader("regex", {"pattern": "a"}, NUMBER), sample("a")) == 1


async def test_a_figure_out_of_the_declared_range_is_an_error_and_not_clamped() -> None:
    score = await scored(grader("length", score=ScoreType(min=0, max=3)), sample("four"))
    assert (score.outcome, score.value, score.cause) == ("unscored", None, "evaluator")
    assert score.error == "4 is above the greatest score, 3"


@pytest.mark.parametrize("output", ["\ud800", "[" * 990 + "]" * 990, "\0", "a" * 200_000, "\U0010ffff\u200d"])
@pytest.mark.parametrize(
    "block",
    [
        *({"stringCheck": {"operation": operation}} for operation in ("Equals", "NotEquals", "Contains", "StartsWith")),
        *(
            {"similarity": {"metric": metric}}
            for metric in ("BLEU", "ROUGE1", "ROUGEL", "CHRF", "Levenshtein", "TokenF1")
        ),
        {"jsonSchema": {"schema": {"type": "array"}}},
        {"regex": {"pattern": "(?i)B+"}},
        {"numeric": {}},
        {"choice": {}},
        {"length": {"unit": "Words"}},
        {"toolCall": {}},
    ],
)
async def test_no_output_ends_the_run(block: dict[str, Any], output: str) -> None:
    targets: tuple[Any, ...] = ("B", [[[]]])
    for target in targets:
        score = await scored(evaluator("Grader", block, NUMBER), sample(output, target))
        assert score.outcome in ("scored", "unscored")
