"""job.json: what an adapter is told. One document for a pod and for a process.

Its top level is the contract of the published eval-hub-sdk, in the order in which its server writes it; what that
lacks stands under `referee`, where that SDK ignores it. No secret is ever in it: credentials are files.
"""

from dataclasses import dataclass
from typing import Any

from referee.api import names
from referee.api.endpoint import ModelEndpoint
from referee.api.evaluationjob import EvaluationJob
from referee.api.execution import Budget, Execution
from referee.api.exports import Exports
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.core.evaluationspec import evaluation_spec, pods_of

_NUM_EXAMPLES = "num_examples"


@dataclass(frozen=True, slots=True)
class Host:
    """Where the adapter runs, as far as its job spec must know."""

    callback_url: str
    secret_ref: str | None = None
    """What stands for the model's Secret: its name in a pod, a file: address on a laptop."""
    model_url: str | None = None
    """Replaces spec.model.url where that can be reached only from a cluster."""
    judges: str = names.EVALUATOR_SECRETS_DIR
    """The directory with the credentials of judges."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Which attempt at a benchmark it is, and what part of the work is its."""

    attempt: int
    stage: str | None = None
    """As in the benchmark's status; only evaluations have stages."""


def job_spec(job: EvaluationJob, plan: RunPlan, planned: PlannedBenchmark, turn: Turn, host: Host) -> dict[str, Any]:
    """The document for one attempt at one benchmark."""
    parameters, examples = _parameters(planned, plan.adapters[planned.provider].contract)
    return {
        "id": job.metadata.name,
        "provider_id": planned.provider,
        "benchmark_id": planned.id,
        "benchmark_index": planned.index,
        **_model(job, host),
        **({} if examples is None else {_NUM_EXAMPLES: examples}),
        "parameters": parameters,
        **_experiment(job.spec.exports),
        "callback_url": host.callback_url,
        **_registry(job.spec.exports),
        **_primary(planned),
        "referee": _own(job, plan, planned, turn, host),
    }


def _model(job: EvaluationJob, host: Host) -> dict[str, Any]:
    """The endpoint; nothing where outputs are there already."""
    model = job.spec.model
    if model is None:
        return {}
    auth = {"auth": {"secret_ref": host.secret_ref}} if host.secret_ref is not None else {}
    return {"model": {"url": host.model_url or model.url, "name": model.name, **auth}}


def _parameters(planned: PlannedBenchmark, contract: str) -> tuple[dict[str, Any], int | None]:
    """Parameters and the number of samples.

    The published SDK reads `num_examples` beside the parameters and knows no other way to ask for it, so one that was
    given among them moves there, as a whole number, and is dropped if it is none.
    """
    if contract != "evalhub-v1" or _NUM_EXAMPLES not in planned.parameters:
        return planned.parameters, planned.num_examples
    given = planned.parameters[_NUM_EXAMPLES]
    number = int(given) if isinstance(given, int | float) and not isinstance(given, bool) else None
    rest = {name: value for name, value in planned.parameters.items() if name != _NUM_EXAMPLES}
    return rest, number if planned.num_examples is None else planned.num_examples


def _experiment(exports: Exports) -> dict[str, Any]:
    if exports.mlflow is None:
        return {}
    tags = [{"key": tag.key, "value": tag.value} for tag in exports.mlflow.tags]
    return {"experiment_name": exports.mlflow.experiment_name, **({"tags": tags} if tags else {})}


def _registry(exports: Exports) -> dict[str, Any]:
    """Where to export to; never the name of the Secret, which is the agent's."""
    if exports.oci is None:
        return {}
    oci = exports.oci
    coordinates: dict[str, Any] = {"oci_host": oci.host, "oci_repository": oci.repository}
    coordinates |= {"oci_tag": oci.tag} if oci.tag is not None else {}
    coordinates |= {"annotations": oci.annotations} if oci.annotations else {}
    return {"exports": {"oci": {"coordinates": coordinates}}}


def _primary(planned: PlannedBenchmark) -> dict[str, Any]:
    if planned.primary_score is None:
        return {}
    lower = {"lower_is_better": True} if planned.primary_score.lower_is_better else {}
    return {"primary_score": {"metric": planned.primary_score.metric, **lower}}


def _own(job: EvaluationJob, plan: RunPlan, planned: PlannedBenchmark, turn: Turn, host: Host) -> dict[str, Any]:
    return {
        "namespace": job.metadata.namespace,
        "attempt": turn.attempt,
        "confidence": job.spec.confidence,
        "model": _own_model(job.spec.model),
        "execution": _execution(job.spec.execution, min(job.spec.execution.parallelism, len(plan.benchmarks))),
        "metrics": [metric.wire() for metric in planned.metrics],
        **({} if planned.task is None else {"task": planned.task}),
        **({} if planned.sampling is None else {"sampling": planned.sampling.wire()}),
        **(_evaluation(job, plan, turn, host) if plan.evaluation else {}),
    }


def _own_model(model: ModelEndpoint | None) -> dict[str, Any]:
    if model is None:
        return {}
    more = {"pricing": model.pricing, "http": model.http}
    return {
        "api": model.api,
        "headers": model.headers,
        "timeoutSeconds": model.timeout_seconds,
        "parameters": model.parameters,
        **{name: value.wire() for name, value in more.items() if value is not None},
    }


def _evaluation(job: EvaluationJob, plan: RunPlan, turn: Turn, host: Host) -> dict[str, Any]:
    execution, pods = job.spec.execution, pods_of(job, turn.stage)
    limit = execution.rate_limit
    told = {
        "tokensPerMinute": _share(limit.tokens_per_minute if limit else None, pods),
        "epochs": execution.epochs.wire(),
        "cache": execution.cache.wire(),
        "onError": execution.on_error.wire(),
        **({"budget": _budget(execution.budget, pods)} if execution.budget else {}),
        **({} if execution.max_error_rate is None else {"maxErrorRate": execution.max_error_rate}),
    }
    return {
        "planDigest": plan.digest,
        "shards": pods,
        "execution": _execution(execution, pods) | told,
        "evaluation": evaluation_spec(job, plan, turn.stage, host.judges),
    }


def _budget(budget: Budget, pods: int) -> dict[str, Any]:
    """What one of so many pods may use; what the others leave of theirs, the attempt that follows them has."""
    tokens, cost = budget.max_tokens, budget.max_cost
    return {
        **({"maxTokens": _share(tokens, pods)} if tokens else {}),
        **({"maxCost": cost / pods} if cost else {}),
    }


def _execution(execution: Execution, at_once: int) -> dict[str, Any]:
    """How to call the model; a rate limit of the job is divided among the pods that run at once."""
    return {
        "batchSize": execution.batch_size,
        "requestsPerMinute": _share(
            execution.rate_limit.requests_per_minute if execution.rate_limit else None, at_once
        ),
        "retry": execution.retry.wire(),
    }


def _share(limit: int | None, at_once: int) -> int:
    """Of a limit, for one of so many; 0: no limit."""
    return max(1, limit // at_once) if limit else 0
