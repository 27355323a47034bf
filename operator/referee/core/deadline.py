"""The two deadlines: how long a job may run in all, and how long a child may wait for its pod to run.

The active deadline counts over all children and stops while the job is suspended; what was used before the
present stretch stands in status, so a restart does not give it anew.
"""

from datetime import datetime, timedelta

from referee.api.evaluationjob import EvaluationJobSpec
from referee.api.status import EvaluationJobStatus


def active_until(spec: EvaluationJobSpec, status: EvaluationJobStatus) -> datetime | None:
    """When the job's time is over; None if it has no deadline or its clock stands."""
    if spec.active_deadline_seconds is None or status.active_since is None:
        return None
    return status.active_since + timedelta(seconds=spec.active_deadline_seconds - status.active_seconds)


def pending_until(spec: EvaluationJobSpec, waiting_since: datetime) -> datetime:
    """When whatever has waited since `waiting_since` has waited too long."""
    return waiting_since + timedelta(seconds=spec.pending_deadline_seconds)


def stop_clock(status: EvaluationJobStatus, now: datetime) -> EvaluationJobStatus:
    """The status with its active clock standing."""
    if status.active_since is None:
        return status
    used = status.active_seconds + (now - status.active_since).total_seconds()
    return status.model_copy(update={"active_seconds": used, "active_since": None})


def start_clock(status: EvaluationJobStatus, now: datetime) -> EvaluationJobStatus:
    """The status with its active clock running."""
    return status if status.active_since is not None else status.model_copy(update={"active_since": now})
