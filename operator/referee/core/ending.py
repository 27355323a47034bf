"""Phase, conditions, score and verdict of the whole job, from where its benchmarks stand.

"Could not run" and "the model failed" are kept apart: Complete and Failed speak of the execution, Passed speaks
of the model.
"""

from datetime import datetime

from referee.api.conditions import ConditionStatus, ConditionType, Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import RunPlan
from referee.api.status import BenchmarkStatus, EvaluationJobStatus, Phase, Verdict
from referee.core import baseline, gate
from referee.core.conditions import Claim, apply
from referee.core.measured import Measured
from referee.core.posted import Posted
from referee.core.refusal import Refusal
from referee.core.reported import Reported
from referee.core.result import Result
from referee.core.score import job_score

_T = ConditionType


def under_way(job: EvaluationJob, status: EvaluationJobStatus, come: Posted, now: datetime) -> EvaluationJobStatus:
    """The status of a job that is not over; `come` is what others have posted for it."""
    phase, reason, message = _present(job, status.benchmarks)
    queued = any(b.phase == "Queued" for b in status.benchmarks)
    awaited = [b for b in status.benchmarks if b.phase == "AwaitingResults"]
    claims = [
        Claim(_T.RECONCILING, "True", reason, message),
        Claim(_T.STALLED, "False", Reason.ACCEPTED),
        _suspended(job),
        Claim(_T.QUEUED, _flag(queued), Reason.QUEUED if queued else Reason.ADMITTED),
        *(_results_pending(awaited, come) if job.spec.evaluation else ()),
        Claim(_T.FINISHED, "False", Reason.NOT_FINISHED),
        Claim(_T.COMPLETE, "False", Reason.NOT_FINISHED),
        Claim(_T.FAILED, "False", Reason.NOT_FINISHED),
        Claim(_T.PASSED, "Unknown", Reason.NOT_FINISHED),
    ]
    return _with(job, status, phase, claims, now)


def _present(job: EvaluationJob, benchmarks: list[BenchmarkStatus]) -> tuple[Phase, Reason, str]:
    if job.spec.cancel:
        return "Cancelling", Reason.CANCELLING, "running children are ending"
    if job.spec.suspend:
        return "Suspended", Reason.SUSPENDED, "spec.suspend is set"
    phases = {b.phase for b in benchmarks}
    if "Running" in phases:
        return "Running", Reason.RUNNING, ""
    if "AwaitingResults" in phases:
        return "AwaitingResults", Reason.AWAITING_RESULTS, "outputs or scores are still to be posted"
    return _waiting(benchmarks)


def _waiting(benchmarks: list[BenchmarkStatus]) -> tuple[Phase, Reason, str]:
    """Of a job of which nothing runs: what holds it up."""
    troubled = next((b for b in benchmarks if b.reason and b.phase == "Pending"), None)
    if troubled is not None:
        said = f"{troubled.provider}/{troubled.id}: {troubled.message or troubled.reason}"
        return _before_running(benchmarks), Reason.named(troubled.reason or "") or Reason.WAITING, said
    if any(b.phase == "Queued" for b in benchmarks):
        return "Queued", Reason.QUEUED, "the queue has not admitted the children yet"
    return _before_running(benchmarks), Reason.WAITING, ""


def _before_running(benchmarks: list[BenchmarkStatus]) -> Phase:
    """Between two benchmarks nothing runs for a moment; the job is then no less under way."""
    return "Running" if any(b.completion_time or b.start_time for b in benchmarks) else "Pending"


def finished(
    job: EvaluationJob, plan: RunPlan, status: EvaluationJobStatus, report: Result | None, now: datetime
) -> EvaluationJobStatus:
    """The status of a job whose last benchmark has just ended; `report` is the result of its evaluation."""
    spec = job.spec
    by_index = {b.index: b for b in status.benchmarks}
    measured = [Measured.of(planned, by_index[planned.index]) for planned in plan.benchmarks]
    score = job_score(measured, spec.confidence)
    rules = gate.Rules(spec.confidence, spec.execution.max_error_rate, plan.pass_criteria)
    evaluated = None
    if plan.evaluation is not None:
        evaluated = gate.Evaluated(plan.evaluation.evaluators, report.reported if report else Reported())
    verdict = gate.decide(measured, rules, evaluated, plan.baseline)
    same = sum(a.plan_digest == plan.digest for a in status.attempts)
    verdict = verdict.model_copy(update={"attempts_on_same_plan": same + 1})
    phase, reason = _outcome(job, status.benchmarks)
    scored: dict[str, object] = {
        "score": score.value,
        "score_stderr": score.stderr,
        "score_ci_low": score.interval.low if score.interval else None,
        "score_ci_high": score.interval.high if score.interval else None,
        "verdict": verdict,
    }
    if plan.baseline is not None and evaluated is None:
        scored["comparison"] = baseline.comparison(measured, plan.baseline, rules)
    failed = [b for b in status.benchmarks if b.phase == "Failed"]
    message = "; ".join(f"{b.provider}/{b.id}: {b.reason}: {b.message}" for b in failed[:3])
    return _over(job, status.model_copy(update=scored), phase, reason, message, now)


def _outcome(job: EvaluationJob, benchmarks: list[BenchmarkStatus]) -> tuple[Phase, Reason]:
    phases = {b.phase for b in benchmarks}
    if phases == {"Completed"}:
        return "Completed", Reason.COMPLETED
    if job.spec.cancel and "Cancelled" in phases:
        return "Cancelled", Reason.CANCELLED
    expired = any(b.reason == Reason.DEADLINE_EXCEEDED for b in benchmarks)
    if "Completed" in phases:
        return "PartiallyFailed", Reason.DEADLINE_EXCEEDED if expired else Reason.PARTIALLY_FAILED
    return "Failed", Reason.DEADLINE_EXCEEDED if expired else Reason.BENCHMARKS_FAILED


def stalled(job: EvaluationJob, status: EvaluationJobStatus, refusal: Refusal, now: datetime) -> EvaluationJobStatus:
    """The status of a job that cannot be planned yet."""
    claims = [
        Claim(_T.RECONCILING, "False", refusal.reason),
        Claim(_T.STALLED, "True", refusal.reason, refusal.message),
        _suspended(job),
        Claim(_T.FINISHED, "False", Reason.NOT_FINISHED),
        Claim(_T.COMPLETE, "False", Reason.NOT_FINISHED),
        Claim(_T.FAILED, "False", Reason.NOT_FINISHED),
        Claim(_T.PASSED, "Unknown", Reason.NOT_FINISHED),
    ]
    return _with(job, status, "Pending", claims, now)


def unplanned(job: EvaluationJob, status: EvaluationJobStatus, refusal: Refusal, now: datetime) -> EvaluationJobStatus:
    """The status of a job that was given up, or cancelled, before it could be planned."""
    verdict = Verdict(result="Unknown", reason=Reason.NOT_EXECUTED.value)
    status = status.model_copy(update={"verdict": verdict})
    if job.spec.cancel:
        return _over(job, status, "Cancelled", Reason.CANCELLED, "", now)
    return _over(job, status, "Failed", refusal.reason, refusal.message, now)


def _over(
    job: EvaluationJob, status: EvaluationJobStatus, phase: Phase, reason: Reason, message: str, now: datetime
) -> EvaluationJobStatus:
    """Every way a job can end comes through here."""
    verdict = status.verdict or Verdict(result="Unknown", reason=Reason.NOT_EXECUTED.value)
    complete = phase == "Completed"
    verdict_reason = Reason.named(verdict.reason) or Reason.GATE_UNDECIDED
    gate_closed = job.spec.enforce_gate and verdict.result != "Pass"
    stalled_by = None
    if phase in ("Failed", "PartiallyFailed"):
        stalled_by = reason
    elif gate_closed:
        stalled_by = verdict_reason
    passed: ConditionStatus = {"Pass": "True", "Fail": "False"}.get(verdict.result, "Unknown")  # type: ignore[assignment]
    claims = [
        Claim(_T.RECONCILING, "False", reason),
        Claim(_T.STALLED, _flag(stalled_by is not None), stalled_by or reason, message if stalled_by else ""),
        Claim(_T.SUSPENDED, "False", Reason.RESUMED),
        *(_results_pending([], Posted()) if job.spec.evaluation else ()),
        Claim(_T.FINISHED, "True", reason, message),
        Claim(_T.COMPLETE, _flag(complete), reason),
        Claim(_T.FAILED, _flag(not complete), reason, "" if complete else message),
        Claim(_T.PASSED, passed, verdict_reason, _why(verdict)),
    ]
    return _with(job, status.model_copy(update={"completion_time": now, "verdict": verdict}), phase, claims, now)


def _why(verdict: Verdict) -> str:
    """The gates that decided, in words."""
    deciding = [g for g in verdict.gates if g.required and g.result == verdict.result][:3]
    return "; ".join(
        f"{g.subject}: {g.reason}" + (f" ({g.value:.4g} against {g.threshold:g})" if g.value is not None else "")
        for g in deciding
    )


def _results_pending(awaited: list[BenchmarkStatus], come: Posted) -> list[Claim]:
    if not awaited:
        return [Claim(_T.RESULTS_PENDING, "False", Reason.RESULTS_COMPLETE)]
    known = [b.pending for b in awaited if b.pending is not None]
    missing = f"{sum(known)} scores are missing; " if known else ""
    said = f"{missing}{come.outputs} outputs and {come.scores} scores were posted"
    return [Claim(_T.RESULTS_PENDING, "True", Reason.AWAITING_RESULTS, said)]


def _suspended(job: EvaluationJob) -> Claim:
    suspended = job.spec.suspend and not job.spec.cancel
    if not suspended:
        return Claim(_T.SUSPENDED, "False", Reason.RESUMED)
    return Claim(_T.SUSPENDED, "True", Reason.SUSPENDED, "spec.suspend is set; nothing runs until it is unset")


def _flag(value: bool) -> ConditionStatus:  # noqa: FBT001 - a condition's status is what this turns it into
    return "True" if value else "False"


def _with(
    job: EvaluationJob, status: EvaluationJobStatus, phase: Phase, claims: list[Claim], now: datetime
) -> EvaluationJobStatus:
    conditions = apply(status.conditions, claims, job.metadata.generation, now)
    return status.model_copy(update={"phase": phase, "conditions": conditions})
