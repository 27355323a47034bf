"""Adapters of the published SDK report, from real pods, through a gateway that is killed at every point of a result's
way: before the store's write, between store and annotation, between annotation and answer. Nothing is lost, nothing
counts twice; with one replica over SQLite, and with two over PostgreSQL.

The gateways are processes of this machine, where `killed.py` can stand in their way; the Service in the namespace leads
to them. Four results for each point; REFEREE_SLOW makes them twenty.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from referee.core.result import digest
from referee.store import Store
from tests.e2e import others
from tests.e2e.team import Team
from tests.e2e.tenant import CLASS, RELEASE, Tenant, tenant
from tests.integration.gateway.killed import POINTS
from tests.integration.gateway.process import gateway_process
from tests.integration.gateway.service import service
from tests.testbed.api_client import Json
from tests.testbed.control_plane import free_port
from tests.testbed.images import AGENT
from tests.testbed.node import Node, provide_image
from tests.testbed.session import postgresql_of_this_run
from tests.testbed.waiting import wait_for

pytestmark = pytest.mark.node

RESULTS = 20 if "REFEREE_SLOW" in os.environ else 4
AT_ONCE = 4
SLICES = "/apis/discovery.k8s.io/v1"


@pytest.fixture(scope="module")
def tenancy(team: Team, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """A namespace whose operator is a pod, and whose gateways are processes here."""
    with tenant(team, tmp_path_factory.mktemp("tenant")) as made:
        made.install(image, **{"agent.image": provide_image(team.cluster, AGENT)})
        made.scale("gateway", 0)
        services = f"/api/v1/namespaces/{team.namespace}/services"
        team.cluster.api.patch(f"{services}/{RELEASE}-gateway", {"spec": {"selector": None}})
        others.provide(team)
        yield made


@pytest.fixture(scope="module")
def postgresql_url() -> Iterator[str]:
    with postgresql_of_this_run() as server:
        yield server.url()


@pytest.mark.parametrize("point", POINTS)
async def test_with_one_replica(tenancy: Tenant, node: Node, tmp_path: Path, point: str) -> None:
    url = f"sqlite:///{tmp_path}/referee.db"

    killed = await _all_results(tenancy, node, tmp_path, point, url, ["a"])

    assert killed == RESULTS


@pytest.mark.parametrize("point", POINTS)
async def test_with_two_replicas(tenancy: Tenant, node: Node, tmp_path: Path, point: str, postgresql_url: str) -> None:
    killed = await _all_results(tenancy, node, tmp_path, point, postgresql_url, ["a", "b"])

    assert RESULTS <= killed <= 2 * RESULTS


async def _all_results(
    tenancy: Tenant, node: Node, directory: Path, point: str, url: str, replicas: Sequence[str]
) -> int:
    """Let pods report them all; check what is kept of each. How often a gateway was killed meanwhile."""
    marks = directory / "killed"
    marks.mkdir()
    names = [f"{point.replace(' ', '-')}-{len(replicas)}-{number}" for number in range(RESULTS)]
    slots = asyncio.Semaphore(AT_ONCE)

    async def run(number: int) -> None:
        async with slots:
            await asyncio.to_thread(_run, tenancy.team, names[number], number)

    async with _gateways(tenancy, node, point, marks, url, replicas):
        await asyncio.gather(*(run(number) for number in range(RESULTS)))
    store = await Store.open(url)
    try:
        for number, name in enumerate(names):
            await _kept_once(tenancy.team, store, name, number)
    finally:
        await store.close()
    return len(list(marks.iterdir()))


def _run(team: Team, name: str, number: int) -> None:
    others.apply(team, name, "behaving", {"acc": number / 100}, className=CLASS)
    found = others.ended(team, name, 180)
    assert (found["phase"], found.get("reason"), found["primary"]["value"]) == ("Completed", None, number / 100), found
    # a result that is on its Job ends the benchmark, also where its gateway died with it for another's sake: whoever
    # posted it was not told yet, and comes again
    wait_for(lambda: all(_over(pod) for pod in team.pods(name)), f"the pods of {name} to be over", 180)


def _over(pod: Json) -> bool:
    return pod["status"]["phase"] in ("Succeeded", "Failed")


async def _kept_once(team: Team, store: Store, name: str, number: int) -> None:
    job = team.cluster.api.get(team.path(name))
    [benchmark] = job["status"]["benchmarks"]
    [child] = team.children(name)
    [stored] = [row async for row in store.results.of_job(job["metadata"]["uid"])]
    assert stored.run.child_uid == child["metadata"]["uid"]
    assert stored.digest == benchmark["resultDigest"] == digest(dict(stored.document))
    assert {"name": "acc", "value": number / 100} in stored.document["metrics"]
    assert benchmark["attempt"] == 1


@asynccontextmanager
async def _gateways(
    tenancy: Tenant, node: Node, point: str, marks: Path, url: str, replicas: Sequence[str]
) -> AsyncIterator[None]:
    """So many of them behind the namespace's Service."""
    cluster, namespace = tenancy.team.cluster, tenancy.team.namespace
    ports = [free_port("127.0.0.1") for _ in replicas]
    async with AsyncExitStack() as stack:
        for name, port in zip(replicas, ports, strict=True):
            command = ("-m", "tests.integration.gateway.killed", point, str(marks), name)
            served = gateway_process(cluster.kubeconfig, [namespace], store_url=url, command=command, port=port)
            await stack.enter_async_context(served)
        address = urlsplit(await stack.enter_async_context(service(ports, node.host_address)))
        slice_ = {
            "metadata": {"name": "here", "labels": {"kubernetes.io/service-name": f"{RELEASE}-gateway"}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [address.hostname], "conditions": {"ready": True}}],
            "ports": [{"name": "http", "port": address.port}],
        }
        path = f"{SLICES}/namespaces/{namespace}/endpointslices"
        cluster.api.post(path, slice_)
        try:
            yield
        finally:
            cluster.api.delete(f"{path}/here")
