"""Reading: newest first, complete or page by page, filtered; whoever made the job, and nothing of other tenants."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from evalhub import AsyncEvalHubClient, SyncEvalHubClient
from evalhub.models.api import JobStatus, JobSubmissionRequest

from tests.integration.gateway.evalhub.conftest import request
from tests.integration.gateway.live import Live, live_gateway
from tests.integration.gateway.people_house import WRITER
from tests.integration.operator.team import Team
from tests.testbed.cluster import Cluster

Json = dict[str, Any]


async def submitted(client: AsyncEvalHubClient, number: int, **fields: Any) -> str:
    return (await client.jobs.submit(JobSubmissionRequest(**{**request(**fields), "name": f"job {number}"}))).id


async def test_a_job_of_kubectl_is_a_job_of_the_sdk(async_sdk: AsyncEvalHubClient, team: Team) -> None:
    await team.apply("by-kubectl", benchmarks=2)

    async with asyncio.timeout(20):
        while not (listed := await async_sdk.jobs.list()):  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.02)
    assert [(job.id, job.name) for job in listed] == [("by-kubectl", "by-kubectl")]
    assert len((await async_sdk.jobs.get("by-kubectl")).status.benchmarks) == 2  # type: ignore[union-attr]


async def test_a_list_without_a_limit_has_all_and_the_newest_first(
    async_sdk: AsyncEvalHubClient, http: httpx.AsyncClient
) -> None:
    ids = [await submitted(async_sdk, number) for number in range(60)]

    listed = await async_sdk.jobs.list()

    assert sorted(job.id for job in listed) == sorted(ids)
    times = [job.resource.created_at for job in listed]
    assert times == sorted(times, reverse=True)
    page = (await http.get("/jobs")).json()
    assert (page["total_count"], page["limit"], "next" in page) == (60, 0, False)
    assert page["first"] == {"href": "/api/v1/evaluations/jobs"}
    assert "next" not in (await http.get("/jobs?limit=0")).json()


async def test_a_walk_along_next_sees_each_job_once_while_others_come_and_go(
    async_sdk: AsyncEvalHubClient, http: httpx.AsyncClient, gateway: Live
) -> None:
    ids = [await submitted(async_sdk, number) for number in range(10)]
    seen: list[str] = []
    href = "/api/v1/evaluations/jobs?limit=3"
    while href:
        page = (await http.get(gateway.url + href)).json()
        seen += [item["resource"]["id"] for item in page["items"]]
        href = page.get("next", {}).get("href")
        await submitted(async_sdk, 100)
        await async_sdk.jobs.cancel(seen[-1], hard_delete=True)

    assert sorted(set(seen) & set(ids)) == sorted(ids)
    assert len(seen) == len(set(seen))


async def test_offsets_beyond_the_end_are_empty(async_sdk: AsyncEvalHubClient, http: httpx.AsyncClient) -> None:
    await submitted(async_sdk, 1)

    assert (await http.get("/jobs?limit=1&offset=5")).json()["items"] == []


async def test_filters_are_all_met_at_once(async_sdk: AsyncEvalHubClient, http: httpx.AsyncClient) -> None:
    first = await submitted(async_sdk, 1, tags=["a", "b"])
    second = await submitted(async_sdk, 2, tags=["b"])

    async def ids(query: str) -> list[str]:
        return sorted(item["resource"]["id"] for item in (await http.get(f"/jobs?{query}")).json()["items"])

    both = sorted([first, second])
    assert await ids("tags=b") == both
    assert await ids("tags=a,b") == await ids("tags=a&tags=b") == await ids("name=job+1") == [first]
    assert await ids("status=pending") == both
    assert await ids("status=pending&tags=a") == [first]
    assert await ids("status=&name=") == both
    owner = (await http.get(f"/jobs/{first}")).json()["resource"]["owner"]
    assert owner.startswith("system:serviceaccount:")
    assert await ids(f"owner={owner}") == both
    for empty in ("status=no-such", "status=failed,completed", "owner=x", "name=x", "experiment_id=x", "tags=c"):
        assert await ids(empty) == []
    for status in JobStatus:
        assert len(await async_sdk.jobs.list(status=status)) == (2 if status is JobStatus.PENDING else 0)
    assert len(await async_sdk.jobs.list(limit=1)) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("zzz=1", "query_bad_parameter"),
        ("limit=-1", "query_parameter_invalid"),
        ("limit=x", "query_parameter_invalid"),
        ("limit=1.5", "query_parameter_invalid"),
        ("limit=99999999999999999999", "query_parameter_invalid"),
        ("offset=-1", "query_parameter_invalid"),
        ("after=nothing", "query_parameter_invalid"),
    ],
)
async def test_parameters_are_taken_strictly(http: httpx.AsyncClient, query: str, code: str) -> None:
    answer = await http.get(f"/jobs?{query}")

    assert (answer.status_code, answer.json()["message_code"]) == (400, code)


async def test_what_is_not_there_is_404(async_sdk: AsyncEvalHubClient, http: httpx.AsyncClient) -> None:
    for name in ("nope", "No_Name", "a" * 300, "..", "%2e%2e%2fpods"):
        answer = await http.get(f"/jobs/{name}")
        assert answer.status_code == 404, name
        assert answer.json()["message_code"] == "resource_not_found"
    with pytest.raises(httpx.HTTPStatusError):
        await async_sdk.jobs.get("nope")


async def test_other_tenants_jobs_do_not_exist(
    cluster: Cluster, gateway: Live, async_sdk: AsyncEvalHubClient, team: Team
) -> None:
    job = await submitted(async_sdk, 1)
    with cluster.namespace("other") as other:
        stranger = await asyncio.to_thread(cluster.service_account, other, "stranger", WRITER)
        for tenant in (other, team.namespace):
            headers = {"Authorization": f"Bearer {stranger}", "X-Tenant": tenant}
            async with httpx.AsyncClient(base_url=f"{gateway.url}/api/v1/evaluations", headers=headers) as client:
                listed = await client.get("/jobs")
                assert listed.status_code == 403
                for method in ("GET", "DELETE"):
                    answer = await client.request(method, f"/jobs/{job}")
                    assert answer.status_code == (404 if tenant == team.namespace else 403)
    assert (await async_sdk.jobs.get(job)).id == job


async def test_who_may_read_but_not_write_is_told_so(cluster: Cluster, gateway: Live, team: Team) -> None:
    reader = [{**WRITER[0], "verbs": ["get", "list", "watch"]}]
    token = await asyncio.to_thread(cluster.service_account, team.namespace, "reader", reader)
    with SyncEvalHubClient(base_url=gateway.url, auth_token=token) as client:
        assert await asyncio.to_thread(client.jobs.list) == []
        with pytest.raises(httpx.HTTPStatusError) as refused:
            await asyncio.to_thread(client.jobs.submit, JobSubmissionRequest(**request()))
    assert refused.value.response.status_code == 403
    assert refused.value.response.json()["message_code"] == "forbidden"


async def test_transactions_have_the_callers_name(http: httpx.AsyncClient) -> None:
    for path in ("/jobs", "/jobs/nope", "/jobs?zzz=1"):
        answer = await http.get(path, headers={"X-Global-Transaction-Id": "mine-1"})
        assert answer.headers["X-Global-Transaction-Id"] == "mine-1"
        if answer.is_error:
            assert answer.json()["trace"] == "mine-1"
            assert answer.json()["detail"] == answer.json()["message"]
    assert (await http.get("/jobs")).headers["X-Global-Transaction-Id"]


async def test_methods_that_are_none(http: httpx.AsyncClient, gateway: Live) -> None:
    for method, path in (("PUT", "/jobs"), ("DELETE", "/jobs"), ("POST", "/jobs/x"), ("HEAD", "/jobs")):
        assert (await http.request(method, path)).status_code == 405
    assert (await http.post(f"{gateway.url}/api/v1/health")).status_code == 405


@pytest.fixture
def second(cluster: Cluster, gateway: Live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Another replica, whose store is another: what is in etcd is enough for this."""
    with live_gateway(cluster, gateway.tenant, tmp_path_factory.mktemp("second")) as live:
        yield live


async def test_two_replicas_show_the_same(async_sdk: AsyncEvalHubClient, second: Live) -> None:
    other = AsyncEvalHubClient(base_url=second.url, auth_token=second.token, tenant=second.tenant)
    async with other:
        for number in range(10):
            job = await submitted(async_sdk, number)
            assert (await other.jobs.get(job)).id == job  # at once: what its watch lacks is looked up
        async with asyncio.timeout(10):
            while len(await other.jobs.list()) < 10:  # noqa: ASYNC110 - looks from outside
                await asyncio.sleep(0.02)
        first = [job.id for job in await async_sdk.jobs.list()]
        assert [job.id for job in await other.jobs.list()] == first
