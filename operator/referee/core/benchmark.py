"""One benchmark, one look: from what stood in status and what its child shows to what stands there now.

This is the state machine of the house. It is total: every pair of a recorded phase and an observed child has an
outcome, and each path either ends, waits for the child, or waits for a time that is named in `Step.wake`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJobSpec
from referee.api.runplan import PlannedBenchmark
from referee.api.status import TERMINAL, BenchmarkStatus
from referee.core import outcome, trouble
from referee.core.children import Child, Trouble
from referee.core.deadline import pending_until
from referee.core.result import Result, ResultError, from_text
from referee.core.retry import again

EXPLAIN_AFTER = timedelta(seconds=3)
"""A child that does not run by then has its Events read: what a quota or a volume says stands only there."""
EXPLAIN_AGAIN = timedelta(seconds=30)
"""At least so often as long as it does not run."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What holds for every benchmark of the job at this look."""

    spec: EvaluationJobSpec
    now: datetime
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


def follow(planned: PlannedBenchmark, before: BenchmarkStatus, child: Child | None, intent: Intent) -> Step:
    """One look at one benchmark.

    Args:
        planned: its entry in the frozen plan.
        before: how it stands in the status that was read.
        child: its newest child of this run, if there is one.
        intent: what the job wants at this moment.
    """
    if before.phase in TERMINAL:
        return Step(late(before, child))
    if child is None:
        return _without_child(planned, before, intent)
    if child.attempt != before.attempt:
        before = _fresh(before, child.attempt)
    before = _with(before, job_name=child.name, test_data_revision=_revision(child) or before.test_data_revision)
    if child.refused is not None:
        return Step(_terminal(before, "Failed", intent, child.refused))
    result = child.result or _termination_result(child)
    if result is not None:
        return _final(planned, before, result, intent)
    if child.ended is not None:
        return _ended(planned, before, child, intent)
    return _ending(before, child, intent) if intent.ending else _alive(before, child, intent)


def late(finished: BenchmarkStatus, child: Child | None) -> BenchmarkStatus:
    """A result that came after the benchmark was given up is marked, never counted."""
    if child is None or child.result is None or child.attempt != finished.attempt or finished.phase == "Completed":
        return finished
    decided = finished.reason == Reason.NO_METRICS  # by this very result, which was in time and no good
    return _with(finished, late_result=True) if child.result.status == "Completed" and not decided else finished


def _with(status: BenchmarkStatus, **changes: object) -> BenchmarkStatus:
    return status.model_copy(update=changes)


def _fresh(before: BenchmarkStatus, attempt: int, **changes: object) -> BenchmarkStatus:
    """The benchmark at the start of an attempt."""
    blank = BenchmarkStatus(
        index=before.index, id=before.id, provider=before.provider, attempt=attempt, retries=before.retries
    )
    return _with(blank, **changes)


def _termination_result(child: Child) -> Result | None:
    """The second way home: what the containers left behind, once it cannot still come the first way.

    Jobs and pods are watched apart: of a pod that has ended, the result that its Job has may only not be seen yet, and
    that is the whole one. It is there once the Job has ended, and before another pod has taken this one's place.
    """
    for pod in reversed(child.pods):
        if child.ended is None and not any(other.name != pod.name and not other.over for other in child.pods):
            continue
        if pod.result_text:
            try:
                return replace(from_text(pod.result_text), digest="")
            except ResultError:
                continue
    return None


def _revision(child: Child) -> str | None:
    return next((pod.fetch.resolved for pod in reversed(child.pods) if pod.fetch and pod.fetch.resolved), None)


def _without_child(planned: PlannedBenchmark, before: BenchmarkStatus, intent: Intent) -> Step:
    if intent.spec.cancel:
        return Step(_terminal(before, "Cancelled", intent, Trouble(Reason.CANCELLED, "spec.cancel is set")))
    if intent.expired:
        return Step(_terminal(before, "Failed", intent, _expired(intent)))
    if before.start_time is not None and before.phase != "Suspended":
        lost = Trouble(
            Reason.CHILD_LOST, f"Job {before.job_name} ran and is gone without a result; run it again with spec.rerun"
        )
        return Step(_terminal(before, "Failed", intent, lost))
    if intent.spec.suspend:
        return Step(_with(before, phase="Suspended"))
    attempt = max(before.attempt, planned.first_attempt)
    if before.phase == "Suspended":
        resumed = attempt + 1 if before.job_name else attempt
        return Step(_fresh(before, resumed), start=True)
    return Step(_with(before, phase="Pending", attempt=attempt), start=True)


def _final(planned: PlannedBenchmark, before: BenchmarkStatus, result: Result, intent: Intent) -> Step:
    if result.status == "Failed":
        return _failed(planned, before, outcome.failure(result), result, intent)
    values = outcome.of(planned, result, intent.spec.confidence)
    if values.refused is not None:
        return _failed(planned, before, values.refused, result, intent)
    note = values.note
    done = _with(before, **values.fields, percent=100)
    done = _with(done, reason=str(note.reason) if note else None, message=note.message if note else None)
    return Step(_with(done, phase="Completed", completion_time=intent.now))


def _ended(planned: PlannedBenchmark, before: BenchmarkStatus, child: Child, intent: Intent) -> Step:
    explained = any(pod.over for pod in child.pods)
    if not explained and not child.reread:
        return Step(before, occupies=True, look=child)
    if intent.spec.cancel:
        kept = _partial(planned, before, child, intent)
        return Step(_terminal(kept, "Cancelled", intent, Trouble(Reason.CANCELLED, "spec.cancel is set")))
    if intent.expired:
        return Step(_terminal(_partial(planned, before, child, intent), "Failed", intent, _expired(intent)))
    if child.stopping and (intent.spec.suspend or before.phase == "Suspended"):
        if intent.spec.suspend:
            # deleted only when status says Suspended: until then its absence would read as lost
            recorded = before.phase == "Suspended"
            return Step(_with(before, phase="Suspended"), delete=child if recorded else None)
        return Step(_fresh(before, child.attempt + 1), start=True)
    return _failed(planned, before, trouble.of_end(child), child.partial, intent)


def _ending(before: BenchmarkStatus, child: Child, intent: Intent) -> Step:
    phase = "Suspended" if intent.spec.suspend and not (intent.spec.cancel or intent.expired) else before.phase
    if child.pods or child.active:
        return Step(_with(before, phase=phase), occupies=True, stop=None if child.stopping else child)
    if phase == "Suspended":
        return Step(_with(before, phase=phase), delete=child)
    if intent.spec.cancel:
        cancelled = _terminal(before, "Cancelled", intent, Trouble(Reason.CANCELLED, "spec.cancel is set"))
        return Step(cancelled, delete=child)
    return Step(_terminal(before, "Failed", intent, _expired(intent)), delete=child)


def _alive(before: BenchmarkStatus, child: Child, intent: Intent) -> Step:
    if child.stopping:
        return Step(before, occupies=True)
    if before.phase == "Suspended":
        before = _with(before, phase="Pending")
    if child.suspended:
        return _waiting(_with(before, phase="Queued"), child, intent)
    held_up = trouble.of_waiting(child)
    # once running it stays so, also while a disrupted pod is replaced, unless the new pod cannot start
    if (child.started or before.phase == "Running") and held_up is None:
        return Step(_running(before, child, intent), occupies=True)
    return _waiting(_with(before, phase="Pending"), child, intent)


def _running(before: BenchmarkStatus, child: Child, intent: Intent) -> BenchmarkStatus:
    progress, percent = child.progress, before.percent
    if progress is not None and progress.total:
        percent = max(0, min(99, 100 * progress.done // progress.total))
    counts = {"samples": progress.total, "errors": progress.errors} if progress else {}
    start = before.start_time or intent.now
    fresh = {"reason": None, "message": None, "waiting_since": None}
    return _with(before, phase="Running", start_time=start, percent=percent, **fresh, **counts)


def _waiting(before: BenchmarkStatus, child: Child, intent: Intent) -> Step:
    found = trouble.of_waiting(child)
    if found is not None:
        before = _with(before, reason=str(found.reason), message=found.message)
    since = child.created
    if before.start_time is not None:  # it has run, and waits again: its patience starts anew
        since = before.waiting_since or intent.now
        before = _with(before, waiting_since=since)
    deadline = pending_until(intent.spec, since)
    if intent.now >= deadline:
        why = f": {before.reason}: {before.message}" if before.reason else ""
        expired = Trouble(
            Reason.PENDING_DEADLINE_EXCEEDED, f"not running after {intent.spec.pending_deadline_seconds} s{why}"
        )
        return Step(_terminal(before, "Failed", intent, expired), delete=child)
    if any(trouble.of_pod(pod) for pod in child.pods):  # its own status tells, and goes on telling
        return Step(before, occupies=True, wake=deadline)
    if not child.uid:  # it could not be made, and has no Events: whoever tries again tells
        return Step(before, occupies=True, wake=deadline)
    explain = _explain_at(child)
    look = child if intent.now >= explain else None
    return Step(before, occupies=True, look=look, wake=min(deadline, max(explain, intent.now + EXPLAIN_AFTER)))


def _explain_at(child: Child) -> datetime:
    """Soon again at first, since a kubelet may tell only at its next try; then ever more seldom."""
    if child.looked is None:
        return child.created + EXPLAIN_AFTER
    return child.looked + max(EXPLAIN_AFTER, min(EXPLAIN_AGAIN, child.looked - child.created))


def _failed(
    planned: PlannedBenchmark, before: BenchmarkStatus, failure: Trouble, last: Result | None, intent: Intent
) -> Step:
    """An attempt failed: another one, or the end of the benchmark."""
    retryable = last.retryable if last is not None else True
    more = again(failure.reason, retryable=retryable, retries=before.retries, backoff_limit=intent.spec.backoff_limit)
    if more and not intent.ending:
        note = f"attempt {before.attempt} failed: {failure.message}"
        following = _fresh(before, before.attempt + 1, retries=before.retries + 1, reason=str(failure.reason))
        return Step(_with(following, message=note), start=True)
    if more and intent.spec.suspend and not intent.spec.cancel and not intent.expired:
        return Step(_fresh(before, before.attempt + 1, retries=before.retries + 1, phase="Suspended"))
    if last is not None:
        before = _with(before, **outcome.of(planned, last, intent.spec.confidence).fields, partial=True)
    return Step(_terminal(before, "Failed", intent, failure))


def _partial(planned: PlannedBenchmark, before: BenchmarkStatus, child: Child, intent: Intent) -> BenchmarkStatus:
    """The benchmark with what its adapter had when it was told to end."""
    if child.partial is None:
        return before
    return _with(before, **outcome.of(planned, child.partial, intent.spec.confidence).fields, partial=True)


def _terminal(before: BenchmarkStatus, phase: str, intent: Intent, why: Trouble) -> BenchmarkStatus:
    return _with(before, phase=phase, completion_time=intent.now, reason=str(why.reason), message=why.message)


def _expired(intent: Intent) -> Trouble:
    return Trouble(
        Reason.DEADLINE_EXCEEDED, f"spec.activeDeadlineSeconds ({intent.spec.active_deadline_seconds} s) was over"
    )
