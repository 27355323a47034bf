"""What can be said of a rule."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Verdict:
    """Kept, Broken with its evidence, or NotShown: the scenarios gave no occasion."""

    outcome: Literal["Kept", "Broken", "NotShown"]
    evidence: str = ""


KEPT = Verdict("Kept")


def broken(evidence: str) -> Verdict:
    """The rule was broken, and this shows it."""
    return Verdict("Broken", evidence)


def not_shown(why: str) -> Verdict:
    """Nothing was seen that could tell."""
    return Verdict("NotShown", why)


def kept_if(holds: bool, otherwise: str) -> Verdict:  # noqa: FBT001 - the one thing it is about
    """Kept, or broken with this evidence."""
    return KEPT if holds else broken(otherwise)
