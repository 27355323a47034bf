"""Samples as people look at them: what was asked and answered, and what each evaluator said of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from referee.report.numbers import number, seconds
from referee.report.runview import Sample, Score
from referee.report.sections.grid import TONES
from referee.report.visible import clipped, one_line, visible

_MOST_TEXT = 6000
"""Characters of one text; a report of two hundred samples stays a file that a browser opens at once."""
_SUMMARY = 110


@dataclass(frozen=True, slots=True)
class Text:
    """A text of somebody else's, harmless and bounded."""

    text: str
    left_out: int = 0
    empty: bool = False


@dataclass(frozen=True, slots=True)
class ShownScore:
    """One evaluator's word on a sample."""

    evaluator: str
    value: str
    tone: str
    explanation: Text | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One sample."""

    title: str
    summary: str
    good: str
    input: Text
    target: Text | None
    output: Text | None
    error: str
    metadata: Text | None
    scores: Sequence[ShownScore]
    latency: str


def shown(sample: Sample, good: float | None = None) -> Shown:
    """A sample for the page."""
    epoch = f", epoch {sample.epoch}" if sample.epoch > 1 else ""
    return Shown(
        title=one_line(f"{sample.id}{epoch}", 80),
        summary=one_line(sample.output or sample.error or "", _SUMMARY),
        good=number(good) if good is not None else "",
        input=_text(sample.input),
        target=None if sample.target is None else _text(sample.target),
        output=None if sample.output is None else _text(sample.output),
        error=" ".join(filter(None, (sample.cause, visible(clipped(sample.error or "", _MOST_TEXT)[0])))),
        metadata=None if sample.metadata is None else _text(sample.metadata),
        scores=[_score(score) for score in sample.scores],
        latency="" if sample.latency is None else seconds(sample.latency),
    )


def said(score: Score) -> str:
    """A score in a word."""
    if score.outcome != "scored":
        why = " ".join(filter(None, (score.cause, one_line(score.error or "", 200))))
        return f"{score.outcome}: {why}" if why else score.outcome
    label = one_line(score.label, 80) if score.label is not None else ""
    figure = "" if score.value is None else f"{score.value:.6g}"
    return f"{label} ({figure})" if label and figure else label or figure or "scored"


def _score(score: Score) -> ShownScore:
    source = f" ({one_line(score.source, 60)})" if score.source not in ("", "adapter") else ""
    explanation = score.explanation
    if score.votes:
        explanation = "\n".join(filter(None, (explanation, f"votes: {', '.join(score.votes)}")))
    return ShownScore(
        evaluator=one_line(score.evaluator, 80) + source,
        value=said(score),
        tone="" if score.outcome == "scored" else TONES["Unknown"],
        explanation=None if not explanation else _text(explanation),
    )


def _text(text: str) -> Text:
    kept, left_out = clipped(text, _MOST_TEXT)
    return Text(visible(kept), left_out, empty=not text)
