"""What is a score of a declared type, and what is the evaluator's mistake. Nothing is guessed from the data."""

import math
from typing import Any

import pytest

from referee.core.evaluation.scoretype import Choice, OutOfType, ScoreType, Taken

NUMBER = ScoreType()
STARS = ScoreType(min=1, max=5, passing=4)
ERRORS = ScoreType(min=0, max=10, passing=2, lower_is_better=True)
TRUTH = ScoreType("Boolean")
TOXIC = ScoreType("Boolean", lower_is_better=True)
THRESHOLD = ScoreType("Boolean", passing=0.5)
TOXICITY = ScoreType("Boolean", passing=0.5, lower_is_better=True)
CHOICES = (Choice("rude", 0), Choice("plain", 1), Choice("kind", 2))
TONE = ScoreType("Categorical", choices=CHOICES, passing_choices=("plain", "kind"))
LABEL = ScoreType("Categorical", choices=(Choice("a"), Choice("b", 1)))
FLAWS = (Choice("slow", -1), Choice("wrong", -3), Choice("clear", 2))
SEVERAL = ScoreType("Categorical", choices=FLAWS, multiple=True, passing_choices=("clear",))
SUM = ScoreType("Categorical", choices=FLAWS, multiple=True, aggregate="Sum")
MAX = ScoreType("Categorical", choices=FLAWS, multiple=True, aggregate="Max")
COMMENT, JSON = ScoreType("Comment"), ScoreType("JSON")


@pytest.mark.parametrize(
    ("type_", "value", "taken"),
    [
        (NUMBER, 3, Taken(3.0, None)),
        (NUMBER, -0.0, Taken(-0.0, None)),
        (NUMBER, True, Taken(1.0, None)),
        (NUMBER, False, Taken(0.0, None)),
        (STARS, 5, Taken(5.0, None)),
        (STARS, 5.0000000001, Taken(5.0, None)),
        (TRUTH, True, Taken(1.0, None)),
        (THRESHOLD, 0.5, Taken(1.0, None)),
        (THRESHOLD, 0.1 + 0.2 + 0.2 - 1e-12, Taken(1.0, None)),
        (THRESHOLD, 0.4, Taken(0.0, None)),
        (TOXICITY, 0.4, Taken(0.0, None)),
        (TOXICITY, 0.6, Taken(1.0, None)),
        (TONE, "kind", Taken(2.0, "kind")),
        (LABEL, "b", Taken(None, "b")),
        (SEVERAL, ["clear", "slow"], Taken(0.5, '["slow", "clear"]')),
        (SUM, ["clear", "wrong"], Taken(-1.0, '["wrong", "clear"]')),
        (SUM, [], Taken(0.0, "[]")),
        (MAX, ["slow", "clear"], Taken(2.0, '["slow", "clear"]')),
        (COMMENT, "", Taken(None, "")),
        (JSON, {"b": 1, "a": ["ü"]}, Taken(None, '{"a": ["ü"], "b": 1}')),
    ],
    ids=str,
)
def test_it_is_taken(type_: ScoreType, value: Any, taken: Taken) -> None:
    assert type_.take(value) == taken


@pytest.mark.parametrize(
    ("type_", "value", "said"),
    [
        (NUMBER, None, "no value"),
        (NUMBER, math.nan, "nan is no number"),
        (NUMBER, math.inf, "inf is no number"),
        (NUMBER, 10**400, "too large"),
        (NUMBER, "4", "'4' is no number"),
        (STARS, True, None),
        (STARS, 0.9, "0.9 is below the least score, 1"),
        (STARS, 6, "6 is above the greatest score, 5"),
        (STARS, False, "0 is below the least score"),
        (TRUTH, 1, "1 is neither true nor false; set score.passing"),
        (TRUTH, 0.7, "neither true nor false"),
        (TRUTH, "true", "'true' is neither true nor false"),
        (TRUTH, None, "no value"),
        (THRESHOLD, math.nan, "nan"),
        (TONE, "KIND", "'KIND' is not among the choices rude, plain, kind"),
        (TONE, 2, "2 is no label"),
        (TONE, ["kind"], "is no label"),
        (SEVERAL, "clear", "is no list of labels"),
        (SEVERAL, ["clear", "clear"], "names a label twice"),
        (SEVERAL, ["clear", "new"], "'new' is not among the choices"),
        (SEVERAL, [], "no label was chosen"),
        (COMMENT, 4, "is no text"),
        (JSON, {"a": math.nan}, "is no JSON"),
        (JSON, {1, 2}, "is no JSON"),
        (JSON, None, "no value"),
    ],
    ids=str,
)
def test_it_is_the_evaluators_mistake(type_: ScoreType, value: Any, said: str | None) -> None:
    found = type_.take(value)
    if said is None:
        assert found == Taken(1.0, None)
        return
    assert isinstance(found, OutOfType)
    assert said in found.message


def test_what_cannot_be_shown_is_no_reason_to_fall_over() -> None:
    found = ScoreType("Boolean", passing=1).take(10**5000)
    assert isinstance(found, OutOfType)
    assert "too large" in found.message


@pytest.mark.parametrize(
    ("type_", "value", "label", "passes"),
    [
        (STARS, 4.0, None, True),
        (STARS, 4 - 1e-10, None, True),
        (STARS, 3.9, None, False),
        (ERRORS, 2.0, None, True),
        (ERRORS, 2.1, None, False),
        (NUMBER, 4.0, None, None),
        (TRUTH, 1.0, None, True),
        (TRUTH, 0.0, None, False),
        (TOXIC, 1.0, None, False),
        (TOXIC, 0.0, None, True),
        (TONE, 1.0, "plain", True),
        (TONE, 0.0, "rude", False),
        (LABEL, None, "a", None),
        (SEVERAL, 2.0, '["clear"]', True),
        (SEVERAL, 0.5, '["slow", "clear"]', False),
        (SEVERAL, None, "[]", False),
        (COMMENT, None, "fine", None),
    ],
    ids=str,
)
def test_a_single_score_passes_by_rule_alone(
    type_: ScoreType, value: float | None, label: str | None, passes: bool | None
) -> None:
    assert type_.passes(value, label) is passes


@pytest.mark.parametrize(
    ("type_", "span"),
    [
        (NUMBER, None),
        (ScoreType(min=0), None),
        (STARS, (1, 5)),
        (TRUTH, (0, 1)),
        (TONE, (0, 2)),
        (LABEL, None),
        (SEVERAL, (-3, 2)),
        (MAX, (-3, 2)),
        (SUM, (-4, 2)),
        (COMMENT, None),
        (ScoreType("Categorical", choices=(Choice("only", 1),)), None),
    ],
    ids=str,
)
def test_its_range_is_declared(type_: ScoreType, span: tuple[float, float] | None) -> None:
    assert type_.span == span


def test_the_bad_end_is_where_it_is_worse() -> None:
    assert (STARS.worst, STARS.best) == (1, 5)
    assert (ERRORS.worst, ERRORS.best) == (10, 0)
    assert ScoreType(min=0, lower_is_better=True).worst is None
    assert ScoreType(min=0, lower_is_better=True).best == 0


def test_normalised_higher_is_better_and_chance_level_may_be_zero() -> None:
    assert STARS.normalise(4) == 0.75
    assert ERRORS.normalise(2) == 0.8
    assert ScoreType(min=0.25, max=1).normalise(0.0) == pytest.approx(-1 / 3)
    with pytest.raises(ValueError, match="without a range"):
        NUMBER.normalise(1)
