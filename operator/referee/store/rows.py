"""What goes into the store and what comes out of it.

What is read is a subclass of what was put where that has a place in an order: `cursor` continues a reading after it.
A cursor is a text for the caller to hand back, nothing to be understood.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Document = Mapping[str, Any]
"""A JSON object."""


@dataclass(frozen=True, slots=True)
class RunRef:
    """One attempt at one benchmark of a job."""

    namespace: str
    job: str
    """The EvaluationJob's name."""
    job_uid: str
    child_uid: str
    """The child Job's uid: one run is one child."""
    index: int
    """The benchmark's place in the job."""
    attempt: int
    """Counted from 1, as the child's label has it."""


@dataclass(frozen=True, slots=True)
class JournalRef:
    """One run of a plan at one benchmark: its attempts, and what people posted into it."""

    namespace: str
    job_uid: str
    index: int
    first: int
    """The plan's first attempt."""
    last: int | None = None
    """None: however many there are."""


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One sample's record; the same (run, sample_id, epoch) again replaces the body."""

    sample_id: str
    epoch: int
    body: Document


@dataclass(frozen=True, slots=True)
class StoredSample(SampleRow):
    """A sample's record as it is read."""

    index: int
    attempt: int
    child_uid: str
    cursor: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """What one evaluator made of one sample; the same (run, sample_id, epoch, evaluator, source) again replaces it."""

    sample_id: str
    epoch: int
    evaluator: str
    source: str
    """Who scored: an adapter, a judge, which person."""
    outcome: str = "scored"
    """scored, unscored, skipped or pending."""
    value: float | None = None
    """None: no number, which is not zero."""
    label: str | None = None
    explanation: str | None = None
    votes: tuple[Any, ...] | None = None
    """Of a judge that was asked several times; JSON each."""
    cause: str | None = None
    """Why it is unscored or skipped, in a word."""
    error: str | None = None
    """Why, as whoever tried said it."""
    duration: float | None = None
    """Seconds."""


@dataclass(frozen=True, slots=True)
class StoredScore(ScoreRow):
    """A score as it is read."""

    index: int = field(kw_only=True)
    attempt: int = field(kw_only=True)
    child_uid: str = field(kw_only=True)
    cursor: str = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A result document of a run; which of several counts stands in etcd."""

    run: RunRef
    digest: str
    document: Document
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class LogPiece:
    """The log of one container of one pod."""

    run: RunRef
    pod: str
    container: str
    text: str
    """Lines as the kubelet gave them, each with its RFC 3339 timestamp."""
    left_out: int
    """Bytes of the log before the text that are not kept."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that a run left."""

    run: RunRef
    name: str
    size: int
    media_type: str
    stored_at: datetime
