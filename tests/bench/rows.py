"""What a measurement yields: a number, what it is compared with, and whether the goal is met.

A goal is kept as what is to be compared and not as a sentence with a flag beside it, so that text and judgement cannot
come apart. A number that could not be measured is null, with the reason where the reference would be named; its goal
is not met, since nobody saw it met. A row without a goal is there to be known, and is neither met nor missed.
"""

from dataclasses import dataclass
from typing import Any, Literal

DIGITS = 4
LIMIT = "the limit"


@dataclass(frozen=True)
class Goal:
    """What a row is to reach."""

    of: Literal["ours", "ratio"]
    sign: Literal["<", "<=", ">="]
    bound: float

    def __str__(self) -> str:
        return f"{self.of} {self.sign} {self.bound:g}"

    def met_by(self, number: float) -> bool:
        """Whether the number reaches it."""
        match self.sign:
            case "<":
                return number < self.bound
            case "<=":
                return number <= self.bound
            case ">=":
                return number >= self.bound


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    unit: str
    ours: float | None
    reference: float | None
    reference_is: str
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        """Ours as a multiple of the reference."""
        return self.ours / self.reference if self.ours is not None and self.reference else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        number = self.ours if self.goal.of == "ours" else self.ratio
        return number is not None and self.goal.met_by(number)

    def document(self) -> dict[str, Any]:
        """The row as it stands in bench.json."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": _rounded(self.ours),
            "reference": _rounded(self.reference),
            "referenceIs": self.reference_is,
            "ratio": _rounded(self.ratio),
            "goal": None if self.goal is None else str(self.goal),
            "met": self.met,
        }


def limited(name: str, unit: str, ours: float, goal: Goal) -> Row:
    """A row without a peer: it is compared with the bound of its own goal."""
    return Row(name, unit, ours, goal.bound, LIMIT, goal)


def unmeasured(name: str, unit: str, why: str, goal: Goal | None = None) -> Row:
    """A row that could not be measured here."""
    return Row(name, unit, None, None, f"not measured: {why}", goal)


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.{DIGITS}g}")
