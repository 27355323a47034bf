"""`server`: the API server with our kinds. One namespace for all: each test makes objects of its own."""

from collections.abc import Iterator

import pytest

from tests.integration.crd.server import Server
from tests.testbed.cluster import Cluster


@pytest.fixture(scope="session")
def server(cluster: Cluster) -> Iterator[Server]:
    with cluster.namespace("crd") as name:
        yield Server(cluster, name)
