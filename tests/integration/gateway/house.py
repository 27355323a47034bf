"""Children on a real API server: its controller manager makes the pods, a double of the kubelet runs them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from referee.api.names import ADAPTER_AUDIENCE
from referee.gateway.reporting.jobs import JobChildren
from referee.gateway.reporting.tokens import TokenChecker
from referee.gateway.watched import Watched
from referee.runtime.credentials import Credentials
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import PODS, SERVICE_ACCOUNTS
from referee.runtime.transport import Transport
from tests.contract.children.cluster import ClusterHouse
from tests.testbed.kubelet_double import KubeletDouble


class RealHouse(ClusterHouse):
    """In one namespace."""

    def __init__(self, kube: Kube, namespace: str, kubelet: KubeletDouble) -> None:
        super().__init__(kube, namespace, controlled=True)
        self.kubelet = kubelet

    async def mint(self, pod: Object, *audiences: str) -> str:
        """The token that a kubelet would project into this pod."""
        meta = pod["metadata"]
        bound = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}
        return await self._request({"audiences": audiences or [ADAPTER_AUDIENCE], "boundObjectRef": bound})

    async def mint_unbound(self) -> str:
        """A token of the ServiceAccount alone."""
        return await self._request({"audiences": [ADAPTER_AUDIENCE]})

    async def run_pod(self, pod: Object) -> None:
        await self.kubelet.run(pod)

    async def end_pod(self, pod: Object) -> None:
        await self.kubelet.succeed(pod)

    async def remove_pod(self, pod: Object) -> None:
        await self.kubelet.remove(pod)

    async def delete_pod(self, pod: Object) -> None:
        """Ask for its end; it has its grace until the kubelet removes it."""
        await self.kube.delete(PODS.one(self.namespace, pod["metadata"]["name"]))

    async def _request(self, spec: Object) -> str:
        path = SERVICE_ACCOUNTS.one(self.namespace, "default", "token")
        answer = await self.kube.ask(path, {"spec": spec})
        return str(answer["status"]["token"])


@asynccontextmanager
async def gateway_parts(house: RealHouse, credentials: Credentials) -> AsyncIterator[None]:
    """Give the house its port, over these credentials."""
    transport = Transport(credentials)
    kube = Kube(transport)
    watched = Watched(kube, [house.namespace])
    tasks = [asyncio.create_task(run()) for run in watched.tasks]
    await watched.primed()
    children = JobChildren(kube, watched, TokenChecker(kube, ADAPTER_AUDIENCE))
    house.children = children
    yield
    await children.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await transport.close()
