"""What one look at one benchmark rests on and comes to, and the few ways in which its status changes."""

from dataclasses import dataclass, field
from datetime import datetime

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJobSpec
from referee.api.runplan import RunPlan
from referee.api.status import BenchmarkStatus
from referee.core.children import Child, Trouble
from referee.core.posted import Posted
from referee.core.result import Result


@dataclass(frozen=True, slots=True)
class Intent:
    """What holds for every benchmark of the job at this look."""

    spec: EvaluationJobSpec
    now: datetime
    plan: RunPlan
    posted: Posted = field(default_factory=Posted)
    """What others have posted so far."""
    expired: bool = False
    """The active deadline is over."""

    @property
    def ending(self) -> bool:
        """Whether running children are to stop."""
        return self.spec.cancel or self.expired or self.spec.suspend


@dataclass(frozen=True, slots=True)
class Step:
    """Where a benchmark stands, and what is to be done about its child."""

    status: BenchmarkStatus
    start: bool = False
    """A child of `status.attempt` is wanted as soon as parallelism allows."""
    occupies: bool = False
    """Its child counts against parallelism."""
    stop: Child | None = None
    """To be told to end: it keeps its Job, takes last results and is Failed when its pod is gone."""
    delete: Child | None = None
    look: Child | None = None
    """Its pods and Events are to be read once."""
    wake: datetime | None = None
    report: Result | None = None
    """The result that was taken in at this look, for what status says beside the benchmark itself."""


def changed(status: BenchmarkStatus, **changes: object) -> BenchmarkStatus:
    """The status with other values in these fields."""
    return status.model_copy(update=changes)


def fresh(before: BenchmarkStatus, attempt: int, **changes: object) -> BenchmarkStatus:
    """The benchmark at the start of an attempt."""
    blank = BenchmarkStatus(
        index=before.index, id=before.id, provider=before.provider, attempt=attempt, retries=before.retries
    )
    kept = {"stage": before.stage, "awaiting_since": before.awaiting_since}
    return changed(blank, **(kept | changes))


def terminal(before: BenchmarkStatus, phase: str, intent: Intent, why: Trouble) -> BenchmarkStatus:
    """The benchmark at its end."""
    return changed(before, phase=phase, completion_time=intent.now, reason=str(why.reason), message=why.message)


def expired(intent: Intent) -> Trouble:
    """The active deadline as a reason."""
    return Trouble(
        Reason.DEADLINE_EXCEEDED, f"spec.activeDeadlineSeconds ({intent.spec.active_deadline_seconds} s) was over"
    )
