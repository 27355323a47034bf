"""One benchmark, one look: from what stood in status and what its child shows to what stands there now.

This is the state machine of the house. It is total: every pair of a recorded phase and an observed child has an
outcome, and each path either ends, waits for the child, or waits for a time that is named in `Step.wake`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from referee.api.conditions import Reason
from referee.api.runplan import PlannedBenchmark
from referee.api.status import TERMINAL, BenchmarkStatus
from referee.core import outcome, trouble
from referee.core.childless import awaiting, without_child
from referee.core.children import Child, Trouble
from referee.core.deadline import pending_until
from referee.core.result import Result, ResultError, from_text
from referee.core.retry import again
from referee.core.step import Intent, Step, changed, expired, fresh, terminal

EXPLAIN_AFTER = timedelta(seconds=3)
"""A child that does not run by then has its Events read: what a quota or a volume says stands only there."""
EXPLAIN_AGAIN = timedelta(seconds=30)
"""At least so often as long as it does not run."""


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
    if before.phase == "AwaitingResults":
        return awaiting(before, intent)
    if child is None:
        return without_child(planned, before, intent)
    return _with_child(planned, before, child, intent)


def _with_child(planned: PlannedBenchmark, before: BenchmarkStatus, child: Child, intent: Intent) -> Step:
    if child.attempt != before.attempt:
        before = fresh(before, child.attempt)
    before = changed(before, job_name=child.name, test_data_revision=_revision(child) or before.test_data_revision)
    if child.refused is not None:
        return Step(terminal(before, "Failed", intent, child.refused))
    shares = child.pods_wanted > 1
    result = None if shares else child.result or _termination_result(child)
    if result is not None:
        return _final(planned, before, result, intent)
    if shares and child.ended is not None and not (child.stopping or intent.spec.cancel or intent.expired):
        # what a pod of it left undone, the next attempt does, alone: no failure of its own
        suspended = intent.spec.suspend
        following = fresh(before, child.attempt + 1, stage="Whole", phase="Suspended" if suspended else "Pending")
        return Step(following, start=not suspended)
    if child.ended is not None:
        return _ended(planned, before, child, intent)
    return _ending(before, child, intent) if intent.ending else _alive(before, child, intent)


def late(finished: BenchmarkStatus, child: Child | None) -> BenchmarkStatus:
    """A result that came after the benchmark was given up is marked, never counted."""
    if child is None or child.result is None or child.attempt != finished.attempt or finished.phase == "Completed":
        return finished
    decided = finished.reason == Reason.NO_METRICS  # by this very result, which was in time and no good
    return changed(finished, late_result=True) if child.result.status == "Completed" and not decided else finished


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


def _final(planned: PlannedBenchmark, before: BenchmarkStatus, result: Result, intent: Intent) -> Step:
    if result.status == "Failed":
        return _failed(planned, before, outcome.failure(result), result, intent)
    values = outcome.of(planned, result, intent.spec.confidence)
    if values.refused is not None:
        return _failed(planned, before, values.refused, result, intent)
    note = values.note
    if values.fields.get("pending") and before.stage != "Closing":
        waiting = changed(before, **values.fields, phase="AwaitingResults", awaiting_since=intent.now)
        return replace(awaiting(waiting, intent), report=result)
    done = changed(before, **values.fields, percent=100)
    done = changed(done, reason=str(note.reason) if note else None, message=note.message if note else None)
    return Step(changed(done, phase="Completed", completion_time=intent.now), report=result)


def _ended(planned: PlannedBenchmark, before: BenchmarkStatus, child: Child, intent: Intent) -> Step:
    explained = any(pod.over for pod in child.pods)
    if not explained and not child.reread:
        return Step(before, occupies=True, look=child)
    if intent.spec.cancel:
        kept = _partial(planned, before, child, intent)
        return Step(terminal(kept, "Cancelled", intent, Trouble(Reason.CANCELLED, "spec.cancel is set")))
    if intent.expired:
        return Step(terminal(_partial(planned, before, child, intent), "Failed", intent, expired(intent)))
    if child.stopping and (intent.spec.suspend or before.phase == "Suspended"):
        if intent.spec.suspend:
            # deleted only when status says Suspended: until then its absence would read as lost
            recorded = before.phase == "Suspended"
            return Step(changed(before, phase="Suspended"), delete=child if recorded else None)
        return Step(fresh(before, child.attempt + 1), start=True)
    return _failed(planned, before, trouble.of_end(child), child.partial, intent)


def _ending(before: BenchmarkStatus, child: Child, intent: Intent) -> Step:
    phase = "Suspended" if intent.spec.suspend and not (intent.spec.cancel or intent.expired) else before.phase
    if child.pods or child.active:
        return Step(changed(before, phase=phase), occupies=True, stop=None if child.stopping else child)
    if phase == "Suspended":
        return Step(changed(before, phase=phase), delete=child)
    if intent.spec.cancel:
        cancelled = terminal(before, "Cancelled", intent, Trouble(Reason.CANCELLED, "spec.cancel is set"))
        return Step(cancelled, delete=child)
    return Step(terminal(before, "Failed", intent, expired(intent)), delete=child)


def _alive(before: BenchmarkStatus, child: Child, intent: Intent) -> Step:
    if child.stopping:
        return Step(before, occupies=True)
    if before.phase == "Suspended":
        before = changed(before, phase="Pending")
    if child.suspended:
        return _waiting(changed(before, phase="Queued"), child, intent)
    held_up = trouble.of_waiting(child)
    # once running it stays so, also while a disrupted pod is replaced, unless the new pod cannot start
    if (child.started or before.phase == "Running") and held_up is None:
        return Step(_running(before, child, intent), occupies=True)
    return _waiting(changed(before, phase="Pending"), child, intent)


def _running(before: BenchmarkStatus, child: Child, intent: Intent) -> BenchmarkStatus:
    progress, percent = child.progress, before.percent
    if progress is not None and progress.total:
        percent = max(0, min(99, 100 * progress.done // progress.total))
    counts = {"samples": progress.total, "errors": progress.errors} if progress else {}
    start = before.start_time or intent.now
    fresh = {"reason": None, "message": None, "waiting_since": None}
    return changed(before, phase="Running", start_time=start, percent=percent, **fresh, **counts)


def _waiting(before: BenchmarkStatus, child: Child, intent: Intent) -> Step:
    found = trouble.of_waiting(child)
    if found is not None:
        before = changed(before, reason=str(found.reason), message=found.message)
    since = child.created
    if before.start_time is not None:  # it has run, and waits again: its patience starts anew
        since = before.waiting_since or intent.now
        before = changed(before, waiting_since=since)
    deadline = pending_until(intent.spec, since)
    if intent.now >= deadline:
        why = f": {before.reason}: {before.message}" if before.reason else ""
        expired = Trouble(
            Reason.PENDING_DEADLINE_EXCEEDED, f"not running after {intent.spec.pending_deadline_seconds} s{why}"
        )
        return Step(terminal(before, "Failed", intent, expired), delete=child)
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
        following = fresh(before, before.attempt + 1, retries=before.retries + 1, reason=str(failure.reason))
        return Step(changed(following, message=note), start=True)
    if more and intent.spec.suspend and not intent.spec.cancel and not intent.expired:
        return Step(fresh(before, before.attempt + 1, retries=before.retries + 1, phase="Suspended"))
    if last is not None:
        before = changed(before, **outcome.of(planned, last, intent.spec.confidence).fields, partial=True)
    return Step(terminal(before, "Failed", intent, failure))


def _partial(planned: PlannedBenchmark, before: BenchmarkStatus, child: Child, intent: Intent) -> BenchmarkStatus:
    """The benchmark with what its adapter had when it was told to end."""
    if child.partial is None or child.pods_wanted > 1:
        return before
    return changed(before, **outcome.of(planned, child.partial, intent.spec.confidence).fields, partial=True)
