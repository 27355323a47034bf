"""The operator dies at any moment, or another replica takes over: nothing is lost and nothing runs twice."""

import asyncio
import signal
from pathlib import Path

from tests.integration.operator.running import operator_process
from tests.integration.operator.team import Team
from tests.testbed.api_client import Json


async def test_a_restart_resumes_with_the_plan_it_had(team: Team, tmp_path: Path) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path) as operator:
        operator.start()
        await team.apply()
        await team.starts()
        before = await team.phase("Running")
        operator.kill()
        await team.call("DELETE", team.path("providers", "p"))
        await team.reports()
        operator.start()
        after = await team.phase("Completed")
        assert after["plan"] == before["plan"]
        assert len(await team.children()) == 1


async def test_a_partial_result_that_came_while_it_was_dead_is_kept(team: Team, tmp_path: Path) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path) as operator:
        operator.start()
        await team.apply()
        pod = await team.starts()
        await team.phase("Running")
        await team.edit(cancel=True)
        child = await team.child()
        await team.wait(team.jobs(child["metadata"]["name"]), lambda job: job["spec"].get("activeDeadlineSeconds") == 1)
        operator.kill()
        await team.reports(kind="partial")
        await team.kubelet.fail(pod, exit_code=143)
        await team.kubelet.remove(pod)
        operator.start()
        status = await team.phase("Cancelled")
        assert status["benchmarks"][0]["partial"] is True
        assert status["benchmarks"][0]["primary"]["value"] == 0.75


async def test_a_cancel_while_it_is_dead_loses_no_partial_result(team: Team, tmp_path: Path) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path) as operator:
        operator.start()
        await team.apply()
        pod = await team.starts()
        await team.phase("Running")
        operator.kill()
        await team.edit(cancel=True)
        await team.reports(kind="partial")
        operator.start()
        child = await team.child()
        await team.wait(team.jobs(child["metadata"]["name"]), lambda job: job["spec"].get("activeDeadlineSeconds") == 1)
        await team.kubelet.fail(pod, exit_code=143)
        await team.kubelet.remove(pod)
        status = await team.phase("Cancelled")
        assert status["benchmarks"][0]["partial"] is True


async def test_the_second_replica_takes_over_from_a_killed_one(team: Team, tmp_path: Path) -> None:
    with (
        operator_process(team.cluster, team.namespace, tmp_path, REFEREE_IDENTITY="first") as first,
        operator_process(team.cluster, team.namespace, tmp_path, REFEREE_IDENTITY="second") as second,
    ):
        first.start()
        await team.wait(lease(team), lambda found: holder(found).startswith("first"))
        second.start()
        await team.apply("before")
        await team.child(name="before")
        first.kill()
        await team.apply("after")
        await team.child(name="after")
        assert holder(await team.call("GET", lease(team))).startswith("second")


async def test_a_replica_that_is_told_to_end_hands_over_at_once(team: Team, tmp_path: Path) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path, REFEREE_LEASE_SECONDS="60") as operator:
        operator.start()
        await team.wait(lease(team), holder)
        assert await asyncio.to_thread(operator.kill, signal.SIGTERM) == 0
        await team.wait(lease(team), lambda found: not holder(found))


def lease(team: Team) -> str:
    return f"/apis/coordination.k8s.io/v1/namespaces/{team.namespace}/leases/referee-operator"


def holder(found: Json) -> str:
    return str(found["spec"].get("holderIdentity") or "")
