"""How the API server serves our kinds: defaults, columns, short names, categories, field selectors."""

import json
import subprocess

import pytest

from referee.runtime.paths import EVALUATION_JOBS
from referee.runtime.transport import Call
from tests.integration.crd.pairs import with_value
from tests.integration.crd.server import Object, Server
from tests.integration.crd.test_crd_refusals import JOB

COLLECTION = {
    "apiVersion": "referee.dev/v1alpha1",
    "kind": "Collection",
    "metadata": {"name": "safety-v1"},
    "spec": {"id": "safety_v1", "category": "safety", "benchmarks": [{"id": "arc", "provider": "harness"}]},
}
PROVIDER = {
    "apiVersion": "referee.dev/v1alpha1",
    "kind": "Provider",
    "metadata": {"name": "harness"},
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
async def finished(crd_server: Server) -> Object:
    """A job that ran and did not pass."""
    created = await crd_server.create({**JOB, "metadata": {"generateName": "capitals-"}})
    return await crd_server.replace_status({**created, "status": STATUS})


async def test_a_new_job_is_not_current_to_kstatus(crd_server: Server) -> None:
    created = await crd_server.create(JOB, dry_run=True)

    assert created["status"] == {"observedGeneration": -1}


async def test_a_status_in_a_manifest_is_replaced_by_the_default(crd_server: Server) -> None:
    created = await crd_server.create({**JOB, "status": STATUS}, dry_run=True)

    assert created["status"] == {"observedGeneration": -1}


async def test_the_defaults_are_what_the_reference_says_and_nothing_empty(crd_server: Server) -> None:
    created = await crd_server.create(JOB, dry_run=True)

    assert created["spec"] == {
        "model": {"url": "http://models.example/v1", "name": "m", "api": "Chat", "timeoutSeconds": 120},
        "benchmarks": [{"id": "arc", "provider": "harness", "weight": 1, "required": True}],
        "group": "default",
        "className": "",
        "confidence": 0.95,
        "enforceGate": False,
        "execution": {
            "parallelism": 4,
            "batchSize": 5,
            "retry": {
                "maxRetries": 3,
                "initialDelaySeconds": 1,
                "maxDelaySeconds": 60,
                "backoffFactor": 2,
                "jitter": True,
            },
        },
        "pod": {"terminationGracePeriodSeconds": 30},
        "suspend": False,
        "cancel": False,
        "pendingDeadlineSeconds": 900,
        "backoffLimit": 1,
        "childRetentionSeconds": {"success": 3600, "failure": 86400},
    }


async def test_a_partial_object_gets_the_rest_of_its_defaults(crd_server: Server) -> None:
    created = await crd_server.create(with_value(JOB, "spec.execution.retry.maxRetries", 0), dry_run=True)

    assert created["spec"]["execution"]["retry"]["maxDelaySeconds"] == 60
    assert created["spec"]["execution"]["parallelism"] == 4


def _kubectl(server: Server, kubectl: list[str], *arguments: str, given: object = None) -> str:
    return subprocess.run(
        [*kubectl, *arguments, "--namespace", server.namespace],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _get(server: Server, kubectl: list[str], *arguments: str) -> list[list[str]]:
    return [line.split() for line in _kubectl(server, kubectl, "get", *arguments).splitlines()]


async def test_kubectl_get_shows_at_a_glance_how_a_job_stands(
    finished: Object, crd_server: Server, kubectl: list[str]
) -> None:
    header, row = _get(crd_server, kubectl, "evj", finished["metadata"]["name"])

    assert header == ["NAME", "MODEL", "PHASE", "DONE", "%", "SCORE", "PASSED", "AGE"]
    assert row[:-1] == [finished["metadata"]["name"], "m", "Completed", "1/1", "100", "0.8125", "False"]


async def test_kubectl_get_wide_adds_why(finished: Object, crd_server: Server, kubectl: list[str]) -> None:
    header, row = _get(crd_server, kubectl, "evaluationjobs", finished["metadata"]["name"], "-o", "wide")

    assert dict(zip(header, row, strict=True)).items() >= {"REASON": "GateFailed", "GROUP": "default"}.items()


async def test_provider_and_collection_show_their_ids(crd_server: Server, kubectl: list[str]) -> None:
    await crd_server.create(PROVIDER)
    await crd_server.create(COLLECTION)

    assert _get(crd_server, kubectl, "evp")[1][:2] == ["harness", "lm_harness"]
    assert _get(crd_server, kubectl, "evc")[1][:3] == ["safety-v1", "safety_v1", "safety"]


async def test_jobs_are_in_the_category_all_and_everything_in_referee(
    crd_server: Server, kubectl: list[str], finished: Object
) -> None:
    await crd_server.create(COLLECTION)

    everything = _get(crd_server, kubectl, "referee", "-o", "name")
    shown_with_all = _get(crd_server, kubectl, "all", "-o", "name")

    assert [f"evaluationjob.referee.dev/{finished['metadata']['name']}"] in everything
    assert ["collection.referee.dev/safety-v1"] in everything
    assert [f"evaluationjob.referee.dev/{finished['metadata']['name']}"] in shown_with_all


@pytest.mark.parametrize("field", ["spec.model.name=m", "spec.group=default", "status.phase=Completed"])
async def test_jobs_are_selected_by_model_group_and_phase(field: str, finished: Object, crd_server: Server) -> None:
    equal, other = field, field.replace("=", "=not-")

    assert [job["metadata"]["name"] for job in await crd_server.list("EvaluationJob", fieldSelector=equal)] == [
        finished["metadata"]["name"]
    ]
    assert await crd_server.list("EvaluationJob", fieldSelector=other) == []


async def test_catalogue_entries_are_selected_by_id(crd_server: Server) -> None:
    await crd_server.create(PROVIDER)

    found = await crd_server.list("Provider", fieldSelector="spec.id=lm_harness")

    assert [provider["metadata"]["name"] for provider in found] == ["harness"]


async def test_kubectl_wait_sees_the_end(finished: Object, crd_server: Server, kubectl: list[str]) -> None:
    name = finished["metadata"]["name"]

    said = _kubectl(crd_server, kubectl, "wait", "evj", name, "--for=condition=Complete", "--timeout=5s")

    assert said == f"evaluationjob.referee.dev/{name} condition met\n"


async def test_conditions_merge_by_type_in_a_server_side_apply(finished: Object, crd_server: Server) -> None:
    name = finished["metadata"]["name"]
    mine = {"type": "Finished", "status": "True", "reason": "Completed", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    applied = {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "metadata": {"name": name},
        "status": {"conditions": [mine]},
    }

    call = Call(
        "PATCH",
        EVALUATION_JOBS.one(crd_server.namespace, name, "status"),
        {"fieldManager": "test"},
        applied,
        "application/apply-patch+yaml",
    )
    answer = await crd_server.transport.request(call)

    assert {c["type"] for c in answer["status"]["conditions"]} == {"Passed", "Complete", "Finished"}


async def test_kubectl_apply_changes_what_may_change(crd_server: Server, kubectl: list[str]) -> None:
    _kubectl(crd_server, kubectl, "apply", "--filename=-", given=JOB)

    said = _kubectl(crd_server, kubectl, "apply", "--filename=-", given=with_value(JOB, "spec.tags", ["again"]))

    assert said == "evaluationjob.referee.dev/capitals configured\n"
