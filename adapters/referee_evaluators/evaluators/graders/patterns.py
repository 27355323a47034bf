"""Regular expressions that can be told to stop.

By the `regex` package, which reads Python's patterns and takes a timeout: with `re` a pattern that backtracks for ever
holds the process for ever. Its types are written down here, since it brings none.
"""

from typing import Protocol, cast

import regex  # type: ignore[import-untyped]

from referee_adapter import SpecError
from referee_evaluators.evaluators.graders.texts import composed, shown

LONGEST = 1.0
"""Seconds that one pattern may take over one text."""


class Match(Protocol):
    """What was found."""

    def __getitem__(self, group: int) -> str: ...


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str, *, timeout: float, concurrent: bool = False) -> Match | None:
        """Find it anywhere; TimeoutError when the time is up."""


def compiled(text: str) -> Pattern:
    """A pattern in form C, like the texts that it is looked for in.

    Raises:
        SpecError: it is none.
    """
    try:
        return cast("Pattern", regex.compile(composed(text)))
    except regex.error as error:
        raise SpecError(f"pattern {shown(text)} is no regular expression: {error}") from error
