"""A table of the page, before it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell."""

    text: str
    tone: str = ""
    """pass, fail or unknown: an outcome, which then has its sign and word in the text, too."""
    note: str = ""
    """In a tooltip: what is too long for the cell."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Headings and rows; columns of numbers are set to the right."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    right: frozenset[str] = frozenset()


SIGNS = {"Pass": "✓", "Fail": "✗", "Unknown": "?"}
TONES = {"Pass": "pass", "Fail": "fail", "Unknown": "unknown"}


def outcome(result: str, note: str = "") -> Cell:
    """A cell for Pass, Fail or Unknown: sign, word and colour say the same."""
    return Cell(f"{SIGNS.get(result, '')} {result}".strip(), TONES.get(result, ""), note)


def row(*cells: str | Cell) -> list[Cell]:
    """A row of cells, those that are only text included."""
    return [cell if isinstance(cell, Cell) else Cell(cell) for cell in cells]
