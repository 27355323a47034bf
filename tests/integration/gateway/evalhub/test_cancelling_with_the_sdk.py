"""Cancel and delete, as the SDK asks for them."""

import asyncio

import httpx
import pytest
from evalhub import AsyncEvalHubClient
from evalhub.client import JobCanNotBeCancelledError, JobNotFoundError
from evalhub.models.api import JobStatus, JobSubmissionRequest

from tests.integration.gateway.evalhub.conftest import request
from tests.integration.operator.team import Team


async def submitted(client: AsyncEvalHubClient, benchmarks: int = 1) -> str:
    return (await client.jobs.submit(JobSubmissionRequest(**request(benchmarks)))).id


async def test_a_cancel_is_a_field_of_the_resource_and_may_be_repeated(
    async_sdk: AsyncEvalHubClient, team: Team
) -> None:
    job = await submitted(async_sdk)

    assert await async_sdk.jobs.cancel(job)
    assert await async_sdk.jobs.cancel(job)

    assert (await team.call("GET", team.path("evaluationjobs", job)))["spec"]["cancel"] is True


@pytest.mark.usefixtures("operator")
async def test_a_running_job_is_cancelled_and_keeps_what_was_finished(
    async_sdk: AsyncEvalHubClient, team: Team
) -> None:
    job = await submitted(async_sdk, benchmarks=2)
    await team.starts(0, name=job)
    pod = await team.starts(1, name=job)
    await team.reports(0, name=job)

    await async_sdk.jobs.cancel(job)

    child = await team.child(1, name=job)
    await team.wait(team.jobs(child["metadata"]["name"]), lambda found: found["spec"].get("activeDeadlineSeconds"))
    assert (await async_sdk.jobs.get(job)).effective_state is JobStatus.RUNNING  # it ends, and has not
    await team.kubelet.remove(pod)
    ended = await async_sdk.jobs.wait_for_completion(job, timeout=30, poll_interval=0.05)
    assert ended.state is JobStatus.CANCELLED
    assert ended.status is not None
    assert ended.status.message is not None
    assert ended.status.message.message_code == "evaluation_job_cancelled"
    assert [b.status for b in ended.status.benchmarks] == [JobStatus.COMPLETED, JobStatus.CANCELLED]
    stopped = ended.status.benchmarks[1].error_message
    assert stopped is not None
    assert stopped.message_code == "evaluation_job_cancelled"
    assert ended.results is not None
    assert ended.results.benchmarks[0].metrics == {"acc": 0.75}
    assert await async_sdk.jobs.cancel(job)


@pytest.mark.usefixtures("operator")
async def test_what_is_over_cannot_be_cancelled_and_stays_as_it_is(
    async_sdk: AsyncEvalHubClient, team: Team, http: httpx.AsyncClient
) -> None:
    job = await submitted(async_sdk)
    await team.starts(name=job)
    await team.reports(name=job)
    await async_sdk.jobs.wait_for_completion(job, timeout=30, poll_interval=0.05)
    before = (await http.get(f"/jobs/{job}")).json()

    with pytest.raises(JobCanNotBeCancelledError) as refused:
        await async_sdk.jobs.cancel(job)

    assert refused.value.reason == f"The job {job} can not be cancelled because it is 'completed'."
    assert (await http.get(f"/jobs/{job}")).json() == before
    assert not (await team.call("GET", team.path("evaluationjobs", job)))["spec"].get("cancel")


async def test_a_deleted_job_is_gone_at_once(async_sdk: AsyncEvalHubClient, http: httpx.AsyncClient) -> None:
    job = await submitted(async_sdk)

    assert await async_sdk.jobs.cancel(job, hard_delete=True)

    assert (await http.get(f"/jobs/{job}")).status_code == 404
    assert (await http.get("/jobs")).json()["items"] == []
    for hard in (True, False):
        with pytest.raises(JobNotFoundError):
            await async_sdk.jobs.cancel(job, hard_delete=hard)


async def test_hard_delete_is_a_boolean(async_sdk: AsyncEvalHubClient, http: httpx.AsyncClient) -> None:
    job = await submitted(async_sdk)

    answer = await http.delete(f"/jobs/{job}?hard_delete=maybe")

    assert (answer.status_code, answer.json()["message_code"]) == (400, "query_parameter_invalid")
    assert (await http.get(f"/jobs/{job}")).status_code == 200


@pytest.mark.usefixtures("operator")
async def test_a_cancel_while_children_are_being_made_leaves_none_running(
    async_sdk: AsyncEvalHubClient, team: Team
) -> None:
    jobs = []
    for delay in range(5):
        job = await submitted(async_sdk, benchmarks=10)
        await asyncio.sleep(delay * 0.05)
        await async_sdk.jobs.cancel(job)
        jobs.append(job)

    for job in jobs:
        ended = await async_sdk.jobs.wait_for_completion(job, timeout=60, poll_interval=0.1)
        assert ended.state is JobStatus.CANCELLED
    for path in (team.jobs(), f"/api/v1/namespaces/{team.namespace}/configmaps"):
        await team.wait(path, lambda listed: not [o for o in listed["items"] if _ours(o)], seconds=30)


def _ours(obj: dict[str, object]) -> bool:
    meta = obj["metadata"]
    assert isinstance(meta, dict)
    status = obj.get("status")
    ended = isinstance(status, dict) and any(c["status"] == "True" for c in status.get("conditions") or ())
    return not ended and meta["name"] != "kube-root-ca.crt"
