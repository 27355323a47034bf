"""What kind of score an evaluator gives. Never guessed from what it gave."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import Model, Rule, Threshold, list_map

MAX_CHOICES = 64

_Word = Annotated[str, Field(min_length=1, max_length=128)]


class Choice(Model):
    """A label that an evaluator may give."""

    name: _Word
    """The label."""
    value: Threshold | None = None
    """What it counts; with a value for every choice a mean exists."""


class ScoreType(Model):
    """What kind of score an evaluator gives. Never guessed from what it gave."""

    type: Literal["Numerical", "Boolean", "Categorical", "Comment", "JSON"] = "Numerical"
    """Comment and JSON are kept and counted, and never enter a number."""
    min: Threshold | None = None
    """Of a numerical score; what lies below is an error, not a low score."""
    max: Threshold | None = None
    """Of a numerical score; what lies above is an error."""
    passing: Threshold | None = None
    """A numerical score at least as good passes; it makes a number out of a boolean evaluator a score, too."""
    passing_choices: Annotated[list[_Word], Field(max_length=MAX_CHOICES)] = []
    """Of a categorical score: the labels that pass."""
    choices: Annotated[list[Choice], Field(max_length=MAX_CHOICES), list_map("name")] = []
    """Of a categorical score: every label there is."""
    multiple: bool = False
    """A categorical score may be several labels."""
    aggregate: Literal["Mean", "Sum", "Max"] = "Mean"
    """What several labels' values come to."""
    lower_is_better: bool = False
    """Which way is better."""

    rules = (
        Rule(
            "!has(self.min) || !has(self.max) || self.min < self.max",
            "min must be below max: swap the two, or leave one out",
            lambda self: self.min is None or self.max is None or self.min < self.max,
            field_path=".min",
        ),
        Rule(
            "(self.type == 'Categorical') == has(self.choices)",
            "choices belong to type Categorical, and it needs them: name every label, or change the type",
            lambda self: (self.type == "Categorical") == bool(self.choices),
            field_path=".choices",
        ),
        Rule(
            "self.type == 'Numerical' || (!has(self.min) && !has(self.max))",
            "min and max belong to type Numerical: leave them out, or change the type",
            lambda self: self.type == "Numerical" or (self.min is None and self.max is None),
            field_path=".min",
        ),
    )


class Output(Model):
    """One of several scores that an evaluator gives at once."""

    key: _Word
    """Its key in what the evaluator returns; addressed as `name.key`."""
    score: ScoreType = ScoreType()
    """What kind of score it is."""
