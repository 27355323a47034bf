"""What of an EvaluationJob an answer about its logs rests on: which benchmarks there are, and which may still write."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from referee.api.status import TERMINAL

_OVER = ("Completed", "PartiallyFailed", "Failed", "Cancelled")


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job, as far as its logs go."""

    benchmarks: Mapping[int, str]
    """Ids by index; empty before its plan stands."""
    writing: frozenset[int]
    """Benchmarks that may still get lines."""
    attempts: Mapping[int, int]
    """The newest attempt at each."""
    first: Mapping[int, int]
    """The first attempt at each in this run of the job."""
    over: bool

    def wants(self, index: int, attempt: int, *, previous: bool) -> bool:
        """Whether this attempt's log belongs into an answer: all of this run, or only the one before the newest."""
        if previous:
            return attempt == self.attempts.get(index, 0) - 1
        return attempt >= self.first.get(index, 1)


def facts_of(job: Mapping[str, Any]) -> JobFacts:
    """Read the custom resource; of one that nobody has planned the spec says which benchmarks there will be."""
    status = job.get("status") or {}
    planned = (status.get("plan") or {}).get("benchmarks") or ()
    rows = {row["index"]: row for row in status.get("benchmarks") or ()}
    over = status.get("phase") in _OVER
    listed = {row["index"]: row["id"] for row in (*planned, *rows.values())}
    if not listed:
        listed = {index: row["id"] for index, row in enumerate((job.get("spec") or {}).get("benchmarks") or ())}
    ended = {index for index, row in rows.items() if row.get("phase") in TERMINAL}
    return JobFacts(
        benchmarks=listed,
        writing=frozenset() if over else frozenset(set(listed) - ended),
        attempts={index: row.get("attempt", 0) for index, row in rows.items()},
        first={row["index"]: row.get("firstAttempt", 1) for row in planned},
        over=over,
    )
