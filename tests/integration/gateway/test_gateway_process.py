"""The process: what it may, when it is ready, how it ends."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from referee.runtime.credentials import Credentials
from tests.contract.children.contract import RESULT
from tests.fakeapi.proxy import FaultyProxy
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.posting import post
from tests.integration.gateway.process import RULES, gateway_process
from tests.testbed.cluster import RBAC, Cluster


class SlowToPatch(FaultyProxy):
    """Passes patches on when it is told to."""

    def __init__(self, real: Credentials) -> None:
        super().__init__(real)
        self.taken, self.released = asyncio.Event(), asyncio.Event()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if request.method == "PATCH":
            self.taken.set()
            await self.released.wait()
        return await super().serve(request)


async def test_a_role_is_enough(bare: RealHouse, role_kubeconfig: Path) -> None:
    async with gateway_process(role_kubeconfig, []) as gateway:
        child = await bare.start(0)

        answer = await post(gateway.client, child.credential, referee={"result": RESULT})

        assert answer.status_code == 204
        assert (await bare.kept(child)).result == RESULT
        assert await gateway.end() == 0


async def test_it_serves_a_list_of_namespaces(bare: RealHouse, cluster: Cluster, tmp_path: Path) -> None:
    with cluster.namespace() as second, cluster.namespace() as third:
        token = cluster.service_account(bare.namespace, "referee-gateway", RULES)
        subject = {"kind": "ServiceAccount", "name": "referee-gateway", "namespace": bare.namespace}
        grant(cluster, second, subject)
        kubeconfig = kubeconfig_for(cluster, tmp_path / "two", token, bare.namespace)
        houses = [RealHouse(bare.kube, name, bare.kubelet) for name in (bare.namespace, second, third)]
        async with gateway_process(kubeconfig, [bare.namespace, second]) as gateway:
            children = [await house.start(0) for house in houses]

            answers = [await post(gateway.client, c.credential, referee={"result": RESULT}) for c in children]

        assert [answer.status_code for answer in answers] == [204, 204, 403]


async def test_it_serves_every_namespace(bare: RealHouse, cluster: Cluster, tmp_path: Path) -> None:
    """As the administrator here, which stands for a ClusterRole."""
    kubeconfig = kubeconfig_for(cluster, tmp_path / "all", cluster.token, "default")
    async with gateway_process(kubeconfig, ["*"]) as gateway:
        child = await bare.start(0)

        answer = await post(gateway.client, child.credential, referee={"result": RESULT})

    assert answer.status_code == 204


async def test_it_is_not_ready_without_its_rights_and_says_which(
    cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    token = cluster.service_account(
        namespace, "referee-gateway", [rule for rule in RULES if "jobs" not in rule["resources"]]
    )
    kubeconfig = kubeconfig_for(cluster, tmp_path / "less", token, namespace)
    async with gateway_process(kubeconfig, [], wait="/healthz") as gateway:
        async with asyncio.timeout(10):
            while "jobs.batch is forbidden" not in (answer := await gateway.ready()).text:  # noqa: ASYNC110 - from outside
                await asyncio.sleep(0.05)

        assert answer.status_code == 503
        assert (await gateway.client.get("/api/v1/health")).json()["status"] == "healthy"


async def test_it_counts_what_it_asks_of_the_api_server(role_kubeconfig: Path) -> None:
    async with gateway_process(role_kubeconfig, []) as gateway:
        answer = await gateway.client.get("/metrics")

    assert 'referee_api_requests_total{code="200",resource="jobs",verb="list"}' in answer.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_end_it_finishes_what_is_under_way(
    bare: RealHouse, cluster: Cluster, tmp_path: Path, number: int
) -> None:
    child = await bare.start(0)
    async with SlowToPatch(cluster.credentials) as proxy:
        kubeconfig = kubeconfig_for(cluster, tmp_path / "proxied", cluster.token, bare.namespace, server=proxy.url)
        async with gateway_process(kubeconfig, [bare.namespace]) as gateway:
            posting = asyncio.create_task(post(gateway.client, child.credential, referee={"result": RESULT}))
            async with asyncio.timeout(10):
                await proxy.taken.wait()
            ending = asyncio.create_task(gateway.end(number))
            await refuses_connections(gateway.client)
            proxy.released.set()

            assert (await posting).status_code == 204
            assert await ending == 0
    assert (await bare.kept(child)).result == RESULT


async def test_killed_it_has_lost_nothing_it_acknowledged(bare: RealHouse, role_kubeconfig: Path) -> None:
    child = await bare.start(0)
    async with gateway_process(role_kubeconfig, []) as gateway:
        answer = await post(gateway.client, child.credential, referee={"result": RESULT})
        await gateway.end(signal.SIGKILL)
    async with gateway_process(role_kubeconfig, []) as gateway:
        again = await post(gateway.client, child.credential, referee={"result": RESULT})

    assert (answer.status_code, again.status_code) == (204, 204)
    assert (await bare.kept(child)).result == RESULT


async def test_without_a_way_to_an_api_server_it_says_what_to_set(tmp_path: Path) -> None:
    missing = tmp_path / "none"
    with pytest.raises(AssertionError, match="ended with 2"):
        async with gateway_process(missing, []):
            pass


def grant(cluster: Cluster, namespace: str, subject: dict[str, str]) -> None:
    """The gateway's Role in another namespace."""
    scope = f"{RBAC}/namespaces/{namespace}"
    cluster.api.post(f"{scope}/roles", {"metadata": {"name": "referee-gateway"}, "rules": RULES})
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "referee-gateway"}
    binding = {"metadata": {"name": "referee-gateway"}, "roleRef": role, "subjects": [subject]}
    cluster.api.post(f"{scope}/rolebindings", binding)


async def refuses_connections(client: httpx.AsyncClient) -> None:
    """Wait until the gateway listens no more."""
    async with asyncio.timeout(10), httpx.AsyncClient(base_url=client.base_url, trust_env=False) as other:
        while True:
            try:
                await other.get("/healthz")
            except httpx.TransportError:
                return
            await asyncio.sleep(0.02)
