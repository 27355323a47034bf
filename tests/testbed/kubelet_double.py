"""Plays the kubelet's part for pods that nobody runs: binds them to a node of its own and writes their status.

It is a stand-in for what a cluster of an API server alone lacks, and no more: the Job controller, the garbage collector
and the API server's rules about pods are real. Pods are bound, not only given a status, since an unbound one vanishes
the moment it is deleted while a bound one waits for its kubelet, which is when an adapter sends what it has. The node
is a real object with a renewed Lease, or the pods on it would be collected as orphans after a minute.

For clusters without a scheduler: one that is there gets to the pods first, and binding fails with 409.
"""

import asyncio
import contextlib
import datetime as dt
import secrets
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.testbed import pod_status
from tests.testbed.api_client import PATCH_TYPES, Json
from tests.testbed.cluster import Cluster

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
HEARTBEAT = 10.0
CONNECTIONS = 16
NOT_FOUND = 404


class KubeletDouble:
    """One made-up node; it exists inside the context."""

    def __init__(self, cluster: Cluster) -> None:
        self.node = f"double-{secrets.token_hex(3)}"
        self._cluster = cluster
        self._bound: set[str] = set()

    async def __aenter__(self) -> Self:
        token = self._cluster.token
        self.session = aiohttp.ClientSession(
            self._cluster.server,
            connector=aiohttp.TCPConnector(ssl=self._cluster.credentials.ssl or True, limit=CONNECTIONS),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        )
        await self._register()
        self._heart = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with self.session:
            self._heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._heart
            left = await self.call("GET", f"/api/v1/pods?fieldSelector=spec.nodeName={self.node}")
            await asyncio.gather(*(self.remove(pod) for pod in left["items"]))
            await self.call("DELETE", f"/api/v1/nodes/{self.node}")
            await self.call("DELETE", f"{LEASES}/{self.node}")

    async def run(self, pod: Json) -> None:
        """Its containers run."""
        await self.bind(pod)
        await self._report(pod, pod_status.running(pod, _now()))

    async def succeed(self, pod: Json, message: str = "", sidecar: str = "") -> None:
        """Its containers exit with 0, leaving a termination message; its sidecars leave one of their own."""
        await self.bind(pod)
        await self._report(pod, pod_status.terminated(pod, _now(), 0, "Completed", message, sidecar))

    async def fail_before(self, pod: Json, message: str = "") -> None:
        """Its first init container fails, leaving a termination message."""
        await self.bind(pod)
        await self._report(pod, pod_status.ended_before(pod, _now(), message))

    async def fail(self, pod: Json, exit_code: int = 1, reason: str = "Error", message: str = "") -> None:
        """Its containers end with another code: 137 with OOMKilled, for one."""
        await self.bind(pod)
        await self._report(pod, pod_status.terminated(pod, _now(), exit_code, reason, message))

    async def waiting(self, pod: Json, reason: str, message: str = "") -> None:
        """Its containers cannot start, and the kubelet goes on trying."""
        await self.bind(pod)
        await self._report(pod, pod_status.waiting(pod, _now(), reason, message))

    async def evict(self, pod: Json, message: str = "The node was low on resource: memory.") -> None:
        """The node throws it out."""
        await self.bind(pod)
        await self._report(pod, pod_status.evicted(_now(), message))

    async def unschedulable(self, pod: Json, message: str = "0/1 nodes are available: 1 Insufficient memory.") -> None:
        """No node takes it."""
        await self._report(pod, pod_status.unschedulable(_now(), message))

    async def bind(self, pod: Json) -> None:
        """Put it on this node, unless it is there."""
        name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
        if uid not in self._bound:
            target = {"apiVersion": "v1", "kind": "Node", "name": self.node}
            await self.call(
                "POST", f"{pod_path(pod)}/binding", {"metadata": {"name": name, "uid": uid}, "target": target}
            )
            self._bound.add(uid)

    async def remove(self, pod: Json) -> None:
        """Let it go for good, as the kubelet does when the containers of a deleted pod have ended."""
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
        with contextlib.suppress(NotThereError):
            await self.call("DELETE", pod_path(pod), options)

    async def call(
        self, method: str, path: str, body: Json | list[Json] | None = None, kind: str = "application/json"
    ) -> Any:
        """One request; NotThereError for a 404, ClientResponseError with the server's message for another refusal."""
        async with self.session.request(method, path, json=body, headers={"Content-Type": kind}) as answer:
            decoded = await answer.json()
            if answer.status == NOT_FOUND:
                raise NotThereError(decoded["message"])
            if not answer.ok:
                raise aiohttp.ClientResponseError(
                    answer.request_info, answer.history, status=answer.status, message=decoded["message"]
                )
            return decoded

    async def _report(self, pod: Json, status: Json) -> None:
        # The uid makes it a conflict if another pod of the same name has taken its place.
        body = {"metadata": {"uid": pod["metadata"]["uid"]}, "status": status}
        await self.call("PATCH", f"{pod_path(pod)}/status", body, PATCH_TYPES["merge"])

    async def _register(self) -> None:
        await self.call("POST", "/api/v1/nodes", {"metadata": {"name": self.node}, "spec": {"unschedulable": True}})
        await self.call("POST", LEASES, {"metadata": {"name": self.node}, "spec": self._lease()})
        ready = {"type": "Ready", "status": "True", "reason": "Double", "lastHeartbeatTime": _now()}
        path = f"/api/v1/nodes/{self.node}/status"
        await self.call("PATCH", path, {"status": {"conditions": [ready]}}, PATCH_TYPES["strategic"])

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            await self.call("PATCH", f"{LEASES}/{self.node}", {"spec": self._lease()}, PATCH_TYPES["merge"])

    def _lease(self) -> Json:
        return {"holderIdentity": self.node, "leaseDurationSeconds": 40, "renewTime": _now("microseconds")}


class NotThereError(Exception):
    """What was to be changed is gone, which for a pod is nobody's fault."""


def pod_path(pod: Json) -> str:
    """Where a pod is in the API."""
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def _now(precision: str = "seconds") -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec=precision).replace("+00:00", "Z")
