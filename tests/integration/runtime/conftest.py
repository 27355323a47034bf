"""`server`: the same tests on the fake and on a real API server."""

import uuid
from collections.abc import AsyncIterator

import pytest

from referee.runtime.credentials import load_credentials
from referee.runtime.kube import Kube
from referee.runtime.transport import Transport
from tests.fakeapi.server import FakeApi
from tests.integration.runtime.server import Server


@pytest.fixture
async def real() -> AsyncIterator[Server]:
    transport = Transport(load_credentials())
    kube = Kube(transport)
    name = f"runtime-{uuid.uuid4().hex[:8]}"
    await kube.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield Server(kube, name)
    await kube.delete(f"/api/v1/namespaces/{name}")
    await transport.close()


@pytest.fixture
async def fake() -> AsyncIterator[Server]:
    async with FakeApi() as api:
        transport = Transport(api.credentials)
        yield Server(Kube(transport), "ns")
        await transport.close()


@pytest.fixture(params=["fake", "real"])
def server(request: pytest.FixtureRequest) -> Server:
    # By name and not as a parameter: the fake's half must not start a cluster.
    chosen: Server = request.getfixturevalue(request.param)
    return chosen
