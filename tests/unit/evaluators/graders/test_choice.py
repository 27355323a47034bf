"""Golden table, written by hand: output, which option was chosen."""

from typing import Any

import pytest

from referee.core.evaluation.scoretype import Choice, ScoreType
from referee_adapter import Failure
from referee_evaluators.evaluators import build
from referee_evaluators.evaluators.graders.options import Options
from tests.unit.evaluators.samples import TOOLS, grader, sample, scored, value

LETTERS: list[tuple[str, str | None]] = [
    ("B", "B"),
    ("b", "B"),
    (" B \n", "B"),
    ("(B)", "B"),
    ("[b]", "B"),
    ("B.", "B"),
    ("**B**", "B"),
    ("\u00a0B", "B"),
    ("The answer is B", "B"),
    ("The answer is (B).", "B"),
    ("The correct answer is **B) Paris**", "B"),
    ("Answer: B", "B"),
    ("answer:B", "B"),
    ("Final answer: $\\boxed{B}$", "B"),
    ("\\boxed{\\text{B}}", "B"),
    ("I choose option C.", "C"),
    ("At first the answer is A, but no: the answer is D.", "D"),
    ("B) Paris", "B"),
    ("B. Paris", "B"),
    ("B: Paris", "B"),
    ("(B) Paris, the capital", "B"),
    ("B\nsince it is the capital", "B"),
    ("It must be B because of A", None),
    ("It must be B", "B"),
    ("It is B and B alone", "B"),
    ("A good question", None),
    ("A or B", None),
    ("A is wrong, so B", None),
    ("A", "A"),
    ("a", "A"),
    ("a dog", None),
    ("I think so", None),
    ("The answer is a matter of taste", None),
    ("It is not A but C", "C"),
    ("BAD", None),
    ("E", None),
    ("", None),
    ("1e3", None),
    ("-0", None),
]


@pytest.mark.parametrize(("output", "chosen"), LETTERS)
def test_which_letter_is_chosen(output: str, chosen: str | None) -> None:
    assert Options(("A", "B", "C", "D")).chosen(output)[0] == chosen


@pytest.mark.parametrize(
    ("names", "output", "chosen"),
    [
        (("yes", "no"), "Yes.", "yes"),
        (("yes", "no"), "NO, never", "no"),
        (("yes", "no"), "nobody knows", None),
        (("caf\u00e9", "bar"), "The cafe\u0301!", "caf\u00e9"),
        (("very good", "good"), "I find it very\n good", "very good"),
        (("very good", "good"), "Answer: good", "good"),
        (("1", "2"), "Answer: 2", "2"),
        (("1,000", "10,000"), "it is 10,000", "10,000"),
        (("C++", "C"), "The answer is C++", "C++"),
    ],
)
def test_words_as_options(names: tuple[str, ...], output: str, chosen: str | None) -> None:
    assert Options(names).chosen(output)[0] == chosen


@pytest.mark.parametrize(
    ("output", "target", "right"),
    [
        ("The answer is B", "B", True),
        ("The answer is B", "(b)", True),
        ("The answer is C", "B", False),
        ("C", ["B", "C"], True),
        ("C", {"answer": "C"}, True),
        ("", "B", False),
        ("B or C", "B", False),
    ],
)
async def test_the_chosen_option_is_the_targets(output: str, target: Any, right: bool) -> None:
    assert await value(grader("choice"), sample(output, target)) == float(right)


async def test_a_target_that_is_no_option_is_an_error() -> None:
    score = await scored(grader("choice"), sample("B", 1))
    assert (score.outcome, score.cause) == ("unscored", "evaluator")
    assert score.error == "the target '1' is none of the choices A, B, C, D"


TONE = ScoreType(type="Categorical", choices=(Choice("kind", 1), Choice("rude", 0)))


async def test_a_categorical_score_is_the_option_itself() -> None:
    tone = grader("choice", {"choices": ["kind", "rude"]}, TONE)
    score = await scored(tone, sample("I would call it rude."))
    assert (score.label, score.value) == ("rude", 0)
    score = await scored(tone, sample("I cannot say"))
    assert (score.outcome, score.cause) == ("unscored", "evaluator")


@pytest.mark.parametrize(
    ("choices", "score", "said"),
    [
        (["kind", "calm"], TONE, "score.choices must name every choice"),
        (["a", "A"], ScoreType(type="Boolean"), "differ in case or white space alone"),
    ],
)
def test_choices_that_cannot_be_told_apart_or_scored_are_refused(
    choices: list[str], score: ScoreType, said: str
) -> None:
    with pytest.raises(Failure, match=said):
        build(grader("choice", {"choices": choices}, score), TOOLS)
