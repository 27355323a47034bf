"""How far a job is, and when that is worth a write.

What a user or a restart depends on is written at once: the accepted plan, a benchmark first seen running, a new
reason, the end. Counters, and the end of a benchmark that is not the last, may wait for the next write or five
seconds: with many benchmarks they are most of the changes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from referee.api.status import TERMINAL, BenchmarkStatus, EvaluationJobStatus, Progress

COALESCE = timedelta(seconds=5)


def progress(benchmarks: Sequence[BenchmarkStatus]) -> Progress:
    """The job's progress from that of its benchmarks."""
    finished = sum(b.phase in TERMINAL for b in benchmarks)
    samples = [b.samples for b in benchmarks if b.samples is not None]
    errors = [b.errors for b in benchmarks if b.errors is not None]
    percent = sum(100 if b.phase in TERMINAL else b.percent or 0 for b in benchmarks)
    return Progress(
        samples=sum(samples) if samples else None,
        errors=sum(errors) if errors else None,
        benchmarks=f"{finished}/{len(benchmarks)}",
        percent=percent // max(1, len(benchmarks)),
    )


def write_at(
    before: EvaluationJobStatus, after: EvaluationJobStatus, last_write: datetime | None, now: datetime
) -> datetime | None:
    """When `after` is to be written over `before`: now, later, or (None) not at all."""
    if before == after:
        return None
    if last_write is None or _urgent(before) != _urgent(after):
        return now
    return max(now, last_write + COALESCE)


def _urgent(status: EvaluationJobStatus) -> tuple[object, ...]:
    """The part of a status whose change does not wait."""
    return (
        status.observed_generation,
        status.observed_rerun,
        status.phase,
        status.attempt,
        status.plan is None,
        status.active_since,
        [(c.type, c.status, c.reason, c.observed_generation) for c in status.conditions],
        [_urgent_in(b) for b in status.benchmarks],
    )


def _urgent_in(benchmark: BenchmarkStatus) -> tuple[object, ...]:
    """Of a benchmark: all but a good end, which may ride on the next write."""
    if benchmark.phase == "Completed":
        return (benchmark.index, benchmark.attempt, benchmark.retries, "Running", None)
    return (benchmark.index, benchmark.attempt, benchmark.retries, benchmark.phase, benchmark.reason)
