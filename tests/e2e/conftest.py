"""The node of the end-to-end tests, with Referee on it: one a run, on which every test, or file of tests, has a
namespace.

Where no node can run, a developer's run skips with the reason; in CI, where nobody reads that, it fails.
"""

import os
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.e2e.prompter import Prompter, prompting
from tests.e2e.team import Team
from tests.testbed.cluster import Cluster
from tests.testbed.images import REFEREE
from tests.testbed.node import Node, provide_image
from tests.testbed.requirements import ensure_packages, refusal
from tests.testbed.session import cluster_of_this_run
from tests.testbed.workloads import RESTRICTED


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if not os.environ.get("KUBECONFIG"):
        ensure_packages()
        if (why := refusal()) is not None:
            _refuse(why)
    found = cluster_of_this_run("node", install="tests.testbed.charts:as_pods")
    yield found
    found.api.close()


@pytest.fixture(scope="session")
def node(cluster: Cluster) -> Node:
    found = Node.of(cluster)
    if found is None:
        pytest.skip("this is about the testbed's own node, and KUBECONFIG names another cluster")
    return found


@pytest.fixture(scope="session")
def image(cluster: Cluster) -> str:
    return provide_image(cluster, REFEREE)


@pytest.fixture(scope="module")
def prompter(node: Node) -> Iterator[Prompter]:
    with prompting(node.host_address) as started:
        yield started


@pytest.fixture(scope="module")
def team(cluster: Cluster, prompter: Prompter) -> Iterator[Team]:
    """A namespace for the tests of a file, with the scripted provider, served by the release for every namespace."""
    with cluster.namespace() as name:
        cluster.api.patch(f"/api/v1/namespaces/{name}", {"metadata": {"labels": RESTRICTED}})
        team = Team(cluster, name, prompter.url)
        team.provide()
        yield team


def _refuse(why: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)
