"""A user's code, and a call of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Program:
    """What is run for each sample: the whole source, then one function of it."""

    source: str
    function: str
    extra: tuple[str, ...] = ()
    """Of `modules.EXTRA`, what the source imports."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the function; the values are JSON's."""

    arguments: Sequence[Any]
    keywords: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Returned:
    """What it came to."""

    value: Any
    printed: str
    seconds: float
    """Of the child's life; not those that the call waited for its turn."""


class CodeError(Exception):
    """The code did not return a value: it raised, took too long, or tried what it may not; the text is for people."""

    def __init__(self, message: str, printed: str = "", seconds: float | None = None) -> None:
        """Take the sentence, what the code had printed until then, and how long it ran."""
        super().__init__(message)
        self.message = message
        self.printed = printed
        self.seconds = seconds


class SandboxLost(Exception):  # noqa: N818 - an event
    """The keeper ended while it had this call: no fault of the code that is known."""


class SandboxUnavailable(Exception):  # noqa: N818 - a state of the machine
    """There is no sandbox here; nothing was run."""
