"""Why a pod does not start stands as a reason on its benchmark within seconds, and does not wait for ever."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from tests.e2e.team import PROVIDER, SOON, Team, benchmark_of
from tests.testbed.api_client import Json
from tests.testbed.workloads import RESTRICTED

pytestmark = pytest.mark.node

SECONDS = 20
"""What "within seconds" may mean on a machine that is busy; on an idle one the slowest takes five."""


@dataclass(frozen=True)
class Obstacle:
    """Something about a job that keeps its pod from running."""

    reason: str
    named: str
    """What the message names, so that a reader knows where to look."""
    spec: Json = field(default_factory=dict)
    adapter: Json | None = None


def _env(source: str) -> Json:
    return {"pod": {"env": [{"name": "X", "valueFrom": {source: {"name": "absent", "key": "x"}}}]}}


def _data(source: Json) -> Json:
    return {"benchmark": {"testData": source}}


OBSTACLES = {
    "model-secret": Obstacle("MissingSecret", "absent", {"model": {"auth": {"secretRef": {"name": "absent"}}}}),
    "secret-in-env": Obstacle("MissingSecret", "absent", _env("secretKeyRef")),
    "test-data": Obstacle("MissingSecret", "absent", _data({"configMap": {"name": "absent"}})),
    "claim": Obstacle("MissingVolume", "absent", _data({"pvc": {"claimName": "absent"}})),
    "node-selector": Obstacle("Unschedulable", "node", {"pod": {"nodeSelector": {"gpu": "many"}}}),
    "image": Obstacle("ImagePullFailed", "nowhere.invalid", adapter={"image": "nowhere.invalid/adapter:1"}),
    "image-name": Obstacle("ImagePullFailed", "No/Name", adapter={"image": "No/Name"}),
}


@pytest.fixture(scope="module", autouse=True)
def _applied(team: Team) -> None:
    for name, obstacle in OBSTACLES.items():
        if obstacle.adapter is not None:
            team.provide(name, **obstacle.adapter)
        team.apply(name, provider=name if obstacle.adapter else PROVIDER, **obstacle.spec)
    team.apply("late", pod={"nodeSelector": {"gpu": "many"}}, pendingDeadlineSeconds=8)
    team.provide("no-program", command=["/no/program"])
    team.apply("no-program", provider="no-program", backoffLimit=0)


@pytest.mark.parametrize("name", OBSTACLES)
def test_what_keeps_a_pod_from_starting_is_a_reason(team: Team, name: str) -> None:
    obstacle = OBSTACLES[name]

    status = team.status(lambda status: benchmark_of(status).get("reason") == obstacle.reason, name)

    assert status["phase"] == "Pending"
    assert obstacle.named in benchmark_of(status)["message"]
    assert team.seconds_until_told(name, obstacle.reason) <= SECONDS


def test_a_pod_that_starts_after_all_is_no_trouble(team: Team) -> None:
    team.status(lambda status: benchmark_of(status).get("reason"), "secret-in-env")

    secret = {"metadata": {"name": "absent"}, "stringData": {"x": "y"}}
    team.cluster.api.post(f"/api/v1/namespaces/{team.namespace}/secrets", secret)

    status = team.phase("Running", "secret-in-env")
    assert "reason" not in benchmark_of(status)


def test_a_program_that_is_not_in_the_image(team: Team) -> None:
    benchmark = benchmark_of(team.phase("Failed", "no-program"))

    assert benchmark["reason"] == "ContainerCannotRun"
    assert "/no/program" in benchmark["message"]


def test_waiting_has_an_end(team: Team) -> None:
    benchmark = benchmark_of(team.phase("Failed", "late"))

    assert benchmark["reason"] == "PendingDeadlineExceeded"
    assert "Unschedulable" in benchmark["message"]
    team.wait_until_gone("late")


@pytest.fixture
def bounded(team: Team) -> Iterator[Team]:
    """A namespace of its own with room for no pod at all."""
    with team.cluster.namespace() as name:
        team.cluster.api.patch(f"/api/v1/namespaces/{name}", {"metadata": {"labels": RESTRICTED}})
        quotas = f"/api/v1/namespaces/{name}/resourcequotas"
        team.cluster.api.post(quotas, {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}})
        team.cluster.api.wait(f"{quotas}/none", lambda quota: quota["status"].get("hard"))
        bounded = replace(team, namespace=name)
        bounded.provide()
        yield bounded


def test_a_quota_without_room_is_a_reason_until_there_is_some(bounded: Team) -> None:
    bounded.apply("refused", ["complete", 0.5])
    status = bounded.status(lambda status: benchmark_of(status).get("reason") == "QuotaExceeded", "refused")
    assert "pods" in benchmark_of(status)["message"]
    assert bounded.seconds_until_told("refused", "QuotaExceeded") <= SECONDS

    bounded.cluster.api.delete(f"/api/v1/namespaces/{bounded.namespace}/resourcequotas/none")

    # the Job controller tries again after 10, 20, 40 ... s
    bounded.phase("Completed", "refused", seconds=2 * SOON)
