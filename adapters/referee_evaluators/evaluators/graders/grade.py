"""What a grader is, for those who write one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from referee.core.evaluation.scoretype import Kind
from referee_evaluators.types import Sample


class Found(NamedTuple):
    """What a grader says of an output."""

    value: Any
    """Of the type that it gives."""
    why: str | None = None
    """For the record: what was compared, or why the answer is wrong."""


Grade = Callable[[Sample], Found | Awaitable[Found]]
"""Judges one sample; waits only where judging may take long. Raises NotScored."""


class Grader(NamedTuple):
    """A grader with its options read."""

    grade: Grade
    gives: Sequence[Kind]
    """Score types that its values can be of."""


YES_OR_NO: Sequence[Kind] = ("Boolean", "Numerical")
NUMBER: Sequence[Kind] = ("Numerical", "Boolean")
