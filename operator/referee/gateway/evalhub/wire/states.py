"""Our phases in EvalHub's words. Their SDK fails on a word that it does not know, so every one of ours has one.

What only waits (a queue, a suspend) is pending; what still ends (awaited results, a cancel under way) is running, so
that nobody takes a job for finished whose results may yet come.
"""

from collections.abc import Mapping
from typing import Final, get_args

from referee.api.conditions import Reason
from referee.api.status import BenchmarkPhase, Phase

PENDING, RUNNING, COMPLETED, FAILED, CANCELLED = "pending", "running", "completed", "failed", "cancelled"
PARTIALLY_FAILED = "partially_failed"
STATES = (PENDING, RUNNING, COMPLETED, FAILED, CANCELLED, PARTIALLY_FAILED)
OVER = (COMPLETED, FAILED, CANCELLED, PARTIALLY_FAILED)

OF_JOB: Final[Mapping[str, str]] = {
    "Pending": PENDING,
    "Queued": PENDING,
    "Suspended": PENDING,
    "Running": RUNNING,
    "AwaitingResults": RUNNING,
    "Cancelling": RUNNING,
    "Completed": COMPLETED,
    "PartiallyFailed": PARTIALLY_FAILED,
    "Failed": FAILED,
    "Cancelled": CANCELLED,
}
OF_BENCHMARK: Final[Mapping[str, str]] = {
    "Pending": PENDING,
    "Queued": PENDING,
    "Suspended": PENDING,
    "Running": RUNNING,
    "AwaitingResults": RUNNING,
    "Completed": COMPLETED,
    "Failed": FAILED,
    "Cancelled": CANCELLED,
}
assert set(OF_JOB) == set(get_args(Phase))  # noqa: S101 - a phase without a word breaks every list it is in
assert set(OF_BENCHMARK) == set(get_args(BenchmarkPhase))  # noqa: S101

ORIGINS = ("adapter", "sdk", "server", "runtime")
RESULT_TYPES = ("numeric", "categorical", "array_ordered", "array_unordered", "time_series")

CREATED, UPDATED = "evaluation_job_created", "evaluation_job_updated"
JOB_CANCELLED, JOB_FAILED = "evaluation_job_cancelled", "evaluation_job_failed"


def state_of(phase: object) -> str:
    """Of a job; one that no operator has looked at is pending."""
    return OF_JOB.get(str(phase), PENDING)


def message(text: str, code: str, origin: str = "server") -> dict[str, str]:
    """A message as their models have it."""
    return {"message": text, "message_code": code, "message_origin": origin}


def code_of(reason: str) -> tuple[str, str]:
    """A reason as a message code, and who says so: ours in their spelling, an adapter's own as it is."""
    if Reason.named(reason) is None or reason == Reason.ADAPTER_ERROR:
        return reason or JOB_FAILED, "adapter"
    return "".join(_spelled(reason)), "runtime"


def _spelled(reason: str) -> list[str]:
    """OOMKilled -> oom_killed, ResultsMissing -> results_missing."""
    letters = []
    for at, letter in enumerate(reason):
        starts = letter.isupper() and at > 0 and (reason[at - 1].islower() or reason[at + 1 : at + 2].islower())
        letters.append(f"_{letter.lower()}" if starts else letter.lower())
    return letters
