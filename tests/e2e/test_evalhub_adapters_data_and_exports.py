"""Test data that is fetched for an adapter, and what it exports: to a registry through the agent, to a tracker."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.e2e import others
from tests.e2e.team import Team
from tests.e2e.tenant import CLASS, Tenant, tenant
from tests.e2e.tracker import FILE, RUN, Tracker, tracking
from tests.testbed.api_client import Json
from tests.testbed.images import AGENT
from tests.testbed.node import Node, provide_image
from tests.testbed.registry import PASSWORD, USER, Registry, registry

pytestmark = pytest.mark.node


@dataclass(frozen=True)
class House:
    """A tenant whose settings name the servers of this machine."""

    team: Team
    tracker: Tracker
    registry: Registry

    def apply(self, name: str, **spec: Any) -> Json:
        return others.apply(self.team, name, "behaving", className=CLASS, **spec)


@pytest.fixture(scope="module")
def house(team: Team, node: Node, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    address = node.host_address
    with (
        tracking(address) as tracker,
        registry(tmp_path_factory.mktemp("registry"), address=address, password=True) as target,
        tenant(team, tmp_path_factory.mktemp("tenant")) as made,
    ):
        _install(made, image, tracker, target, f"{address}/32")
        others.provide(team)
        yield House(team, tracker, target)


def _install(made: Tenant, image: str, tracker: Tracker, target: Registry, network: str) -> None:
    settings = {
        "agent.image": provide_image(made.team.cluster, AGENT),
        "agent.insecureRegistries": f"{{{target.host}}}",
        "testData.networks": f"{{{network}}}",
        "mlflow.trackingUri": tracker.url,
    }
    made.install(image, **settings)


def test_a_file_is_fetched_for_the_adapter_and_its_revision_stands_in_status(house: House) -> None:
    data = {"testData": {"http": {"url": f"{house.tracker.url}/questions.jsonl"}}}
    house.apply("fetches", benchmark=data)

    found = others.ended(house.team, "fetches", 120)

    assert (found["phase"], found.get("reason")) == ("Completed", None)
    assert found["testDataRevision"]
    around = json.loads(others.log(house.team, "fetches").splitlines()[-1])
    assert around["test_data"] == {"questions.jsonl": FILE.decode()}
    assert "/test_data" not in around["may_write"]


def test_what_cannot_be_fetched_is_a_reason_and_is_not_tried_again(house: House) -> None:
    sources: Json = {
        "TestDataNotFound": {"http": {"url": f"{house.tracker.url}/nothing"}},
        "TestDataForbidden": {"http": {"url": "http://169.254.169.254/latest/meta-data"}},
    }
    for reason, source in sources.items():
        spec: Json = {"benchmark": {"testData": source, "parameters": {}}, "provider": "behaving", "className": CLASS}
        house.team.apply(reason.lower(), backoffLimit=3, **spec)

    for reason in sources:
        found = others.ended(house.team, reason.lower(), 120)
        assert (found["phase"], found["reason"], found["attempt"]) == ("Failed", reason, 1), found
        assert found["message"].startswith("testData: ")


def test_what_the_adapter_exports_arrives_and_it_never_sees_the_registrys_secret(house: House) -> None:
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    config = json.dumps({"auths": {house.registry.host: {"auth": login}}})
    secret = {
        "metadata": {"name": "push"},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": config},
    }
    house.team.cluster.api.post(f"/api/v1/namespaces/{house.team.namespace}/secrets", secret)
    oci = {"host": house.registry.host, "repository": "team/results", "tag": "v1", "secretRef": {"name": "push"}}
    mlflow = {"experimentName": "nightly", "tags": [{"key": "team", "value": "a"}]}

    house.apply("exports", exports={"oci": oci, "mlflow": mlflow})

    found = others.ended(house.team, "exports", 120)
    assert (found["phase"], found.get("reason")) == ("Completed", None), found
    manifest = httpx.get(
        f"{house.registry.url}/v2/team/results/manifests/v1",
        auth=(USER, PASSWORD),
        headers={"Accept": "application/vnd.oci.image.manifest.v1+json"},
        trust_env=False,
    )
    assert manifest.status_code == 200, manifest.text
    assert manifest.json()["annotations"]["io.github.eval-hub.job_id"] == "exports"
    assert [body["name"] for body in house.tracker.bodies("experiments/create")] == ["nightly"]
    assert house.tracker.workspaces == {house.team.namespace}
    assert [body["run_id"] for body in house.tracker.bodies("runs/update")] == [RUN]
    around = json.loads(others.log(house.team, "exports").splitlines()[-1])
    assert around["secrets"] == ["kubernetes.io"]
    assert PASSWORD not in json.dumps(around)


def test_a_job_that_asks_for_a_tracker_where_there_is_none_is_refused(house: House) -> None:
    """By the release for every namespace, whose settings name none."""
    others.apply(house.team, "untracked", "behaving", exports={"mlflow": {"experimentName": "x"}})

    def refused(status: Json) -> bool:
        return any(c["type"] == "Stalled" and c["reason"] == "MLflowNotConfigured" for c in status["conditions"])

    house.team.status(lambda status: "conditions" in status and refused(status), "untracked")
