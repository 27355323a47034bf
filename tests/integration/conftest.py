"""The API server of the integration tests, one a run, with a double of the kubelet for the pods."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble
from tests.testbed.session import cluster_of_this_run


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    cluster = cluster_of_this_run("api")
    yield cluster
    cluster.api.close()


@pytest.fixture
async def kubelet(cluster: Cluster) -> AsyncIterator[KubeletDouble]:
    async with KubeletDouble(cluster) as double:
        yield double
