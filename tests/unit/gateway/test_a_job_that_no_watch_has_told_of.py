"""A job that another replica has just made is there for every reader, as soon as the API server has it."""

from collections.abc import AsyncIterator

import pytest

from referee.runtime.credentials import Credentials, no_token
from referee.runtime.kube import Kube
from referee.runtime.paths import EVALUATION_JOBS
from referee.runtime.transport import Transport
from tests.fakeapi.server import FakeApi
from tests.unit.gateway.native.entries import NAMESPACE, Cached, job
from tests.unit.gateway.readers import Surfaces

READ = ["/evaluationjobs/{}", "/api/v1/evaluations/jobs/{}/logs", "/api/v1/evaluations/jobs/{}/results"]
READ += ["/api/v1/evaluations/jobs/{}/samples", "/api/v1/evaluations/jobs/{}/benchmarks/0/logs"]


@pytest.fixture
async def server() -> AsyncIterator[FakeApi]:
    async with FakeApi() as server:
        yield server


@pytest.fixture
async def transport(server: FakeApi) -> AsyncIterator[Transport]:
    transport = Transport(server.credentials)
    yield transport
    await transport.close()


@pytest.mark.parametrize("path", READ)
async def test_it_is_found_where_it_stands(server: FakeApi, transport: Transport, path: str) -> None:
    server.add(EVALUATION_JOBS, {**job("a", 1), "metadata": {"name": "a"}}, NAMESPACE)
    surfaces = Surfaces(Cached(transport), Kube(transport))

    async with surfaces.client() as client:
        assert (await client.get(path.format("a"))).status_code == 200
        assert (await client.get(path.format("b"))).status_code == 404
        assert (await client.get(path.format("a"))).status_code == 200

    assert server.counted() == {("get", "evaluationjobs"): 2}


@pytest.mark.parametrize("path", READ)
async def test_it_is_not_denied_while_the_api_server_does_not_answer(
    server: FakeApi, transport: Transport, path: str
) -> None:
    surfaces = Surfaces(Cached(transport), Kube(transport))
    server.fail(503)

    async with surfaces.client() as client:
        assert (await client.get(path.format("a"))).status_code == 503


@pytest.mark.parametrize("path", READ)
async def test_who_may_not_read_it_has_nothing_looked_up(server: FakeApi, transport: Transport, path: str) -> None:
    server.add(EVALUATION_JOBS, {**job("a", 1), "metadata": {"name": "a"}}, NAMESPACE)
    surfaces = Surfaces(Cached(transport), Kube(transport))
    surfaces.people.refused = {"evaluationjobs"}

    async with surfaces.client() as client:
        assert (await client.get(path.format("a"))).status_code == 404

    assert server.calls == []


async def test_a_log_waits_for_the_caches_that_it_is_put_together_from() -> None:
    transport = Transport(Credentials("http://127.0.0.1:1", no_token))
    cached = Cached(transport)
    cached.put(job("a", 1))
    surfaces = Surfaces(cached, unprimed=lambda: "1 of 5 caches are not filled")

    async with surfaces.client() as client:
        answer = await client.get("/api/v1/evaluations/jobs/a/logs")

    assert (answer.status_code, answer.json()["message_code"]) == (503, "service_unavailable")
    await transport.close()
