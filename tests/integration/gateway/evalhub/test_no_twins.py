"""A submit whose answer was lost is sent again by the SDK, and makes no second job."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from evalhub import AsyncEvalHubClient
from evalhub.models.api import JobSubmissionRequest

from tests.fakeapi.proxy import FaultyProxy
from tests.integration.gateway.evalhub.conftest import request
from tests.integration.gateway.live import Live, live_gateway
from tests.integration.operator.team import Team
from tests.testbed.cluster import Cluster

REQUEST = JobSubmissionRequest(**request())


@pytest.fixture
async def proxy(cluster: Cluster) -> AsyncIterator[FaultyProxy]:
    async with FaultyProxy(cluster.credentials) as proxy:
        yield proxy


@pytest.fixture
async def gateway(cluster: Cluster, team: Team, proxy: FaultyProxy, tmp_path: Path) -> AsyncIterator[Live]:
    """One whose way to the API server can be disturbed."""
    async with beside(cluster, team, tmp_path, proxy) as live:
        yield live


@asynccontextmanager
async def beside(cluster: Cluster, team: Team, directory: Path, proxy: FaultyProxy) -> AsyncIterator[Live]:
    """Started and ended in another thread, since the proxy answers in this one."""
    opened = live_gateway(cluster, team.namespace, directory, proxy.credentials)
    live = await asyncio.to_thread(opened.__enter__)
    try:
        yield live
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)


async def standing(team: Team) -> list[str]:
    listed: list[dict[str, Any]] = (await team.call("GET", team.path("evaluationjobs")))["items"]
    return [obj["metadata"]["name"] for obj in listed]


async def test_a_job_whose_making_was_not_confirmed_is_found(
    proxy: FaultyProxy, async_sdk: AsyncEvalHubClient, team: Team
) -> None:
    proxy.fail(verb="create", resource="evaluationjobs", kind="lose")

    job = await async_sdk.jobs.submit(REQUEST)

    assert await standing(team) == [job.id]


async def test_what_is_503_is_found_by_its_repetition(
    proxy: FaultyProxy, async_sdk: AsyncEvalHubClient, team: Team
) -> None:
    proxy.fail(verb="create", resource="evaluationjobs", kind="lose")
    proxy.fail(verb="get", resource="evaluationjobs", code=503)

    job = await async_sdk.jobs.submit(REQUEST)

    assert await standing(team) == [job.id]


async def test_a_client_that_went_away_gets_the_same_job(
    proxy: FaultyProxy, gateway: Live, http: httpx.AsyncClient, team: Team
) -> None:
    body = request()
    hanging = proxy.fail(verb="create", resource="evaluationjobs", kind="hang")
    url = f"{gateway.url}/api/v1/evaluations/jobs"
    async with httpx.AsyncClient(headers=gateway.headers, timeout=30, trust_env=False) as impatient:
        lost = asyncio.create_task(impatient.post(url, json=body))
        async with asyncio.timeout(20):
            while hanging.times:  # noqa: ASYNC110 - looks from outside
                await asyncio.sleep(0.02)
        lost.cancel()
    await asyncio.gather(lost, return_exceptions=True)

    answer = await http.post("/jobs", json=body)
    hanging.released.set()

    assert answer.status_code == 202
    assert await standing(team) == [answer.json()["resource"]["id"]]
    again = await http.post("/jobs", json=body)
    assert len(await standing(team)) == 2
    assert again.json()["resource"]["id"] != answer.json()["resource"]["id"]


async def test_a_failure_before_anything_was_made_is_no_job(
    proxy: FaultyProxy, http: httpx.AsyncClient, team: Team
) -> None:
    body = request()
    proxy.fail(verb="create", resource="evaluationjobs", kind="reset")
    failed = await http.post("/jobs", json=body)

    made = await asyncio.gather(*(http.post("/jobs", json=body) for _ in range(2)))

    assert failed.status_code == 503
    assert sorted(await standing(team)) == sorted(answer.json()["resource"]["id"] for answer in made)


async def test_two_submits_that_were_answered_are_two_jobs(async_sdk: AsyncEvalHubClient, team: Team) -> None:
    first, second = await async_sdk.jobs.submit(REQUEST), await async_sdk.jobs.submit(REQUEST)
    more = await asyncio.gather(*(async_sdk.jobs.submit(REQUEST) for _ in range(10)))

    assert sorted(await standing(team)) == sorted(job.id for job in (first, second, *more))


async def test_a_key_makes_one_job(http: httpx.AsyncClient, team: Team) -> None:
    async def post(key: str, **fields: Any) -> httpx.Response:
        return await http.post("/jobs", json=request(**fields), headers={"Idempotency-Key": key})

    answers = await asyncio.gather(*(post("monday") for _ in range(5)))
    ids = {answer.json()["resource"]["id"] for answer in answers}
    assert {answer.status_code for answer in answers} == {202}
    assert await standing(team) == list(ids)

    other = await post("monday", description="another")
    assert (other.status_code, other.json()["message_code"]) == (409, "idempotency_key_reused")
    assert (await post("tuesday")).json()["resource"]["id"] not in ids


async def test_what_another_gateway_made_and_may_not_have_answered_is_given_out_once(
    cluster: Cluster,
    team: Team,
    proxy: FaultyProxy,
    async_sdk: AsyncEvalHubClient,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    first = await async_sdk.jobs.submit(REQUEST)
    async with beside(cluster, team, tmp_path_factory.mktemp("second"), proxy) as other:
        client = AsyncEvalHubClient(base_url=other.url, auth_token=other.token, tenant=other.tenant)
        async with client:
            repeated, new = await client.jobs.submit(REQUEST), await client.jobs.submit(REQUEST)

    assert repeated.id == first.id
    assert sorted(await standing(team)) == sorted([first.id, new.id])
