"""A place with the shipped catalogue, whose pods have adapters that answer: one for each module that wants it."""

from collections.abc import Iterator

import pytest

from tests.integration.evalhub.adapters import adapters
from tests.integration.evalhub.catalogue import shipped
from tests.integration.evalhub.place import Place, place
from tests.testbed.cluster import Cluster


@pytest.fixture(scope="package")
def town(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Where scripts meet what the chart installs."""
    directory = tmp_path_factory.mktemp("town")
    with place(cluster, directory, shipped()) as here, adapters(here, directory / "kubelet"):
        yield here
