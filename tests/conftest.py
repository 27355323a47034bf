"""What every level of tests shares: a namespace of its own for each test, on whichever cluster the level gives."""

from collections.abc import Iterator

import pytest

from tests.testbed.cluster import Cluster


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    with cluster.namespace() as name:
        yield name
