"""job.json: what an adapter is told. One document for a pod and for a process.

Its top level is the contract of the published eval-hub-sdk; what that lacks stands under `referee`, where that
SDK ignores it. No secret is ever in it: credentials are files.
"""

from dataclasses import dataclass
from typing import Any

from referee.api.evaluationjob import EvaluationJob, Execution
from referee.api.runplan import PlannedBenchmark, RunPlan


@dataclass(frozen=True, slots=True)
class Host:
    """Where the adapter runs, as far as its job spec must know."""

    callback_url: str
    secret_ref: str | None = None
    """What stands for the model's Secret: its name in a pod, a file: address on a laptop."""
    model_url: str | None = None
    """Replaces spec.model.url where that can be reached only from a cluster."""


def job_spec(job: EvaluationJob, plan: RunPlan, planned: PlannedBenchmark, attempt: int, host: Host) -> dict[str, Any]:
    """The document for one attempt at one benchmark."""
    model = job.spec.model
    document: dict[str, Any] = {
        "id": job.metadata.name,
        "provider_id": planned.provider,
        "benchmark_id": planned.id,
        "benchmark_index": planned.index,
        "model": {"url": host.model_url or model.url, "name": model.name},
        "parameters": planned.parameters,
        "callback_url": host.callback_url,
        "tags": [],
        "referee": {
            "namespace": job.metadata.namespace,
            "attempt": attempt,
            "confidence": job.spec.confidence,
            "model": {
                "api": model.api,
                "headers": model.headers,
                "timeoutSeconds": model.timeout_seconds,
                "parameters": model.parameters,
            },
            "execution": _execution(job.spec.execution, len(plan.benchmarks)),
            "metrics": [metric.wire() for metric in planned.metrics],
        },
    }
    if host.secret_ref is not None:
        document["model"]["auth"] = {"secret_ref": host.secret_ref}
    if planned.num_examples is not None:
        document["num_examples"] = planned.num_examples
    if planned.primary_score is not None:
        document["primary_score"] = {
            "metric": planned.primary_score.metric,
            "lower_is_better": bool(planned.primary_score.lower_is_better),
        }
    if planned.task is not None:
        document["referee"]["task"] = planned.task
    if planned.sampling is not None:
        document["referee"]["sampling"] = planned.sampling.wire()
    return document


def _execution(execution: Execution, benchmarks: int) -> dict[str, Any]:
    """How to call the model; a rate limit of the job is divided among the children that run at once."""
    rate = execution.rate_limit.requests_per_minute if execution.rate_limit else 0
    return {
        "batchSize": execution.batch_size,
        "requestsPerMinute": max(1, rate // min(execution.parallelism, benchmarks)) if rate else 0,
        "retry": execution.retry.wire(),
    }
