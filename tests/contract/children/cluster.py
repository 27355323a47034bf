"""A job with children on an API server, as the operator, the Job controller and a kubelet leave it.

On a real server the Job controller makes the pods; on the fake one the test does.
"""

import asyncio
import contextlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from referee.api import names
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import RunPlan
from referee.core.jobspec import Turn
from referee.core.podspec import PodDefaults, child_manifests
from referee.gateway.reporting.children import Children
from referee.runtime.errors import NotFound
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import EVALUATION_JOBS, JOBS, PODS, Resource
from tests.contract.children.contract import BENCHMARKS, JOB, PRIMARY, PROVIDER, Json, Kept, Running

PLAN = {
    "adapters": {PROVIDER: {"image": "registry.example/adapter:1"}},
    "benchmarks": [
        {"index": index, "id": benchmark, "provider": PROVIDER, "primaryScore": {"metric": PRIMARY}}
        for index, benchmark in enumerate(BENCHMARKS)
    ],
    "digest": "sha256:0",
}


class ClusterHouse(ABC):
    """Children as Jobs; `children` is the port under test."""

    children: Children

    def __init__(self, kube: Kube, namespace: str, *, controlled: bool) -> None:
        """Take whether somebody else makes pods of Jobs."""
        self.kube = kube
        self.namespace = namespace
        self._controlled = controlled

    @abstractmethod
    async def mint(self, pod: Object) -> str:
        """Make the token that a kubelet would project into this pod."""

    async def evaluation(self, name: str = JOB) -> EvaluationJob:
        """The EvaluationJob with its frozen plan; made if it is not there."""
        path = EVALUATION_JOBS.one(self.namespace, name)
        try:
            return EvaluationJob.model_validate(await self.kube.get(path))
        except NotFound:
            made = await self.kube.create(EVALUATION_JOBS.all(self.namespace), _evaluation(name))
        status = {"observedGeneration": 1, "attempt": 1, "phase": "Running", "plan": PLAN}
        await self.kube.replace(f"{path}/status", {**made, "status": status})
        return EvaluationJob.model_validate(made)

    async def start(self, index: int, *, job: str = JOB, attempt: int = 1) -> Running:
        """As the operator creates it and a kubelet runs it."""
        return await self.running(await self.pod(index, job=job, attempt=attempt))

    async def pod(self, index: int, *, job: str = JOB, attempt: int = 1) -> Object:
        """The running pod of a new child."""
        evaluation = await self.evaluation(job)
        plan = RunPlan.model_validate(PLAN)
        manifests = child_manifests(
            evaluation, plan, plan.benchmarks[index], Turn(attempt), PodDefaults("http://referee-gateway")
        )
        child = await self.kube.create(JOBS.all(self.namespace), manifests.job)
        pod = await self._pod_of(child)
        await self.run_pod(pod)
        return pod

    async def running(self, pod: Object) -> Running:
        """The child of a pod, with the pod's token."""
        owner = pod["metadata"]["ownerReferences"][0]
        return Running(await self.mint(pod), owner["name"], owner["uid"])

    async def end(self, child: Running) -> None:
        """Its pod is over; the Job controller makes an end of the Job."""
        for pod in await self.pods_of(child):
            await self.end_pod(pod)
        if self._controlled:
            await self.until(lambda: self._ended(child))

    async def again(self, child: Running) -> Running:
        """Delete the Job with its pods, and start it again: same job, same index, same attempt."""
        job = await self.kube.get(JOBS.one(self.namespace, child.name))
        index = int(job["metadata"]["labels"][names.LABEL_INDEX])
        await self.kube.delete(JOBS.one(self.namespace, child.name))
        for pod in await self.pods_of(child):
            await self.remove_pod(pod)
        await self.until(lambda: self._gone(child))
        return await self.start(index)

    async def kept(self, child: Running) -> Kept:
        """The annotations of the Job."""
        meta = (await self.kube.get(JOBS.one(self.namespace, child.name)))["metadata"]
        assert meta["uid"] == child.uid
        annotations = meta["annotations"]
        read = (_json(annotations.get(name)) for name in _KEPT)
        return Kept(*read)

    async def pods_of(self, child: Running) -> list[Object]:
        """Its pods."""
        pods = self.kube.list(
            PODS.all(self.namespace), label_selector=f"batch.kubernetes.io/controller-uid={child.uid}"
        )
        return [pod async for pod in pods]

    async def run_pod(self, pod: Object) -> None:
        """Its containers run."""
        await self.set_status(PODS, pod, {"phase": "Running"})

    async def end_pod(self, pod: Object) -> None:
        """Its containers have ended well."""
        await self.set_status(PODS, pod, {"phase": "Succeeded"})

    async def remove_pod(self, pod: Object) -> None:
        """It is gone for good."""
        with contextlib.suppress(NotFound):
            await self.kube.delete(PODS.one(self.namespace, pod["metadata"]["name"]))

    async def set_status(self, resource: Resource, obj: Object, status: Json) -> Object:
        """As whoever owns the status writes it."""
        path = resource.one(self.namespace, obj["metadata"]["name"], "status")
        return await self.kube.merge_patch(path, {"status": status})

    async def until(self, so: Callable[[], Any]) -> None:
        """Wait until the coroutine function says yes."""
        async with asyncio.timeout(20):
            while not await so():  # noqa: ASYNC110 - the API server tells nobody else
                await asyncio.sleep(0.05)

    async def _pod_of(self, job: Object) -> Object:
        child = Running("", job["metadata"]["name"], job["metadata"]["uid"])
        if not self._controlled:
            return await self.kube.create(PODS.all(self.namespace), _pod(job))
        await self.until(lambda: self.pods_of(child))
        return (await self.pods_of(child))[0]

    async def _gone(self, child: Running) -> bool:
        try:
            job = await self.kube.get(JOBS.one(self.namespace, child.name))
        except NotFound:
            return True
        return bool(job["metadata"]["uid"] != child.uid)

    async def _ended(self, child: Running) -> bool:
        job = await self.kube.get(JOBS.one(self.namespace, child.name))
        return any(c["type"] == "Complete" for c in job["status"].get("conditions") or ())


_KEPT = (names.ANNOTATION_RESULT, names.ANNOTATION_PARTIAL, names.ANNOTATION_PROGRESS)


def _json(text: str | None) -> Json | None:
    return None if text is None else json.loads(text)


def _evaluation(name: str) -> Object:
    return {
        "apiVersion": names.API_VERSION,
        "kind": "EvaluationJob",
        "metadata": {"name": name},
        "spec": {
            "model": {"url": "http://model.example/v1", "name": "m"},
            "benchmarks": [{"id": benchmark, "provider": PROVIDER} for benchmark in BENCHMARKS],
        },
    }


def _pod(job: Object) -> Object:
    """What the Job controller makes of a Job, as far as anybody here looks."""
    meta = job["metadata"]
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": meta["name"], "uid": meta["uid"], "controller": True}
    labels = {**meta["labels"], "batch.kubernetes.io/controller-uid": meta["uid"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": f"{meta['name']}-", "labels": labels, "ownerReferences": [owner]},
        "spec": job["spec"]["template"]["spec"],
    }
