"""The job's score: the weighted mean of its benchmarks' primary scores, each normalised by its range.

A benchmark of weight 0 is informational. One that has a weight and no score takes the job's score with it: to weigh
the rest anew would let a run pass by failing where it is weak.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from referee.api.conditions import Reason
from referee.core.measured import Measured
from referee.core.stats import combined
from referee.core.stats.combined import Part
from referee.core.stats.interval import Interval


@dataclass(frozen=True, slots=True)
class JobScore:
    """The score of a job, or why there is none."""

    value: float | None = None
    stderr: float | None = None
    interval: Interval | None = None
    n: int | None = None
    """Samples behind it, where every benchmark tells."""
    reason: Reason | None = None
    """Set if and only if there is no value."""
    message: str = ""


def job_score(measured: Iterable[Measured], confidence: float) -> JobScore:
    """The score of all benchmarks that have a weight. Their order changes no digit of it."""
    weighted = sorted((m for m in measured if m.weight > 0), key=lambda m: m.index)
    if not weighted:
        return JobScore(reason=Reason.SCORE_MISSING, message="no benchmark has a weight")
    missing = [m.subject for m in weighted if not m.counts]
    if missing:
        return JobScore(reason=Reason.SCORE_MISSING, message=f"no score of {', '.join(missing)}")
    unscaled = [m.subject for m in weighted if m.scale is None]
    if unscaled:
        return JobScore(reason=Reason.RANGE_REQUIRED, message=f"no range of {', '.join(unscaled)}")
    sizes = [m.n for m in weighted if m.n is not None]
    return JobScore(
        value=mean(weighted),
        stderr=_stderr(weighted),
        interval=_own_interval(weighted[0]) if len(weighted) == 1 else _combined(weighted, confidence),
        n=sum(sizes) if len(sizes) == len(weighted) else None,
    )


def mean(weighted: Sequence[Measured]) -> float:
    """The weighted mean of normalised scores of benchmarks that all have one."""
    total = math.fsum(m.weight for m in weighted)
    return math.fsum(m.weight * m.normalised(m.primary.value) for m in weighted if m.primary) / total


def _stderr(weighted: Sequence[Measured]) -> float | None:
    squares = []
    for m in weighted:
        if m.primary is None or m.primary.stderr is None or m.scale is None:
            return None
        squares.append((m.weight * m.primary.stderr / (m.scale[1] - m.scale[0])) ** 2)
    return math.sqrt(math.fsum(squares)) / math.fsum(m.weight for m in weighted)


def _own_interval(only: Measured) -> Interval | None:
    """One benchmark alone: its own interval, so that a gate on it and one on the job cannot disagree."""
    primary = only.primary
    if primary is None or primary.ci_low is None or primary.ci_high is None or primary.method is None:
        return None
    low, high = sorted((only.normalised(primary.ci_low), only.normalised(primary.ci_high)))
    return Interval(low, high, primary.method)


def _combined(weighted: Sequence[Measured], confidence: float) -> Interval | None:
    parts = [_part(m) for m in weighted]
    known = [part for part in parts if part is not None]
    return combined.interval(known, confidence) if len(known) == len(parts) else None


def _part(m: Measured) -> Part | None:
    found = m.estimate()
    if found is None or found.stderr is None or found.n is None or found.span is None or not found.bounded:
        return None
    if m.scale is None:
        return None
    low, high = sorted((m.normalised(found.span[0]), m.normalised(found.span[1])))
    stderr = found.stderr / (m.scale[1] - m.scale[0])
    return Part(m.weight, m.normalised(found.value), stderr, found.n, (low, high))
