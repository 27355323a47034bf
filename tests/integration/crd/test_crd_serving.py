"""How the API server serves our kinds: defaults, columns, short names, categories, field selectors."""

import json

import pytest

from tests.integration.crd.pairs import with_value
from tests.integration.crd.server import Object, Server
from tests.integration.crd.test_crd_refusals import JOB

COLLECTION = {
    "apiVersion": "referee.dev/v1alpha1",
    "kind": "Collection",
    "metadata": {"generateName": "safety-"},
    "spec": {"id": "safety_v1", "category": "safety", "benchmarks": [{"id": "arc", "provider": "harness"}]},
}
PROVIDER = {
    "apiVersion": "referee.dev/v1alpha1",
    "kind": "Provider",
    "metadata": {"generateName": "harness-"},
    "spec": {"id": "lm_harness", "adapter": {"image": "registry.example/lm-eval:1"}, "benchmarks": [{"id": "arc"}]},
}
STATUS = {
    "observedGeneration": 1,
    "attempt": 1,
    "phase": "Completed",
    "progress": {"benchmarks": "1/1", "percent": 100},
    "score": 0.8125,
    "conditions": [
        {
            "type": "Passed",
            "status": "False",
            "reason": "GateFailed",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        },
        {"type": "Complete", "status": "True", "reason": "Completed", "lastTransitionTime": "2026-01-01T00:00:00Z"},
    ],
}


@pytest.fixture
def finished(server: Server) -> Object:
    """A job that ran and did not pass."""
    created = server.create(JOB)
    return server.replace({**created, "status": STATUS}, "status")


def test_a_new_job_is_not_current_to_kstatus(server: Server) -> None:
    created = server.create(JOB, dryRun="All")

    assert created["status"] == {"observedGeneration": -1}


def test_a_status_in_a_manifest_is_replaced_by_the_default(server: Server) -> None:
    created = server.create({**JOB, "status": STATUS}, dryRun="All")

    assert created["status"] == {"observedGeneration": -1}


def test_the_defaults_are_what_the_reference_says_and_nothing_empty(server: Server) -> None:
    created = server.create(JOB, dryRun="All")

    assert created["spec"] == {
        "model": {"url": "http://models.example/v1", "name": "m", "api": "Chat", "timeoutSeconds": 120},
        "benchmarks": [{"id": "arc", "provider": "harness", "weight": 1, "required": True}],
        "group": "default",
        "className": "",
        "confidence": 0.95,
        "enforceGate": False,
        "execution": {
            "parallelism": 4,
            "shards": 1,
            "batchSize": 5,
            "epochs": {"count": 1, "reducers": ["Mean"], "k": 1},
            "cache": {"enabled": True},
            "onError": {"model": "Exclude", "infrastructure": "Exclude", "evaluator": "Exclude"},
            "retry": {
                "maxRetries": 3,
                "initialDelaySeconds": 1,
                "maxDelaySeconds": 60,
                "backoffFactor": 2,
                "jitter": True,
            },
        },
        "suspend": False,
        "cancel": False,
        "pendingDeadlineSeconds": 900,
        "backoffLimit": 1,
        "childRetentionSeconds": {"success": 3600, "failure": 86400},
        "externalResults": {
            "deadlineSeconds": 86400,
            "onDeadline": "Unknown",
            "completion": "Auto",
            "idleSeconds": 300,
        },
    }


def test_a_partial_object_gets_the_rest_of_its_defaults(server: Server) -> None:
    created = server.create(with_value(JOB, "spec.execution.retry.maxRetries", 0), dryRun="All")

    assert created["spec"]["execution"]["retry"]["maxDelaySeconds"] == 60
    assert created["spec"]["execution"]["parallelism"] == 4


def _get(server: Server, *arguments: str) -> list[list[str]]:
    return [line.split() for line in server.kubectl("get", *arguments).splitlines()]


def test_kubectl_get_shows_at_a_glance_how_a_job_stands(finished: Object, server: Server) -> None:
    header, row = _get(server, "evj", finished["metadata"]["name"])

    assert header == ["NAME", "MODEL", "PHASE", "DONE", "%", "SCORE", "PASSED", "AGE"]
    assert row[:-1] == [finished["metadata"]["name"], "m", "Completed", "1/1", "100", "0.8125", "False"]


def test_kubectl_get_wide_adds_why(finished: Object, server: Server) -> None:
    header, row = _get(server, "evaluationjobs", finished["metadata"]["name"], "-o", "wide")

    assert dict(zip(header, row, strict=True)).items() >= {"REASON": "GateFailed", "GROUP": "default"}.items()


def test_provider_and_collection_show_their_ids(server: Server) -> None:
    provider, collection = server.create(PROVIDER)["metadata"]["name"], server.create(COLLECTION)["metadata"]["name"]

    assert _get(server, "evp", provider)[1][:2] == [provider, "lm_harness"]
    assert _get(server, "evc", collection)[1][:3] == [collection, "safety_v1", "safety"]


def test_jobs_are_in_the_category_all_and_everything_in_referee(server: Server, finished: Object) -> None:
    job = f"evaluationjob.referee.dev/{finished['metadata']['name']}"
    collection = f"collection.referee.dev/{server.create(COLLECTION)['metadata']['name']}"

    everything = server.kubectl("get", "referee", "-o", "name").split()
    shown_with_all = server.kubectl("get", "all", "-o", "name").split()

    assert {job, collection} <= set(everything)
    assert job in shown_with_all
    assert collection not in shown_with_all


@pytest.mark.parametrize("field", ["spec.model.name=m", "spec.group=default", "status.phase=Completed"])
def test_jobs_are_selected_by_model_group_and_phase(field: str, finished: Object, server: Server) -> None:
    name = finished["metadata"]["name"]

    assert name in server.select("EvaluationJob", field)
    assert name not in server.select("EvaluationJob", field.replace("=", "=not-"))


def test_catalogue_entries_are_selected_by_id(server: Server) -> None:
    name = server.create(PROVIDER)["metadata"]["name"]

    assert name in server.select("Provider", "spec.id=lm_harness")
    assert name not in server.select("Provider", "spec.id=garak")


def test_kubectl_wait_sees_the_end(finished: Object, server: Server) -> None:
    name = finished["metadata"]["name"]

    said = server.kubectl("wait", "evj", name, "--for=condition=Complete", "--timeout=5s")

    assert said == f"evaluationjob.referee.dev/{name} condition met\n"


def test_conditions_merge_by_type_in_a_server_side_apply(finished: Object, server: Server) -> None:
    name = finished["metadata"]["name"]
    mine = {"type": "Finished", "status": "True", "reason": "Completed", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    applied = {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "metadata": {"name": name},
        "status": {"conditions": [mine]},
    }

    answer = server.cluster.api.apply(server.path(finished, "status"), json.dumps(applied), manager="another")

    assert {c["type"] for c in answer["status"]["conditions"]} == {"Passed", "Complete", "Finished"}


def test_kubectl_apply_changes_what_may_change(server: Server) -> None:
    manifest = with_value(JOB, "metadata", {"name": "applied"})
    server.kubectl("apply", "--filename=-", given=manifest)

    said = server.kubectl("apply", "--filename=-", given=with_value(manifest, "spec.tags", ["again"]))

    assert said == "evaluationjob.referee.dev/applied configured\n"
