"""The child Job: golden manifests, and what holds for each of them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from referee.api.runplan import RunPlan
from referee.core.children import child_from_job, child_name, label_value
from referee.core.jobspec import Turn
from referee.core.podspec import PodDefaults, child_manifests
from tests.unit.core.world import a_job, a_plan

GOLDEN = Path(__file__).parent / "golden"
DEFAULTS = PodDefaults("http://referee-gateway.team-a.svc", "referee-adapter")

FULL: dict[str, Any] = {
    "model": {
        "url": "http://vllm:8000/v1",
        "name": "llama",
        "api": "Completions",
        "auth": {"secretRef": {"name": "llm-key"}},
        "parameters": {"temperature": 0},
    },
    "execution": {"batchSize": 8, "rateLimit": {"requestsPerMinute": 600}, "parallelism": 2},
    "queueName": "team-a",
    "pod": {
        "env": [
            {"name": "HF_HOME", "value": "/cache"},
            {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        ],
        "volumes": [{"claimName": "cache", "mountPath": "/cache"}],
        "nodeSelector": {"gpu": "yes"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "serviceAccountName": "evaluator",
        "labels": {"team": "a"},
    },
}


def manifests(spec: dict[str, Any], plan: RunPlan | None = None) -> Any:
    plan = plan or a_plan()
    return child_manifests(a_job(**spec), plan, plan.benchmarks[0], Turn(1), DEFAULTS)


def with_data(plan: RunPlan) -> RunPlan:
    fields = {"testData": {"configMap": {"name": "questions"}}, "numExamples": 40, "task": "t"}
    wire = plan.wire()
    wire["benchmarks"][0] |= fields
    return RunPlan.model_validate(wire)


@pytest.mark.parametrize(("name", "spec"), [("plain", {}), ("full", FULL)])
def test_the_manifest_is_the_golden_one(name: str, spec: dict[str, Any]) -> None:
    made = manifests(spec, with_data(a_plan()) if name == "full" else None).job
    path = GOLDEN / f"{name}.yaml"
    assert made == yaml.safe_load(path.read_text()), f"if this is meant, write it to {path}"


def test_the_job_spec_has_no_secret_but_its_name() -> None:
    annotation = manifests(FULL).job["spec"]["template"]["metadata"]["annotations"]["referee.dev/job-spec"]
    assert json.loads(annotation)["model"]["auth"] == {"secret_ref": "llm-key"}


def test_a_rate_limit_is_shared_by_the_children_that_run_at_once() -> None:
    plan = a_plan(3)
    made = child_manifests(a_job(**FULL), plan, plan.benchmarks[0], Turn(1), DEFAULTS).job
    spec = json.loads(made["spec"]["template"]["metadata"]["annotations"]["referee.dev/job-spec"])
    assert spec["referee"]["execution"]["requestsPerMinute"] == 300


def test_a_job_spec_that_is_too_large_travels_in_a_config_map() -> None:
    wire = a_plan().wire()
    wire["benchmarks"][0]["parameters"] = {"prompt": "x" * 40_000}
    made = manifests({}, RunPlan.model_validate(wire))
    assert made.config_map is not None
    assert made.config_map["immutable"] is True
    assert made.config_map["metadata"]["name"] == made.job["metadata"]["name"]
    assert made.config_map["metadata"]["ownerReferences"] == made.job["metadata"]["ownerReferences"]
    template = made.job["spec"]["template"]
    assert "referee.dev/job-spec" not in template["metadata"]["annotations"]
    assert {"name": "meta", "configMap": {"name": made.job["metadata"]["name"]}} in template["spec"]["volumes"]


@pytest.mark.parametrize("name", ["a", "a" * 253, "with.dots." + "b" * 60, "x" * 35 + "-y"])
def test_a_childs_name_fits_a_label_and_is_its_own(name: str) -> None:
    made = child_name(name, "uid-1", 63, 12)
    assert len(made) <= 63
    assert made != child_name(name, "uid-2", 63, 12)
    assert "." not in made
    assert len(label_value(name)) <= 63


def test_a_child_reads_back_as_what_it_was_made_for() -> None:
    made = manifests({}).job
    made["metadata"] |= {"uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"}
    child = child_from_job(made)
    assert child is not None
    assert (child.index, child.attempt, child.stopping, child.ended) == (0, 1, False, None)
