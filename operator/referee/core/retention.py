"""When children, and the job itself, are deleted.

A child stays as long as its outcome is worth a look, counted from when that outcome stood in status. No child
carries a TTL of its own: the TTL controller would delete it whether or not its result was read.
"""

from datetime import datetime, timedelta

from referee.api.evaluationjob import EvaluationJobSpec
from referee.api.status import TERMINAL, BenchmarkStatus, EvaluationJobStatus
from referee.core.children import Child


def child_until(spec: EvaluationJobSpec, recorded: BenchmarkStatus, child: Child) -> datetime | None:
    """Until when a child is kept; None while it may still be needed.

    Args:
        spec: the job's.
        recorded: the benchmark as it stands in the status that was read back, not as it is planned.
        child: a child of that benchmark.
    """
    keep = spec.child_retention_seconds
    if child.attempt < recorded.attempt:
        return (child.ended_at or child.created) + timedelta(seconds=keep.failure) if child.ended else None
    if recorded.phase == "AwaitingResults":  # its result is in status, and nothing of it runs
        return child.ended_at + timedelta(seconds=keep.success) if child.ended_at else None
    if recorded.phase not in TERMINAL or recorded.completion_time is None:
        return None
    if recorded.phase == "Cancelled":
        return recorded.completion_time if child.ended else None
    kept = keep.success if recorded.phase == "Completed" else keep.failure
    return recorded.completion_time + timedelta(seconds=kept)


def job_until(spec: EvaluationJobSpec, status: EvaluationJobStatus) -> datetime | None:
    """When the finished job deletes itself; None if it does not."""
    if spec.ttl_seconds_after_finished is None or status.completion_time is None:
        return None
    return status.completion_time + timedelta(seconds=spec.ttl_seconds_after_finished)
