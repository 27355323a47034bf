"""Whatever keeps a pod from running, or ends it, stands as a reason on the benchmark within seconds."""

from typing import Any

import pytest

from tests.integration.operator.team import Team, condition
from tests.testbed.api_client import Json

pytestmark = pytest.mark.usefixtures("operator")


def reason(status: Json) -> str | None:
    found: str | None = (status.get("benchmarks") or [{}])[0].get("reason")
    return found


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (("waiting", "ImagePullBackOff", "no such image"), "ImagePullFailed"),
        (("waiting", "CreateContainerConfigError", 'secret "key" not found'), "MissingSecret"),
        (("unschedulable", "0/3 nodes are available"), "Unschedulable"),
    ],
    ids=["image", "secret", "unschedulable"],
)
async def test_a_pod_that_does_not_start(team: Team, how: tuple[str, ...], expected: str) -> None:
    await team.apply()
    pod = await team.pod(await team.child())
    await getattr(team.kubelet, how[0])(pod, *how[1:])
    status = await team.status(lambda s: reason(s) == expected)
    assert status["phase"] == "Pending"
    assert condition(status, "Reconciling") == ("True", expected)
    await team.kubelet.run(pod)
    status = await team.phase("Running")
    assert reason(status) is None


async def test_a_quota_that_refuses_the_pod(team: Team) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    path = f"/api/v1/namespaces/{team.namespace}/resourcequotas"
    await team.call("POST", path, quota)
    await team.wait(f"{path}/none", lambda q: q.get("status", {}).get("hard"))
    await team.apply(pendingDeadlineSeconds=6)
    await team.status(lambda s: reason(s) == "QuotaExceeded")
    status = await team.phase("Failed")
    assert reason(status) == "PendingDeadlineExceeded"
    assert "QuotaExceeded" in status["benchmarks"][0]["message"]


async def test_a_quota_that_refuses_the_job_itself(team: Team) -> None:
    hard = {"count/jobs.batch": "0"}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": {"hard": hard}}
    path = f"/api/v1/namespaces/{team.namespace}/resourcequotas"
    await team.call("POST", path, quota)
    await team.wait(f"{path}/none", lambda q: q.get("status", {}).get("hard"))
    await team.apply(pendingDeadlineSeconds=300)
    await team.status(lambda s: reason(s) == "QuotaExceeded")
    await team.call("DELETE", f"{path}/none")
    await team.child()


async def test_what_the_api_server_will_never_take(team: Team) -> None:
    await team.apply(pod={"resources": {"limits": {"memory": "1Mi"}, "requests": {"memory": "2Mi"}}})
    status = await team.phase("Failed")
    assert reason(status) == "PodRefused"
    assert "memory" in status["benchmarks"][0]["message"]


async def test_what_the_api_server_cannot_even_read(team: Team) -> None:
    await team.apply(pod={"tolerations": [{"key": 5}]})
    status = await team.phase("Failed")
    assert reason(status) == "PodRefused"


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ({"exit_code": 137, "reason": "OOMKilled"}, "OOMKilled"),
        ({"exit_code": 3}, "AdapterFailed"),
        ({"exit_code": 0}, "ResultsMissing"),
    ],
    ids=["out of memory", "crash", "silence"],
)
async def test_an_end_without_a_result(team: Team, ends: dict[str, Any], expected: str) -> None:
    await team.apply(backoffLimit=0)
    pod = await team.starts()
    if ends["exit_code"]:
        await team.kubelet.fail(pod, **ends)
    else:
        await team.kubelet.succeed(pod)
    status = await team.phase("Failed")
    assert reason(status) == expected
    assert condition(status, "Failed") == ("True", "BenchmarksFailed")


async def test_an_eviction_is_no_failure_of_the_adapter(team: Team) -> None:
    await team.apply(backoffLimit=0)
    await team.kubelet.evict(await team.starts())
    status = await team.phase("Failed")
    assert reason(status) == "Evicted"
