"""`house`: a gateway's parts in this process over a real API server, in a namespace of its own; and its `client`."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from referee.gateway.app import create_app
from referee.runtime.kube import Kube
from referee.runtime.transport import Transport
from tests.fakeapi.proxy import FaultyProxy
from tests.integration.gateway.house import RealHouse, gateway_parts
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.process import RULES
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble


@pytest.fixture
async def bare(cluster: Cluster, namespace: str, kubelet: KubeletDouble) -> AsyncIterator[RealHouse]:
    """A house without a gateway."""
    transport = Transport(cluster.credentials)
    yield RealHouse(Kube(transport), namespace, kubelet)
    await transport.close()


@pytest.fixture
async def house(bare: RealHouse, cluster: Cluster) -> AsyncIterator[RealHouse]:
    async with gateway_parts(bare, cluster.credentials):
        yield bare


@pytest.fixture
async def client(house: RealHouse) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(house.children))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest.fixture
async def proxy(cluster: Cluster) -> AsyncIterator[FaultyProxy]:
    async with FaultyProxy(cluster.credentials) as proxy:
        yield proxy


@pytest.fixture
def role_kubeconfig(cluster: Cluster, namespace: str, tmp_path: Path) -> Path:
    """A ServiceAccount with a gateway's Role in its own namespace."""
    token = cluster.service_account(namespace, "referee-gateway", RULES)
    return kubeconfig_for(cluster, tmp_path / "gateway.kubeconfig", token, namespace)
