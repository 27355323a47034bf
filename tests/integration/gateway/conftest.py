"""`house`: children on a real API server, and the gateway's parts in this process, in a namespace of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from referee.api.names import ADAPTER_AUDIENCE
from referee.gateway.jobs import JobChildren
from referee.gateway.tokens import TokenChecker
from referee.gateway.watched import Watched
from referee.runtime.credentials import Credentials
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import SERVICE_ACCOUNTS
from referee.runtime.transport import Transport
from tests.contract.children.cluster import ClusterHouse
from tests.testbed.cluster import Cluster


class RealHouse(ClusterHouse):
    """Children on a real API server; its controller manager makes the pods, the test plays the kubelet."""

    def __init__(self, kube: Kube, namespace: str) -> None:
        super().__init__(kube, namespace, self.mint, controlled=True)

    async def mint(self, pod: Object, *audiences: str) -> str:
        """The token that the kubelet would project into this pod."""
        meta = pod["metadata"]
        bound = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}
        spec = {"audiences": audiences or [ADAPTER_AUDIENCE], "expirationSeconds": 3600, "boundObjectRef": bound}
        answer = await self.kube.ask(self._account("token"), {"spec": spec})
        return str(answer["status"]["token"])

    async def mint_unbound(self) -> str:
        """A token of the ServiceAccount alone."""
        answer = await self.kube.ask(self._account("token"), {"spec": {"audiences": [ADAPTER_AUDIENCE]}})
        return str(answer["status"]["token"])

    def _account(self, subresource: str = "") -> str:
        return SERVICE_ACCOUNTS.one(self.namespace, "default", subresource)


@pytest.fixture
async def bare(cluster: Cluster, namespace: str) -> AsyncIterator[RealHouse]:
    """A house without a gateway."""
    transport = Transport(cluster.credentials)
    yield RealHouse(Kube(transport), namespace)
    await transport.close()


@pytest.fixture
async def house(bare: RealHouse) -> AsyncIterator[RealHouse]:
    async with gateway_parts(bare, bare.kube.transport.credentials):
        yield bare


@asynccontextmanager
async def gateway_parts(house: RealHouse, credentials: Credentials) -> AsyncIterator[None]:
    """Give the house its port, over these credentials."""
    transport = Transport(credentials)
    kube = Kube(transport)
    watched = Watched(kube, [house.namespace])
    tasks = [asyncio.create_task(run()) for run in watched.tasks]
    await watched.primed()
    children = JobChildren(kube, watched, TokenChecker(kube, ADAPTER_AUDIENCE))
    house.children = children
    yield
    await children.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await transport.close()
