"""With the token of a real pod one reports for its own child, while it runs, and for nothing else."""

import base64
import json

import httpx
import pytest

from tests.e2e.prompter import Prompter
from tests.e2e.team import CATALOGUE, PROVIDER, Team, benchmark_of
from tests.testbed.api_client import Json, RefusedError
from tests.testbed.cluster import Cluster
from tests.testbed.node import Node

pytestmark = pytest.mark.node

RESULT = {"status": "Completed", "metrics": [{"name": "acc", "value": 1.0}], "samples": {"total": 1, "scored": 1}}


@pytest.fixture(scope="module", autouse=True)
def _applied(team: Team) -> None:
    for name in ("victim", "gone"):
        team.apply(name)
    team.apply("impostor", ["report as", "victim"])


@pytest.fixture(scope="module")
def gateway(cluster: Cluster) -> str:
    service = cluster.api.get(f"/api/v1/namespaces/{CATALOGUE}/services/referee-gateway")
    return f"http://{service['spec']['clusterIP']}"


def test_a_pod_cannot_report_for_another_job(team: Team) -> None:
    answer = benchmark_of(team.phase("Completed", "impostor"))["primary"]["value"]

    assert answer == 403
    assert not _has_result(team, "victim")


def test_a_token_for_another_audience_is_refused(
    team: Team, prompter: Prompter, cluster: Cluster, gateway: str
) -> None:
    prompter.wait_until_asked("victim")
    pod = team.pod("victim")
    token = cluster.mint_token(team.namespace, "default", ["https://kubernetes.default.svc.cluster.local"], pod)

    answer = _post(gateway, "victim", token)

    assert (answer.status_code, "Audience" in answer.json()["message"]) == (401, True)
    assert not _has_result(team, "victim")


def test_a_pods_token_is_good_for_the_gateway_alone_and_ends_with_the_pod(
    team: Team, prompter: Prompter, cluster: Cluster, node: Node, gateway: str
) -> None:
    prompter.wait_until_asked("gone")
    pod = team.pod("gone")
    token = _token_in(node, pod)
    assert _claims(token)["aud"] == ["referee-adapter"]
    with pytest.raises(RefusedError, match="401"):
        cluster.api_as(token).get(team.pods_path())

    prompter.tell("gone", "wait")
    team.edit("gone", cancel=True)
    team.wait_until_gone("gone")

    # 404 if the gateway has not heard yet that the pod is gone, but finds out that its Job is
    assert _post(gateway, "gone", token).status_code in {403, 404}


def _post(gateway: str, job: str, token: str) -> httpx.Response:
    event = {"provider_id": PROVIDER, "id": "b", "benchmark_index": 0, "status": "completed"}
    body = {"benchmark_status_event": event | {"referee": {"result": RESULT}}}
    url = f"{gateway}/api/v1/evaluations/jobs/{job}/events"
    return httpx.post(url, json=body, headers={"Authorization": f"Bearer {token}"}, trust_env=False)


def _has_result(team: Team, job: str) -> bool:
    return any("referee.dev/result" in child["metadata"]["annotations"] for child in team.children(job))


def _token_in(node: Node, pod: Json) -> str:
    """The very token that the kubelet has put into the pod."""
    place = f"/run/kubelet/pods/{pod['metadata']['uid']}/volumes/kubernetes.io~projected/identity/token"
    return node.namespaces.run("cat", place).strip()


def _claims(token: str) -> Json:
    payload = token.split(".")[1]
    claims: Json = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
