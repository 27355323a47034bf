"""A finished run, as every reader gives it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from referee.core.evaluation.outcomes import Outcome
from referee.core.evaluation.scoretype import Choice, ScoreType

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_NOT_IN_AN_EVALUATOR = re.compile(r"[^A-Za-z0-9_ .:/-]+")
_LONGEST_NAME = 63
_UNIT = (0.0, 1.0)


class ImportFailed(Exception):  # noqa: N818 - named as what happened
    """A file that cannot be imported; the text names it, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class ImportedScore:
    """One score of one sample."""

    evaluator: str
    outcome: Outcome = "scored"
    value: float | None = None
    label: str | None = None
    explanation: str | None = None
    cause: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedSample:
    """One sample."""

    id: str
    epoch: int = 1
    input: Any = None
    messages: Sequence[dict[str, Any]] | None = None
    target: Any = None
    output: str | None = None
    error: tuple[str, str] | None = None
    """Cause and message, where there is no output."""
    metadata: dict[str, Any] = field(default_factory=dict)
    latency: float | None = None
    cost: float | None = None
    usage: dict[str, int] | None = None
    scores: Sequence[ImportedScore] = ()


@dataclass(frozen=True, slots=True)
class ImportedEvaluator:
    """Who gave scores."""

    name: str
    type: ScoreType
    weight: float = 0.0
    """Of the run's one score; 0: shown beside it."""
    definition: str = ""
    """What tells whether it is the same in another run."""


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """One model over one set of samples."""

    name: str
    """Becomes the job's name."""
    title: str
    model: str
    tool: str
    """Which program ran it, and its version."""
    evaluators: Sequence[ImportedEvaluator]
    samples: Sequence[ImportedSample]
    reported: Sequence[dict[str, Any]] = ()
    """Figures as that program computed them: name, value, stderr, n."""
    created: str | None = None
    """RFC 3339."""


def job_name(*parts: str) -> str:
    """A name that Kubernetes takes, of words that people chose."""
    joined = "-".join(word for part in parts if (word := _NOT_IN_A_NAME.sub("-", part.lower()).strip("-")))
    return joined[:_LONGEST_NAME].strip("-") or "imported"


def evaluator_name(text: str) -> str:
    """A name that an evaluator can have; a comma, which the harness has before a filter, becomes a colon."""
    return _NOT_IN_AN_EVALUATOR.sub("_", text.replace(",", ":")).strip(" .:/-")[:128] or "score"


def numerical(values: Sequence[float], *, boolean: bool = False, lower_is_better: bool = False) -> ScoreType:
    """The type of numbers of another tool, which declares none.

    Boolean only where the reader knows the metric as right or wrong and no value contradicts it. From 0 to 1 unless a
    value lies outside: with a range there are intervals of a small sample, and differences can be compared.
    """
    if boolean and set(values) <= set(_UNIT):
        return ScoreType("Boolean", lower_is_better=lower_is_better)
    low, high = _UNIT if all(_UNIT[0] <= value <= _UNIT[1] for value in values) else (None, None)
    return ScoreType("Numerical", min=low, max=high, lower_is_better=lower_is_better)


def labels(names: Sequence[str]) -> ScoreType:
    """The type of labels that count nothing."""
    return ScoreType("Categorical", choices=tuple(Choice(name) for name in sorted(set(names))))
