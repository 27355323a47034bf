"""`server`: the same tests on the fake and on a real API server."""

from collections.abc import AsyncIterator

import pytest

from referee.runtime.kube import Kube
from referee.runtime.transport import Transport
from tests.fakeapi.server import FakeApi
from tests.integration.runtime.server import Server
from tests.testbed.cluster import Cluster


@pytest.fixture
async def real(cluster: Cluster, namespace: str) -> AsyncIterator[Server]:
    transport = Transport(cluster.credentials)
    yield Server(Kube(transport), namespace)
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
