"""What is wrong with data: where, which field, what to do. Collected, since people mend a file once, not row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from referee_adapter import Failure

MOST = 10
"""Problems that are told; one more ends the reading."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read as one."""

    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row, and where it stands: lines count from 1 as editors do, rows from 1 without the header."""

    number: int
    values: Mapping[str, Any] | Broken


class DataError(Failure):
    """The dataset cannot be used as it is; another attempt reads the same."""

    def __init__(self, problems: list[str], *, more: bool = False) -> None:
        """Take every problem that was found.

        Args:
            problems: a sentence each, with the place.
            more: reading ended before the end.
        """
        rest = "; reading ended there, there may be more" if more else ""
        super().__init__("InvalidDataset", "; ".join(problems) + rest, retryable=False)
        self.problems = problems
