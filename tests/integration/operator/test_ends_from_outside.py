"""Cancel, suspend and deadlines against a real Job controller."""

import pytest

from tests.integration.operator.team import RESULT, Team, condition

pytestmark = pytest.mark.usefixtures("operator")


async def test_cancel_lets_the_adapter_send_what_it_has(team: Team) -> None:
    await team.apply()
    pod = await team.starts()
    await team.phase("Running")
    await team.edit(cancel=True)
    child = await team.child()
    await team.wait(team.jobs(child["metadata"]["name"]), lambda job: job["spec"].get("activeDeadlineSeconds") == 1)
    await team.reports(result=RESULT, kind="partial")
    await team.kubelet.fail(pod, exit_code=143)
    await team.kubelet.remove(pod)
    status = await team.phase("Cancelled")
    assert status["benchmarks"][0]["partial"] is True
    assert status["benchmarks"][0]["primary"]["value"] == 0.75
    assert condition(status, "Passed")[0] == "Unknown"
    await team.wait(team.jobs(), lambda listed: not listed["items"])


async def test_cancel_before_a_pod_runs_leaves_nothing(team: Team) -> None:
    await team.apply()
    await team.child()
    await team.edit(cancel=True)
    await team.phase("Cancelled", seconds=40)
    await team.wait(team.jobs(), lambda listed: not listed["items"])


async def test_suspend_ends_the_pod_and_resume_starts_anew(team: Team) -> None:
    await team.apply()
    pod = await team.starts()
    await team.phase("Running")
    await team.edit(suspend=True)
    await team.phase("Suspended")
    child = await team.child()
    await team.wait(team.jobs(child["metadata"]["name"]), lambda job: job["spec"].get("activeDeadlineSeconds") == 1)
    await team.kubelet.fail(pod, exit_code=143)
    await team.kubelet.remove(pod)
    await team.wait(team.jobs(), lambda listed: not listed["items"])
    await team.edit(suspend=False)
    await team.starts(attempt=2)
    await team.reports(attempt=2)
    status = await team.phase("Completed")
    assert status["benchmarks"][0].get("retries", 0) == 0


async def test_the_active_deadline_ends_the_run(team: Team) -> None:
    await team.apply(activeDeadlineSeconds=5)  # long enough for a pod to come on a busy machine
    pod = await team.starts()
    child = await team.child()
    await team.wait(team.jobs(child["metadata"]["name"]), lambda job: job["spec"].get("activeDeadlineSeconds") == 1)
    await team.kubelet.fail(pod, exit_code=143)
    await team.kubelet.remove(pod)
    status = await team.phase("Failed")
    assert status["benchmarks"][0]["reason"] == "DeadlineExceeded"


async def test_a_child_that_someone_deleted_is_lost_and_not_run_twice(team: Team) -> None:
    await team.apply(backoffLimit=3)
    pod = await team.starts()
    await team.phase("Running")
    child = await team.child()
    await team.call("DELETE", team.jobs(child["metadata"]["name"]), {"propagationPolicy": "Background"})
    status = await team.phase("Failed")
    assert status["benchmarks"][0]["reason"] == "ChildLost"
    await team.kubelet.remove(pod)
