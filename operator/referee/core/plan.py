"""The loop's one decision: a job, its children and the time, to the status and the actions wanted now.

Called on every change and on every deadline. It is level-triggered: it rests on what is there, never on having
seen something happen, so it may be called twice, late, or by another replica that knows nothing of the first.
What it wants is carried out in this order: status where a later step rests on it, children, the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.api.status import TERMINAL, BenchmarkStatus, EvaluationJobStatus, Provenance
from referee.core import deadline, ending, evaluated, limits, rerun, retention
from referee.core.benchmark import follow, late
from referee.core.children import Child, child_name
from referee.core.conditions import refreshed
from referee.core.jobspec import Turn
from referee.core.posted import posted
from referee.core.progress import progress
from referee.core.refusal import Refusal
from referee.core.step import Intent, Step

Resolve = Callable[[], RunPlan | Refusal]


@dataclass(frozen=True, slots=True)
class Start:
    """A child that is to be created."""

    planned: PlannedBenchmark
    turn: Turn

    @property
    def attempt(self) -> int:
        """Its number."""
        return self.turn.attempt


@dataclass(frozen=True, slots=True)
class Decision:
    """What is wanted now."""

    status: EvaluationJobStatus
    plan: RunPlan | None = None
    start: tuple[Start, ...] = ()
    stop: tuple[Child, ...] = ()
    delete: tuple[Child, ...] = ()
    look: tuple[Child, ...] = ()
    delete_job: bool = False
    wake: datetime | None = None


def decide(
    job: EvaluationJob, children: Sequence[Child], resolve: Resolve, now: datetime, version: str = ""
) -> Decision:
    """One look at a job.

    Args:
        job: spec, and the status as it stands in the API server.
        children: every child of it that exists.
        resolve: gives the plan; called only where none is frozen yet.
        now: the time, whole seconds.
        version: the operator's, for provenance.
    """
    status = job.status
    if status.completion_time is not None:
        if not rerun.asked(job.spec, status):
            return _finished(job, status, children, now)
        if not rerun.needed(job.spec, status):
            token = job.spec.rerun.token if job.spec.rerun else ""
            return _finished(job, status.model_copy(update={"observed_rerun": token}), children, now)
        status = rerun.begin(job.spec, status, now)
    if status.attempt == 0:
        token = job.spec.rerun.token if job.spec.rerun else ""
        status = status.model_copy(update={"attempt": 1, "start_time": now, "observed_rerun": token})
    status = status.model_copy(update={"observed_generation": job.metadata.generation})
    if status.plan is None:
        resolved = resolve()
        if isinstance(resolved, Refusal):
            return _refused(job, status, resolved, now)
        status = _accepted(status, resolved, version)
    return _running(job, status, RunPlan.model_validate(status.plan), children, now)


def _accepted(status: EvaluationJobStatus, plan: RunPlan, version: str) -> EvaluationJobStatus:
    first = rerun.first_attempt(status)
    plan = plan.model_copy(
        update={
            "benchmarks": [
                b.model_copy(update={"first_attempt": first, "journal_first": first}) for b in plan.benchmarks
            ]
        }
    )
    return status.model_copy(
        update={
            "plan": plan.wire(),
            "benchmarks": [BenchmarkStatus(index=b.index, id=b.id, provider=b.provider) for b in plan.benchmarks],
            "provenance": Provenance(
                plan_digest=plan.digest,
                images=sorted({adapter.image for adapter in plan.adapters.values() if adapter.image is not None}),
                operator_version=version,
            ),
        }
    )


def _refused(job: EvaluationJob, status: EvaluationJobStatus, refusal: Refusal, now: datetime) -> Decision:
    """A job that cannot be planned waits for what it lacks, but not for ever."""
    until = deadline.pending_until(job.spec, status.start_time or now)
    if job.spec.cancel or now >= until:
        return Decision(ending.unplanned(job, status, refusal, now))
    return Decision(ending.stalled(job, status, refusal, now), wake=until)


def _running(
    job: EvaluationJob, status: EvaluationJobStatus, plan: RunPlan, children: Sequence[Child], now: datetime
) -> Decision:
    spec = job.spec
    paused = (spec.suspend and not spec.cancel) or _only_awaits(status)
    status = deadline.stop_clock(status, now) if paused else deadline.start_clock(status, now)
    until = deadline.active_until(spec, status)
    come = posted(job.metadata.annotations, plan.benchmarks[0].journal_first)
    intent = Intent(spec, now, plan, come, expired=until is not None and now >= until)
    steps = [_step(planned, status, children, intent) for planned in plan.benchmarks]
    start = _admitted(plan, steps, spec.execution.parallelism)
    named = {
        s.planned.index: child_name(job.metadata.name, job.metadata.uid, s.planned.index, s.attempt) for s in start
    }
    benchmarks = [_named(step.status, named.get(step.status.index)) for step in steps]
    status = status.model_copy(update={"benchmarks": benchmarks, "progress": progress(benchmarks)})
    report = next((step.report for step in steps if step.report), None)
    if report is not None:
        status = evaluated.of(status, report)
    if all(b.phase in TERMINAL for b in benchmarks):
        status = ending.finished(job, plan, deadline.stop_clock(status, now), report, now)
    else:
        status = ending.under_way(job, status, come, now)
    wakes = [until, *(step.wake for step in steps)]
    older, older_wake = _superseded(job, children, now)
    return Decision(
        status=limits.bounded(status, job.status),
        plan=plan,
        start=start,
        stop=tuple(step.stop for step in steps if step.stop),
        delete=(*(step.delete for step in steps if step.delete), *older),
        look=tuple(step.look for step in steps if step.look),
        # a time that is past has had its effect on this look; waking for it again would never end
        wake=min((w for w in (*wakes, older_wake) if w is not None and w > now), default=None),
    )


def _only_awaits(status: EvaluationJobStatus) -> bool:
    """Nothing runs and nothing will before others have posted: that is not time of the run."""
    open_ = [b for b in status.benchmarks if b.phase not in TERMINAL]
    return bool(open_) and all(b.phase == "AwaitingResults" for b in open_)


def _step(planned: PlannedBenchmark, status: EvaluationJobStatus, children: Sequence[Child], intent: Intent) -> Step:
    before = next(b for b in status.benchmarks if b.index == planned.index)
    lowest = max(planned.first_attempt, before.attempt)
    mine = [c for c in children if c.index == planned.index]
    newest = max((c for c in mine if c.attempt >= lowest), key=lambda c: c.attempt, default=None)
    step = follow(planned, before, newest, intent)
    # an adapter that reported and hangs, or one of an earlier run: it may still be calling the model
    left = next((c for c in mine if c.attempt < max(lowest, step.status.attempt) and c.ended is None), None)
    if left is None:
        return step
    alive = bool(left.pods) or left.active
    stop = left if alive and not left.stopping else step.stop
    return replace(step, start=False, occupies=True, stop=stop, delete=step.delete if alive else left)


def _admitted(plan: RunPlan, steps: Sequence[Step], parallelism: int) -> tuple[Start, ...]:
    """As many of those that want to start as there is room for, in the plan's order."""
    room = max(0, parallelism - sum(step.occupies for step in steps))
    pairs = zip(plan.benchmarks, steps, strict=True)
    wanted = [Start(planned, Turn(s.status.attempt, s.status.stage)) for planned, s in pairs if s.start]
    return tuple(wanted[:room])


def _named(benchmark: BenchmarkStatus, child: str | None) -> BenchmarkStatus:
    """With the name of the child that is about to be created, so that its appearance is no news."""
    return benchmark if child is None else benchmark.model_copy(update={"job_name": child})


def _superseded(job: EvaluationJob, children: Sequence[Child], now: datetime) -> tuple[list[Child], datetime | None]:
    """Children whose time is over by what stands in the status that was read, and when the next one's is."""
    recorded = {b.index: b for b in job.status.benchmarks}
    due: list[Child] = []
    wake: datetime | None = None
    for child in children:
        benchmark = recorded.get(child.index)
        until = retention.child_until(job.spec, benchmark, child) if benchmark else None
        if until is None:
            continue
        if until <= now:
            due.append(child)
        elif wake is None or until < wake:
            wake = until
    return due, wake


def _finished(job: EvaluationJob, status: EvaluationJobStatus, children: Sequence[Child], now: datetime) -> Decision:
    """A job that is over: its record is refreshed, its children and it are kept as long as they should be."""
    generation = job.metadata.generation
    if status.observed_generation != generation:
        conditions = refreshed(status.conditions, generation)
        status = status.model_copy(update={"observed_generation": generation, "conditions": conditions})
    by_index = {c.index: c for c in sorted(children, key=lambda c: c.attempt)}
    marked = [late(b, by_index.get(b.index)) for b in status.benchmarks]
    status = status.model_copy(update={"benchmarks": marked})
    due, wake = _superseded(job, children, now)
    expiry = retention.job_until(job.spec, status)
    if expiry is not None and expiry <= now:
        return Decision(status, delete_job=True)
    return Decision(status, delete=tuple(due), wake=min((w for w in (wake, expiry) if w is not None), default=None))
