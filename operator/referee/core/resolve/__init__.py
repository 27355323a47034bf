"""From a job and the catalogue to a plan: every id looked up, every parameter checked, every default filled in.

Whatever does not resolve is a refusal with a reason and the culprit's name, at once; nothing is created for a
job that could only fail later.
"""

import hashlib
import json

from referee.api.benchmark import BenchmarkRef
from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Adapter
from referee.api.runplan import EVALUATION, EVALUATORS_PROVIDER, RunPlan
from referee.core.refusal import Refusal, Refused
from referee.core.resolve.baseline import find_baseline
from referee.core.resolve.benchmarks import check_measure, installed, plan_benchmarks
from referee.core.resolve.catalogue import Allowed, Catalogue
from referee.core.resolve.evaluation import Keys, as_benchmark, check_combined, measured_of, plan_evaluation
from referee.core.result import canonical

__all__ = ["Allowed", "Catalogue", "resolve"]

MAX_PLAN_BYTES = 48 * 1024
ALLOWED = Allowed()
"""Nothing beyond what every job may."""


def resolve(job: EvaluationJob, catalogue: Catalogue, allowed: Allowed = ALLOWED) -> RunPlan | Refusal:
    """The plan of a job, or why there is none.

    Args:
        job: the job.
        catalogue: where what it refers to is found.
        allowed: what the settings let it do.
    """
    try:
        _check_account(job, allowed.service_accounts)
        _check_exports(job, mlflow=allowed.mlflow)
        plan = (
            _evaluation(job, catalogue, allowed)
            if job.spec.evaluation
            else plan_benchmarks(job, catalogue, in_pods=allowed.in_pods)
        )
        plan = plan.model_copy(update={"baseline": find_baseline(job, plan, catalogue)})
        _check_whole(job, plan)
    except Refused as refused:
        return refused.refusal
    return plan.model_copy(update={"digest": _digest(job, plan)})


def _check_account(job: EvaluationJob, allowed: frozenset[str]) -> None:
    asked = job.spec.pod.service_account_name
    if asked is not None and asked not in allowed:
        raise Refused(
            Reason.SERVICE_ACCOUNT_NOT_ALLOWED,
            f"spec.pod.serviceAccountName {asked!r} is not allowed by the operator: leave it out, or allow it",
        )


def _check_exports(job: EvaluationJob, *, mlflow: bool) -> None:
    if job.spec.exports.mlflow is not None and not mlflow:
        raise Refused(
            Reason.MLFLOW_NOT_CONFIGURED,
            "spec.exports.mlflow: the operator knows no MLflow: leave it out, or set REFEREE_MLFLOW_TRACKING_URI",
        )


def _evaluation(job: EvaluationJob, catalogue: Catalogue, allowed: Allowed) -> RunPlan:
    """The one benchmark that an `evaluation:` block is."""
    ref = BenchmarkRef(id=EVALUATION, provider=EVALUATORS_PROVIDER)
    provider = installed(ref, catalogue, in_pods=allowed.in_pods)
    adapter = provider.spec.adapter or Adapter()
    planned = plan_evaluation(job, catalogue, Keys(provider=adapter.allow_code, operator=allowed.code))
    return RunPlan(
        adapters={provider.id: adapter},
        benchmarks=[as_benchmark(job, planned)],
        evaluation=planned,
        pass_criteria=job.spec.pass_criteria,
    )


def _check_whole(job: EvaluationJob, plan: RunPlan) -> None:
    if plan.evaluation is None:
        check_measure("spec", plan.pass_criteria)
    else:
        check_combined(plan.pass_criteria)
    weighted = [b for b in plan.benchmarks if b.weight > 0]
    for benchmark in weighted if len(weighted) > 1 or plan.pass_criteria else ():
        if benchmark.primary_score is not None and benchmark.primary_score.range is None:
            raise Refused(
                Reason.RANGE_REQUIRED,
                f"benchmark {benchmark.provider}/{benchmark.id}: {benchmark.primary_score.metric!r} has no range"
                " and cannot be weighed against others; set primaryScore.range, or weight: 0",
            )
    own = plan.evaluation.evaluators if plan.evaluation else []
    gated = (
        plan.pass_criteria is not None
        or plan.baseline is not None
        or any(b.pass_criteria and b.required and b.weight > 0 for b in plan.benchmarks)
        or any(e.pass_criteria and e.required for e in own)
    )
    if job.spec.enforce_gate and not gated:
        raise Refused(
            Reason.NO_CRITERIA_TO_ENFORCE,
            "spec.enforceGate is set but neither the job nor a required benchmark or evaluator has passCriteria:"
            " add one",
        )
    size = len(json.dumps(plan.wire()))
    if size > MAX_PLAN_BYTES:
        raise Refused(
            Reason.PLAN_TOO_LARGE,
            f"the resolved plan has {size} bytes, {MAX_PLAN_BYTES} fit: split the job, or shorten its parameters",
        )


def _digest(job: EvaluationJob, plan: RunPlan) -> str:
    """Of what decides the numbers: model, benchmarks, adapters; not of criteria, weights or placement."""
    model = job.spec.model.wire() if job.spec.model else {}
    for incidental in ("auth", "timeoutSeconds", "headers", "pricing"):
        model.pop(incidental, None)
    measured = [
        b.model_dump(
            mode="json",
            include={"id", "provider", "task", "parameters", "num_examples", "sampling", "test_data"},
        )
        for b in plan.benchmarks
    ]
    evaluation = measured_of(job, plan.evaluation) if plan.evaluation else {}
    images = {id_: [a.image, *a.command, *a.args] for id_, a in sorted(plan.adapters.items())}
    text = canonical({"model": model, "benchmarks": measured, "images": images, **evaluation})
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
