"""The baseline: found among the namespace's jobs when the plan is made, and frozen with its figures.

The latest that passed is the latest that can be compared: an evaluation with an evaluation, benchmarks with benchmarks,
and at least one score under the same name. Another one would make every gate of the comparison Unknown, while the run
that was meant stands right behind it.
"""

from referee.api.baseline import Baseline, LatestPassed
from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import FrozenBaseline, FrozenMetric, RunPlan
from referee.core.refusal import Refused
from referee.core.resolve.catalogue import Catalogue
from referee.core.resolve.runs import frozen_run


def find_baseline(job: EvaluationJob, plan: RunPlan, catalogue: Catalogue) -> FrozenBaseline | None:
    """The run that this one is compared with; None where it asks for none.

    Raises:
        Refused: there is none, it is not over, or it is of another group.
    """
    asked = job.spec.baseline
    if asked is None:
        return None
    other = _latest_passed(job, plan, asked.latest_passed, catalogue) if asked.latest_passed else None
    if other is None:
        other = _named(job, asked, catalogue)
    status, where = other.status, f"spec.baseline.jobRef {other.metadata.name!r}"
    if asked.attempt not in (None, status.attempt):
        raise Refused(
            Reason.BASELINE_NOT_FOUND,
            f"spec.baseline.attempt {asked.attempt}: of {other.metadata.name!r} only its last attempt,"
            f" {status.attempt}, can be compared: leave attempt out",
        )
    return FrozenBaseline(
        **frozen_run(other, None, Reason.BASELINE_NOT_FOUND, where).model_dump(),
        test=asked.test,
        max_regression=asked.max_regression,
        min_matched=asked.min_matched,
        score=status.score,
        metrics=_figures(other, plan),
    )


def _named(job: EvaluationJob, asked: Baseline, catalogue: Catalogue) -> EvaluationJob:
    name = asked.job_ref or ""
    other = catalogue.evaluation_job(name)
    where = f"spec.baseline.jobRef {name!r}"
    if other is None or other.metadata.uid == job.metadata.uid:
        raise Refused(Reason.BASELINE_NOT_FOUND, f"{where}: no such other EvaluationJob in this namespace")
    if other.spec.group != job.spec.group:
        raise Refused(
            Reason.NOT_COMPARABLE,
            f"{where}: it is of group {other.spec.group!r}, this job of {job.spec.group!r}, and only runs of one group"
            " are compared: name another, or put both into one group",
        )
    if other.status.completion_time is None or other.status.phase != "Completed":
        raise Refused(
            Reason.BASELINE_NOT_FOUND,
            f"{where}: its phase is {other.status.phase or 'Pending'}: wait until it is Completed, or name another",
        )
    return other


def _latest_passed(job: EvaluationJob, plan: RunPlan, asked: LatestPassed, catalogue: Catalogue) -> EvaluationJob:
    group = asked.group or job.spec.group
    if group != job.spec.group:
        raise Refused(
            Reason.NOT_COMPARABLE,
            f"spec.baseline.latestPassed.group {group!r}: this job is of {job.spec.group!r}, and only runs of one group"
            " are compared: leave it out",
        )
    tags, names = set(asked.tags), _names(plan)
    for other in catalogue.passed_jobs(group):
        if other.metadata.uid != job.metadata.uid and tags <= set(other.spec.tags) and names & _scored(other):
            return other
    tagged = f" with tags {', '.join(asked.tags)}" if asked.tags else ""
    raise Refused(
        Reason.BASELINE_NOT_FOUND,
        f"spec.baseline.latestPassed: no run of group {group!r}{tagged} has passed yet that has an evaluator or a"
        f" benchmark in common with this one ({', '.join(sorted(name for _, name in names))}): name one with jobRef",
    )


def _names(plan: RunPlan) -> set[tuple[str, str]]:
    """What a run scores: of which kind, and by which name."""
    if plan.evaluation is not None:
        return {("evaluator", evaluator.name) for evaluator in plan.evaluation.evaluators}
    return {("benchmark", f"{planned.provider}/{planned.id}") for planned in plan.benchmarks}


def _scored(other: EvaluationJob) -> set[tuple[str, str]]:
    """The same of a run that is over; one of several outputs goes by its evaluator's name."""
    if other.spec.evaluation is not None:
        return {("evaluator", found.name.partition(".")[0]) for found in other.status.evaluators}
    return {("benchmark", f"{found.provider}/{found.id}") for found in other.status.benchmarks}


def _figures(other: EvaluationJob, plan: RunPlan) -> list[FrozenMetric]:
    """What it scored, by the names that this run's own scores have."""
    if plan.evaluation is not None:
        return [
            FrozenMetric(name=e.name, value=e.value, stderr=e.stderr, n=e.n, digest=e.digest or "")
            for e in other.status.evaluators
            if e.value is not None
        ]
    return [
        FrozenMetric(
            name=f"{b.provider}/{b.id}",
            value=b.primary.value,
            stderr=b.primary.stderr,
            n=b.primary.n,
            boolean=str(b.primary.method).startswith("Wilson"),
        )
        for b in other.status.benchmarks
        if b.primary is not None
    ]
