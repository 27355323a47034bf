"""Lets every pod of a namespace meet a fate, as it appears: what stands in for the adapters of many jobs at once.

A fate is a coroutine per pod. When the pod is deleted the coroutine is cancelled, which is the pod's SIGTERM: a fate
that catches it may still report something; then the pod ends with 143 and goes, as under a kubelet.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.testbed.api_client import Json
from tests.testbed.kubelet_double import KubeletDouble, NotThereError
from tests.testbed.pod_status import SIGTERM_EXIT

Fate = Callable[[KubeletDouble, Json], Awaitable[None]]
"""Takes the pod as it was created. It may return at any time; the pod then stays as it left it."""

LINE_LIMIT = 2**22


def succeeds(message: str = "") -> Fate:
    """The pod runs and exits with 0, leaving this termination message."""

    async def fate(kubelet: KubeletDouble, pod: Json) -> None:
        await kubelet.run(pod)
        await kubelet.succeed(pod, message)

    return fate


async def runs(kubelet: KubeletDouble, pod: Json) -> None:
    """The pod runs until it is deleted."""
    await kubelet.run(pod)
    await asyncio.Event().wait()


@asynccontextmanager
async def autopilot(kubelet: KubeletDouble, namespace: str, fate: Fate) -> AsyncIterator[None]:
    """Every pod of the namespace that is not bound elsewhere meets the fate while the context lasts.

    What a fate raises, ends the context, except that its pod is gone.
    """
    async with asyncio.TaskGroup() as tasks:
        pilot = _Pilot(kubelet, namespace, fate, tasks)
        watching = tasks.create_task(pilot.watch())
        try:
            yield
        finally:
            watching.cancel()
            pilot.abandon()


class _Pilot:
    """The watch and, by pod uid, the fates under way."""

    def __init__(self, kubelet: KubeletDouble, namespace: str, fate: Fate, tasks: asyncio.TaskGroup) -> None:
        self._kubelet = kubelet
        self._pods = f"/api/v1/namespaces/{namespace}/pods"
        self._fate = fate
        self._tasks = tasks
        self._flying: dict[str, asyncio.Task[None]] = {}
        self._ended: set[str] = set()

    async def watch(self) -> None:
        """Follow the pods; the server ends a watch after some minutes, and then all begins anew."""
        while True:
            listed = await self._kubelet.call("GET", self._pods)
            for pod in listed["items"]:
                self._see("ADDED", pod)
            query = {"watch": "true", "resourceVersion": listed["metadata"]["resourceVersion"]}
            async with self._kubelet.session.get(self._pods, params=query, read_bufsize=LINE_LIMIT) as answer:
                async for line in answer.content:
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        break
                    self._see(event["type"], event["object"])

    def abandon(self) -> None:
        """Leave the pods as they are."""
        for task in self._flying.values():
            task.cancel()

    def _see(self, kind: str, pod: Json) -> None:
        uid = pod["metadata"]["uid"]
        flying = self._flying.get(uid)
        if kind == "DELETED":
            if flying is not None:
                flying.cancel()
        elif pod["metadata"].get("deletionTimestamp"):
            if uid not in self._ended:
                self._ended.add(uid)
                self._tasks.create_task(self._terminate(pod, flying))
        elif flying is None and pod["spec"].get("nodeName", self._kubelet.node) == self._kubelet.node:
            self._flying[uid] = self._tasks.create_task(self._fly(pod))

    async def _fly(self, pod: Json) -> None:
        with contextlib.suppress(NotThereError):
            await self._fate(self._kubelet, pod)

    async def _terminate(self, pod: Json, flying: asyncio.Task[None] | None) -> None:
        if flying is not None:
            flying.cancel()
            await asyncio.wait([flying])
        with contextlib.suppress(NotThereError):
            if pod["status"].get("phase") not in ("Succeeded", "Failed"):
                await self._kubelet.fail(pod, SIGTERM_EXIT)
            await self._kubelet.remove(pod)
