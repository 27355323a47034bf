"""What kind of score an evaluator gives, and whether a value is one.

The type is declared, never guessed from what came: a judge that says 4 where labels are declared made a mistake, and
a mistake is an unscored sample, not a number. So `take` refuses with a sentence that stands in the sample's record.
Rejected: clamping what lies outside the range, and reading "4" as 4. Both turn a fault of the evaluator into a score.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Kind = Literal["Numerical", "Boolean", "Categorical", "Comment", "JSON"]
TOLERANCE = 1e-9
"""A value this close to `passing`, or to an end of the range, meets it: 0.1 + 0.2 is as good as 0.3."""


class Taken(NamedTuple):
    """A value that is of its type."""

    value: float | None
    """What counts: a number, 1 or 0, what the labels are worth; None where there is no number."""
    label: str | None
    """The choice (a JSON list where several may be chosen), the comment, the JSON text."""


@dataclass(frozen=True, slots=True)
class OutOfType:
    """A value that is none of its type."""

    message: str


class ChoiceLike(Protocol):
    """A label and what it counts, whoever declares it."""

    @property
    def name(self) -> str:
        """The label."""

    @property
    def value(self) -> float | None:
        """What it counts."""


class ScoreTypeLike(Protocol):
    """The declaration of a score, whoever read it."""

    @property
    def type(self) -> Kind: ...  # noqa: D102 - the fields of ScoreType
    @property
    def min(self) -> float | None: ...  # noqa: D102
    @property
    def max(self) -> float | None: ...  # noqa: D102
    @property
    def passing(self) -> float | None: ...  # noqa: D102
    @property
    def passing_choices(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def choices(self) -> Sequence[ChoiceLike]: ...  # noqa: D102
    @property
    def multiple(self) -> bool: ...  # noqa: D102
    @property
    def aggregate(self) -> Literal["Mean", "Sum", "Max"]: ...  # noqa: D102
    @property
    def lower_is_better(self) -> bool: ...  # noqa: D102


class Choice(NamedTuple):
    """A label, and what it counts."""

    name: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class ScoreType:
    """What is declared of a score; the fields are those of the Evaluator resource."""

    type: Kind = "Numerical"
    min: float | None = None
    max: float | None = None
    passing: float | None = None
    passing_choices: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    multiple: bool = False
    aggregate: Literal["Mean", "Sum", "Max"] = "Mean"
    lower_is_better: bool = False

    @classmethod
    def of(cls, declared: ScoreTypeLike) -> "ScoreType":
        """The same, from any object with the fields of the Evaluator resource."""
        return cls(
            type=declared.type,
            min=declared.min,
            max=declared.max,
            passing=declared.passing,
            passing_choices=tuple(declared.passing_choices),
            choices=tuple(Choice(choice.name, choice.value) for choice in declared.choices),
            multiple=declared.multiple,
            aggregate=declared.aggregate,
            lower_is_better=declared.lower_is_better,
        )

    @property
    def numeric(self) -> bool:
        """Whether its scores have a mean."""
        return self.type in ("Numerical", "Boolean") or (self.type == "Categorical" and self._valued())

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The lowest and the highest value that one score can have, each where it is known."""
        if self.type == "Boolean":
            return 0.0, 1.0
        if self.type == "Numerical":
            return self.min, self.max
        if self.type == "Categorical" and self._valued():
            values = [choice.value for choice in self.choices if choice.value is not None]
            if self.multiple and self.aggregate == "Sum":
                return math.fsum(v for v in values if v < 0), math.fsum(v for v in values if v > 0)
            return min(values), max(values)
        return None, None

    @property
    def span(self) -> tuple[float, float] | None:
        """Both ends, where both are known and are not the same."""
        low, high = self.ends
        return None if low is None or high is None or not low < high else (low, high)

    @property
    def worst(self) -> float | None:
        """The bad end of the range; None where it has none on that side."""
        return self.ends[1 if self.lower_is_better else 0]

    @property
    def best(self) -> float | None:
        """The good end of the range."""
        return self.ends[0 if self.lower_is_better else 1]

    @property
    def has_pass_rule(self) -> bool:
        """Whether it is declared when a single score passes."""
        if self.type == "Numerical":
            return self.passing is not None
        return self.type == "Boolean" or (self.type == "Categorical" and bool(self.passing_choices))

    def take(self, value: object) -> Taken | OutOfType:  # noqa: PLR0911 - one way out a type
        """The score that a value is, or why it is none."""
        if value is None:
            return OutOfType("no value: an evaluator that has nothing to say must skip the sample")
        if self.type == "Categorical":
            return self._choices(value)
        if self.type == "Comment":
            return Taken(None, value) if isinstance(value, str) else OutOfType(f"{_shown(value)} is no text")
        if self.type == "JSON":
            try:
                return Taken(None, json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False))
            except (TypeError, ValueError, RecursionError):
                return OutOfType(f"{_shown(value)} is no JSON")
        if isinstance(value, bool):
            return self._ranged(float(value))
        if not isinstance(value, int | float):
            wanted = "neither true nor false" if self.type == "Boolean" else "no number"
            return OutOfType(f"{_shown(value)} is {wanted}")
        return self._number(value)

    def passes(self, value: float | None, label: str | None) -> bool | None:
        """Whether a score passes; None where no rule says so."""
        if self.type == "Categorical":
            if not self.passing_choices or label is None:
                return None
            chosen = self.labels(label)
            return bool(chosen) and all(name in self.passing_choices for name in chosen)
        if value is None or not self.has_pass_rule:
            return None
        if self.type == "Boolean":
            return (value > 0) is not self.lower_is_better
        return self._good(value)

    def labels(self, label: str) -> tuple[str, ...]:
        """The choices that a label stands for: one, or those in its JSON list."""
        if not self.multiple:
            return (label,)
        try:
            found = json.loads(label)
        except ValueError:
            return (label,)
        return tuple(str(name) for name in found) if isinstance(found, list) else (label,)

    def normalise(self, value: float) -> float:
        """On the scale 0-1 where 1 is better; not clamped.

        Raises:
            ValueError: the type has no range.
        """
        if self.span is None:
            raise ValueError("a score without a range cannot be normalised: give it min and max")
        low, high = self.span
        share = (value - low) / (high - low)
        return 1 - share if self.lower_is_better else share

    def _valued(self) -> bool:
        return bool(self.choices) and all(choice.value is not None for choice in self.choices)

    def _good(self, value: float) -> bool:
        if self.passing is None:
            return False
        return value <= self.passing + TOLERANCE if self.lower_is_better else value >= self.passing - TOLERANCE

    def _number(self, given: float) -> Taken | OutOfType:
        try:
            value = float(given)
        except OverflowError:
            return OutOfType(f"{_shown(given)} is too large for a number")
        if not math.isfinite(value):
            return OutOfType(f"{value} is no number that can be compared")
        if self.type != "Boolean":
            return self._ranged(value)
        if self.passing is None:
            return OutOfType(f"{_shown(given)} is neither true nor false; set score.passing to take numbers")
        # what passes is the good side: true, or false where lower is better
        return Taken(float(self._good(value) is not self.lower_is_better), None)

    def _ranged(self, value: float) -> Taken | OutOfType:
        low, high = self.ends
        if low is not None and value < low - TOLERANCE:
            return OutOfType(f"{value:g} is below the least score, {low:g}")
        if high is not None and value > high + TOLERANCE:
            return OutOfType(f"{value:g} is above the greatest score, {high:g}")
        return Taken(_within(value, low, high), None)

    def _choices(self, value: object) -> Taken | OutOfType:
        if self.multiple:
            return self._several(value)
        if not isinstance(value, str):
            return OutOfType(f"{_shown(value)} is no label; the choices are {self._names()}")
        unknown = self._unknown([value])
        return OutOfType(unknown) if unknown else Taken(self._worth([value]), value)

    def _several(self, value: object) -> Taken | OutOfType:
        if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
            return OutOfType(f"{_shown(value)} is no list of labels; the choices are {self._names()}")
        names = [str(name) for name in value]
        wrong = self._unknown(names)
        if len(set(names)) < len(names):
            wrong = f"{_shown(value)} names a label twice"
        elif not names and self._valued() and self.aggregate != "Sum":
            wrong = "no label was chosen, and the mean or maximum of none is no number"
        if wrong:
            return OutOfType(wrong)
        chosen = [choice.name for choice in self.choices if choice.name in names]
        return Taken(self._worth(chosen), json.dumps(chosen, ensure_ascii=False))

    def _unknown(self, names: Iterable[str]) -> str:
        known = {choice.name for choice in self.choices}
        strange = [name for name in names if name not in known]
        return f"{_shown(strange[0])} is not among the choices {self._names()}" if strange else ""

    def _worth(self, names: Iterable[str]) -> float | None:
        if not self._valued():
            return None
        by_name = {choice.name: choice.value for choice in self.choices}
        values = [value for name in names if (value := by_name[name]) is not None]
        if self.aggregate == "Sum":
            return math.fsum(values)
        return max(values) if self.aggregate == "Max" else math.fsum(values) / len(values)

    def _names(self) -> str:
        return ", ".join(choice.name for choice in self.choices)


def _within(value: float, low: float | None, high: float | None) -> float:
    """Off the range by no more than rounding: on it."""
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else value


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits
        return f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004 - a line of a record
