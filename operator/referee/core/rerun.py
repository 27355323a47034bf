"""Another attempt of a finished job: a new token in spec.rerun asks for it.

The earlier attempt is kept as a record with its verdict, so that running until it is green stays visible.
"""

from datetime import datetime

from referee.api.conditions import ConditionType
from referee.api.evaluationjob import EvaluationJobSpec
from referee.api.runplan import RunPlan
from referee.api.status import MAX_ATTEMPTS_KEPT, AttemptRecord, BenchmarkStatus, EvaluationJobStatus


def asked(spec: EvaluationJobSpec, status: EvaluationJobStatus) -> bool:
    """Whether a finished job is to run again. A cancelled one is not: cancel is one way."""
    return (
        status.completion_time is not None
        and not spec.cancel
        and spec.rerun is not None
        and spec.rerun.token != status.observed_rerun
    )


def needed(spec: EvaluationJobSpec, status: EvaluationJobStatus) -> bool:
    """Whether another attempt would run anything: with scope Failed only what did not execute."""
    whole = spec.rerun is None or spec.rerun.scope == "All" or status.plan is None
    return whole or any(b.phase != "Completed" for b in status.benchmarks)


def record(status: EvaluationJobStatus) -> list[AttemptRecord]:
    """The attempts so far, the one in `status` last; the oldest are dropped."""
    finished = next((c for c in status.conditions if c.type == ConditionType.FINISHED), None)
    entry = AttemptRecord(
        attempt=status.attempt,
        start_time=status.start_time,
        completion_time=status.completion_time,
        phase=status.phase or "Failed",
        score=status.score,
        verdict=status.verdict.result if status.verdict else "Unknown",
        reason=finished.reason if finished else "",
        plan_digest=status.provenance.plan_digest if status.provenance else "",
        first_child_attempt=journal_first(status),
        # of all runs and not only of this one: records are dropped, and a run may end before its first child
        highest_child_attempt=max(first_attempt(status) - 1, *(b.attempt for b in status.benchmarks), 0),
    )
    return [*status.attempts, entry][-MAX_ATTEMPTS_KEPT:]


def begin(spec: EvaluationJobSpec, status: EvaluationJobStatus, now: datetime) -> EvaluationJobStatus:
    """The status at the start of the next attempt.

    With scope All nothing of the old plan remains, and the job is resolved anew. With scope Failed the plan
    stays and only what did not execute starts again; what did keeps its numbers.
    """
    token = spec.rerun.token if spec.rerun else ""
    fresh = EvaluationJobStatus(
        observed_generation=status.observed_generation,
        observed_rerun=token,
        attempt=status.attempt + 1,
        attempts=record(status),
        start_time=now,
        conditions=status.conditions,
    )
    if spec.rerun is None or spec.rerun.scope == "All" or status.plan is None:
        return fresh
    plan = RunPlan.model_validate(status.plan)
    again = {b.index for b in status.benchmarks if b.phase != "Completed"}
    first = first_attempt(fresh)
    planned = [p.model_copy(update={"first_attempt": first}) if p.index in again else p for p in plan.benchmarks]
    return fresh.model_copy(
        update={
            "plan": plan.model_copy(update={"benchmarks": planned}).wire(),
            "benchmarks": [
                BenchmarkStatus(index=b.index, id=b.id, provider=b.provider) if b.index in again else b
                for b in status.benchmarks
            ],
            "provenance": status.provenance,
        }
    )


def first_attempt(status: EvaluationJobStatus) -> int:
    """The number of this run's first child: above every one that an earlier run used."""
    return max((record.highest_child_attempt for record in status.attempts), default=0) + 1


def journal_first(status: EvaluationJobStatus) -> int:
    """The first child whose records this run goes on with; 0 before it has a plan."""
    if status.plan is None:
        return 0
    return min((b.journal_first for b in RunPlan.model_validate(status.plan).benchmarks), default=0)
