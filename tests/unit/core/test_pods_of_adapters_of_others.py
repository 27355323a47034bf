"""The pod of an adapter made with eval-hub-sdk: who sees what, and what is never in whose container."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from referee.core.jobspec import Turn
from referee.core.podspec import child_manifests
from tests.unit.core.others import DEFAULTS, EXPORTS, job_of_others, plan_of_others

GOLDEN = Path(__file__).parent / "golden" / "evalhub.yaml"
GIT = {"git": {"url": "https://git.example/data", "ref": "main", "subPath": "set", "secretRef": {"name": "git"}}}


def made(job: dict[str, Any] | None = None, adapter: dict[str, Any] | None = None, **benchmark: Any) -> Any:
    plan = plan_of_others(adapter, **benchmark)
    return child_manifests(job_of_others(**(job or {})), plan, plan.benchmarks[0], Turn(1), DEFAULTS).job


def pod_of(manifest: Any) -> Any:
    return manifest["spec"]["template"]["spec"]


def mounted(container: Any) -> dict[str, str]:
    return {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}


def environment(container: Any) -> dict[str, Any]:
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}


def test_the_manifest_is_the_golden_one() -> None:
    found = made(testData=GIT, adapter={"gpu": 2})
    assert found == yaml.safe_load(GOLDEN.read_text()), f"if this is meant, write it to {GOLDEN}"


def test_the_token_and_the_registrys_secret_are_the_agents_alone() -> None:
    pod = pod_of(made())
    (adapter,), (agent,) = pod["containers"], pod["initContainers"]
    secret = {v["name"] for v in pod["volumes"] if "serviceAccountToken" in str(v) or "push" in str(v)}
    assert secret == {"token", "docker"}
    assert not secret & mounted(adapter).keys()
    assert secret <= mounted(agent).keys()
    assert "push" not in json.dumps(environment(adapter))


def test_the_adapter_finds_a_token_file_that_is_no_credential() -> None:
    manifest = made()
    (identity,) = [v for v in pod_of(manifest)["volumes"] if v["name"] == "identity"]
    fields = {i["path"]: i["fieldRef"]["fieldPath"] for i in identity["downwardAPI"]["items"]}
    assert fields == {"token": "metadata.annotations['referee.dev/no-token']", "namespace": "metadata.namespace"}
    annotations = manifest["spec"]["template"]["metadata"]["annotations"]
    assert annotations["referee.dev/no-token"] == "the-token-is-the-agents"


def test_the_secret_of_test_data_is_the_init_containers_alone() -> None:
    pod = pod_of(made(testData=GIT))
    fetch, agent = pod["initContainers"]
    assert (fetch["name"], agent["name"]) == ("test-data", "agent")
    assert mounted(fetch)["test-data-secret"] == "/var/run/secrets/test-data"
    assert "test-data-secret" not in {*mounted(agent), *mounted(pod["containers"][0])}
    assert "secretRef" not in environment(fetch)["REFEREE_TEST_DATA"]
    (seen,) = [m for m in pod["containers"][0]["volumeMounts"] if m["name"] == "test-data"]
    assert seen == {"name": "test-data", "mountPath": "/test_data", "readOnly": True}


@pytest.mark.parametrize("contract", ["evalhub-v1", "referee-v1"])
@pytest.mark.parametrize(
    "data",
    [
        {"http": {"url": "http://data/x.jsonl"}},
        {"s3": {"bucket": "data", "key": "set/"}},
        GIT,
        {"hf": {"repoId": "owner/set"}},
    ],
    ids=lambda data: next(iter(data)),
)
def test_what_the_cluster_does_not_hold_is_fetched_for_either_contract(contract: str, data: dict[str, Any]) -> None:
    pod = pod_of(made(adapter={"contract": contract}, testData=data))
    fetch = pod["initContainers"][0]
    assert fetch["command"] == ["python", "-m", "referee_agent.fetch"]
    assert environment(fetch)["REFEREE_TEST_DATA_MAX_BYTES"] == "1000000"
    (volume,) = [v for v in pod["volumes"] if v["name"] == "test-data"]
    assert volume == {"name": "test-data", "emptyDir": {"sizeLimit": "1000000"}}
    assert ("agent" in [c["name"] for c in pod["initContainers"]]) == (contract == "evalhub-v1")


@pytest.mark.parametrize(
    ("asked", "pod_grace", "agent_grace"), [(None, 310, "300"), (60, 60, "50"), (8, 8, "4"), (0, 0, "0")]
)
def test_the_agent_has_the_pods_grace_but_a_margin(asked: int | None, pod_grace: int, agent_grace: str) -> None:
    given = {} if asked is None else {"pod": {"terminationGracePeriodSeconds": asked}}
    pod = pod_of(made(job=given))
    assert pod["terminationGracePeriodSeconds"] == pod_grace
    assert environment(pod["initContainers"][0])["REFEREE_GRACE_SECONDS"] == agent_grace


def test_without_exports_neither_registry_nor_tracker_is_told() -> None:
    pod = pod_of(made(job={"exports": {}}))
    assert not [name for name in environment(pod["containers"][0]) if name.startswith("MLFLOW")]
    assert not [name for name in environment(pod["initContainers"][0]) if name.startswith("REFEREE_OCI")]


def test_a_registry_without_credentials_needs_no_secret() -> None:
    exports = {"oci": {k: v for k, v in EXPORTS["oci"].items() if k != "secretRef"}}
    pod = pod_of(made(job={"exports": exports}))
    assert "docker" not in {v["name"] for v in pod["volumes"]}
    assert "REFEREE_DOCKER_CONFIG" not in environment(pod["initContainers"][0])


def test_every_container_is_confined_as_pod_security_restricted_wants() -> None:
    pod = pod_of(made(testData=GIT))
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in (*pod["initContainers"], *pod["containers"]):
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
    kinds = {next(iter(set(volume) - {"name"})) for volume in pod["volumes"]}
    assert kinds <= {"configMap", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
