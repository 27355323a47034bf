"""A namespace with a provider, and an operator of it."""

from collections.abc import Iterator

import pytest

from referee.app import Operator
from tests.integration.operator.running import running
from tests.integration.operator.team import Team
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble


@pytest.fixture(scope="session", autouse=True)
def _definitions(cluster: Cluster) -> None:
    cluster.install_crds()


@pytest.fixture
async def team(cluster: Cluster, namespace: str, kubelet: KubeletDouble) -> Team:
    team = Team(cluster, namespace, kubelet)
    await team.provide()
    return team


@pytest.fixture
def operator(team: Team) -> Iterator[Operator]:
    with running(team.cluster, team.namespace) as operator:
        yield operator
