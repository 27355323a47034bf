"""A job whose adapter was made with eval-hub-sdk, with everything that such a job can ask for."""

from typing import Any

from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Adapter
from referee.api.runplan import RunPlan
from referee.core.fetching import FetchLimits
from referee.core.podspec import PodDefaults
from tests.unit.core.world import a_job, a_plan

DEFAULTS = PodDefaults(
    "http://referee-gateway.team-a.svc",
    agent_image="agent:1",
    insecure_registries=("registry:5000",),
    mlflow_tracking_uri="http://mlflow:5000",
    fetch=FetchLimits(1_000_000, ("10.1.0.0/16",), "http://hub:80"),
)
EXPORTS: dict[str, Any] = {
    "mlflow": {"experimentName": "nightly", "tags": [{"key": "team", "value": "a"}]},
    "oci": {
        "host": "registry:5000",
        "repository": "team-a/results",
        "tag": "v1",
        "annotations": {"a": "b"},
        "secretRef": {"name": "push"},
    },
}


def job_of_others(**spec: Any) -> EvaluationJob:
    model = {"url": "http://vllm:8000/v1", "name": "llama", "auth": {"secretRef": {"name": "llm-key"}}}
    return a_job(**{"model": model, "exports": EXPORTS} | spec)


def plan_of_others(adapter: dict[str, Any] | None = None, **benchmark: Any) -> RunPlan:
    wire = a_plan().wire()
    given = {"image": "others:1", "contract": "evalhub-v1", **(adapter or {})}
    wire["adapters"]["p"] = Adapter.model_validate(given).wire()
    wire["benchmarks"][0] |= benchmark
    return RunPlan.model_validate(wire)
