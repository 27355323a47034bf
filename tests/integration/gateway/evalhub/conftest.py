"""The published SDK's own clients against a whole gateway on the real API server."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from evalhub import AsyncEvalHubClient, SyncEvalHubClient

from referee.app import Operator
from tests.integration.gateway.live import Live, live_gateway
from tests.integration.operator.running import running
from tests.integration.operator.team import Team
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble


@pytest.fixture(scope="session", autouse=True)
def _definitions(cluster: Cluster) -> None:
    cluster.install_crds()


@pytest.fixture
async def team(cluster: Cluster, namespace: str, kubelet: KubeletDouble) -> Team:
    """A tenant with a provider `p`, which has benchmarks `b0` to `b9`."""
    team = Team(cluster, namespace, kubelet)
    await team.provide()
    return team


@pytest.fixture
def gateway(cluster: Cluster, team: Team, tmp_path: Path) -> Iterator[Live]:
    with live_gateway(cluster, team.namespace, tmp_path) as live:
        yield live


@pytest.fixture
def operator(team: Team) -> Iterator[Operator]:
    with running(team.cluster, team.namespace) as operator:
        yield operator


@pytest.fixture
def sdk(gateway: Live) -> Iterator[SyncEvalHubClient]:
    with SyncEvalHubClient(base_url=gateway.url, auth_token=gateway.token, tenant=gateway.tenant) as client:
        yield client


@pytest.fixture
async def async_sdk(gateway: Live) -> AsyncIterator[AsyncEvalHubClient]:
    async with AsyncEvalHubClient(base_url=gateway.url, auth_token=gateway.token, tenant=gateway.tenant) as client:
        yield client


@pytest.fixture
async def http(gateway: Live) -> AsyncIterator[httpx.AsyncClient]:
    """Plain requests of the same person."""
    base = f"{gateway.url}/api/v1/evaluations"
    async with httpx.AsyncClient(base_url=base, headers=gateway.headers, trust_env=False, timeout=30) as client:
        yield client


def request(benchmarks: int = 1, **fields: Any) -> dict[str, Any]:
    """The body of a submit."""
    return {
        "name": "capitals",
        "model": {"url": "http://m:8000/v1", "name": "m"},
        "benchmarks": [{"id": f"b{i}", "provider_id": "p"} for i in range(benchmarks)],
        **fields,
    }
