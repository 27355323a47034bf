"""The part of job.json that an `evaluation:` block becomes: what the built-in adapter is told and no other.

Whatever the job, its evaluators and its dataset leave open has been filled in when the plan was made, so the adapter
decides nothing that status does not show.
"""

from typing import Any

from referee.api import names
from referee.api.evaluation import Evaluation
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import PlannedData, PlannedEvaluator, RunPlan


def evaluation_spec(
    job: EvaluationJob, plan: RunPlan, stage: str | None, judges: str = names.EVALUATOR_SECRETS_DIR
) -> dict[str, Any]:
    """The document's `referee.evaluation`; empty for a job without one.

    Args:
        job: the job.
        plan: its frozen plan.
        stage: of the attempt, as in its status.
        judges: the directory that has one for each judge's credentials.
    """
    block, planned = job.spec.evaluation, plan.evaluation
    if block is None or planned is None:
        return {}
    optional = {
        "prompt": block.prompt.wire() if block.prompt else None,
        "clusterBy": block.cluster_by,
        "passCriteria": plan.pass_criteria.wire() if plan.pass_criteria else None,
        "baseline": _baseline(plan),
    }
    return {
        "dataset": _dataset(block, planned.data),
        "generation": block.generation,
        "evaluators": [
            _evaluator(e, f"{judges}/{number}", pods_of(job, stage)) for number, e in enumerate(planned.evaluators)
        ],
        "openEvaluators": block.open_evaluators,
        "slices": block.slices,
        "allowCode": planned.allow_code,
        "closing": job.spec.external_results.on_deadline if stage == "Closing" else "",
        **{name: value for name, value in optional.items() if value is not None},
    }


def pods_of(job: EvaluationJob, stage: str | None) -> int:
    """Over how many pods an attempt's samples are spread."""
    return job.spec.execution.shards if stage == "Shards" else 1


def judge_secrets(plan: RunPlan) -> list[tuple[int, str, str]]:
    """Place, evaluator's name and Secret of every judge that has credentials of its own."""
    found = []
    for number, evaluator in enumerate(plan.evaluation.evaluators if plan.evaluation else ()):
        model = evaluator.llm.model if evaluator.llm else None
        if model is not None and model.auth is not None:
            found.append((number, evaluator.name, model.auth.secret_ref.name))
    return found


def _dataset(block: Evaluation, data: PlannedData) -> dict[str, Any]:
    if data.posted is not None:
        return {"posted": {}}
    if data.outputs_of is not None:
        other = data.outputs_of
        return {"outputsOf": {"job": other.job, "jobUid": other.job_uid, "attempt": other.attempt}}
    if data.in_spec or data.inline is not None:
        return {"inline": block.dataset.inline if data.in_spec else data.inline, "mapping": data.file.mapping}
    file = data.file
    name = (data.config_map.key if data.config_map else None) or file.path
    path = f"{names.TEST_DATA_DIR}/{name}" if name else names.TEST_DATA_DIR
    return {"files": {"path": path, "mapping": file.mapping, **({"format": file.format} if file.format else {})}}


def _evaluator(planned: PlannedEvaluator, credentials: str, pods: int) -> dict[str, Any]:
    wire = planned.wire()
    if planned.llm is not None and planned.llm.rate_limit is not None:
        limits = {name: max(1, limit // pods) for name, limit in planned.llm.rate_limit.wire().items()}
        wire["llm"] = {**wire["llm"], "rateLimit": limits}
    model = planned.llm.model if planned.llm else None
    if model is not None and model.auth is not None:
        told = {key: value for key, value in model.wire().items() if key != "auth"}
        wire["llm"] = {**wire["llm"], "model": told, "credentials": credentials}
    return wire


def _baseline(plan: RunPlan) -> dict[str, Any] | None:
    found = plan.baseline
    if found is None:
        return None
    return {
        "job": found.job,
        "jobUid": found.job_uid,
        "attempt": found.attempt,
        "test": found.test,
        "maxRegression": found.max_regression,
        "minMatched": found.min_matched,
        "digests": {metric.name: metric.digest for metric in found.metrics if metric.digest},
    }
