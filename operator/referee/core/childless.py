"""A benchmark that has no child: one is wanted, or it waits for what others post, or the job ends first."""

from referee.api.conditions import Reason
from referee.api.runplan import PlannedBenchmark
from referee.api.status import BenchmarkStatus
from referee.core.awaiting import for_outputs, for_scores
from referee.core.children import Trouble
from referee.core.step import Intent, Step, changed, expired, fresh, terminal


def without_child(planned: PlannedBenchmark, before: BenchmarkStatus, intent: Intent) -> Step:
    """One look at a benchmark that has no child, or whose child is gone."""
    if (over := _given_up(before, intent)) is not None:
        return over
    if before.start_time is not None and before.phase != "Suspended":
        lost = Trouble(
            Reason.CHILD_LOST, f"Job {before.job_name} ran and is gone without a result; run it again with spec.rerun"
        )
        return Step(terminal(before, "Failed", intent, lost))
    if intent.spec.suspend:
        return Step(changed(before, phase="Suspended"))
    attempt = max(before.attempt, planned.first_attempt)
    before = changed(before, attempt=attempt)
    if before.phase == "Suspended":
        before = fresh(before, attempt + 1 if before.job_name else attempt)
    if before.stage is None and _outputs_are_posted(intent):
        waiting = changed(before, phase="AwaitingResults", awaiting_since=intent.now)
        return awaiting(waiting, intent)
    return Step(changed(before, phase="Pending", stage=_stage(before, intent)), start=True)


def _given_up(before: BenchmarkStatus, intent: Intent) -> Step | None:
    """The end of a benchmark of which nothing runs, where the job is to end."""
    if intent.spec.cancel:
        return Step(terminal(before, "Cancelled", intent, Trouble(Reason.CANCELLED, "spec.cancel is set")))
    return Step(terminal(before, "Failed", intent, expired(intent))) if intent.expired else None


def _stage(before: BenchmarkStatus, intent: Intent) -> str | None:
    """Which part of an evaluation's work the next attempt is; other benchmarks have no parts."""
    if before.stage is not None or intent.plan.evaluation is None:
        return before.stage
    return "Shards" if intent.spec.execution.shards > 1 else "Whole"


def _outputs_are_posted(intent: Intent) -> bool:
    return intent.spec.evaluation is not None and intent.spec.evaluation.generation == "External"


def awaiting(before: BenchmarkStatus, intent: Intent) -> Step:
    """One look at a benchmark of which nothing runs, since what is missing comes from elsewhere."""
    if (over := _given_up(before, intent)) is not None:
        return over
    first, come = before.stage is None, intent.posted
    wait = (for_outputs if first else for_scores)(intent.spec, before, come, intent.now)
    if not wait.over:
        missing = before.pending if come.pending is None else come.pending
        said = f"{'outputs' if first else 'scores'} are still to be posted"
        told = {"pending": missing, "reason": str(Reason.AWAITING_RESULTS), "message": said}
        return Step(changed(before, **told), wake=wait.until)
    if intent.spec.suspend:
        return Step(before)
    attempt = before.attempt + 1 if before.job_name else before.attempt
    stage = "Closing" if wait.closing else _stage(before, intent)
    return Step(fresh(before, attempt, stage=stage), start=True)
