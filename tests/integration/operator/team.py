"""A team's namespace as a test sees it: manifests in, status out, and what adapters would do in between."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.testbed.api_client import Json
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble, NotThereError

GROUP = "/apis/referee.dev/v1alpha1"

PROVIDER: Json = {
    "adapter": {"image": "adapter:1"},
    "benchmarks": [
        {"id": f"b{i}", "metrics": [{"name": "acc", "type": "Boolean"}], "primaryScore": {"metric": "acc"}}
        for i in range(10)
    ],
}
RESULT: Json = {
    "status": "Completed",
    "metrics": [{"name": "acc", "value": 0.75, "n": 100, "type": "Boolean"}],
    "samples": {"total": 100, "scored": 100, "errors": 0, "unscored": 0},
}


@dataclass(frozen=True)
class Team:
    cluster: Cluster
    namespace: str
    kubelet: KubeletDouble

    def path(self, plural: str, name: str = "") -> str:
        root = f"{GROUP}/namespaces/{self.namespace}/{plural}"
        return f"{root}/{name}" if name else root

    def jobs(self, name: str = "") -> str:
        root = f"/apis/batch/v1/namespaces/{self.namespace}/jobs"
        return f"{root}/{name}" if name else root

    async def provide(self, name: str = "p", **spec: Any) -> None:
        body = {"apiVersion": "referee.dev/v1alpha1", "kind": "Provider", "metadata": {"name": name}}
        await self.call("POST", self.path("providers"), {**body, "spec": PROVIDER | spec})

    async def apply(
        self, name: str = "run", benchmarks: int = 1, provider: str = "p", each: Json | None = None, **spec: Any
    ) -> Json:
        """A job of so many benchmarks; `each` goes into every one of them."""
        refs = [{"id": f"b{i}", "provider": provider, **(each or {})} for i in range(benchmarks)]
        body = {
            "apiVersion": "referee.dev/v1alpha1",
            "kind": "EvaluationJob",
            "metadata": {"name": name},
            "spec": {
                "model": {"url": "http://m:8000/v1", "name": "m"},
                **({"benchmarks": refs} if refs else {}),
                **spec,
            },
        }
        return await self.call("POST", self.path("evaluationjobs"), body)

    async def edit(self, name: str = "run", **spec: Any) -> None:
        merge = "application/merge-patch+json"
        await self.call("PATCH", self.path("evaluationjobs", name), {"spec": spec}, merge)

    async def status(self, until: Callable[[Json], Any], name: str = "run", seconds: float = 20) -> Json:
        """The job's status as soon as the condition holds for it."""
        found = await self.wait(
            self.path("evaluationjobs", name), lambda job: until(job.get("status", {})), seconds=seconds
        )
        status: Json = found["status"]
        return status

    async def phase(self, phase: str, name: str = "run", seconds: float = 20) -> Json:
        return await self.status(lambda status: status.get("phase") == phase, name, seconds)

    async def child(self, index: int = 0, attempt: int = 1, name: str = "run") -> Json:
        """The child Job of one attempt, as soon as there is one."""
        selector = f"referee.dev/evaluationjob={name},referee.dev/benchmark-index={index},referee.dev/attempt={attempt}"
        found = await self.wait(f"{self.jobs()}?labelSelector={selector}", lambda listed: listed["items"])
        job: Json = found["items"][0]
        return job

    async def pod(self, child: Json) -> Json:
        """The newest pod of a child, as soon as there is one."""
        uid = child["metadata"]["uid"]
        path = f"/api/v1/namespaces/{self.namespace}/pods?labelSelector=batch.kubernetes.io/controller-uid={uid}"
        found = await self.wait(path, lambda listed: listed["items"])
        pod: Json = max(found["items"], key=lambda pod: pod["metadata"]["creationTimestamp"])
        return {"apiVersion": "v1", "kind": "Pod", **pod}

    async def starts(self, index: int = 0, attempt: int = 1, name: str = "run") -> Json:
        """The pod of one attempt runs."""
        pod = await self.pod(await self.child(index, attempt, name))
        await self.kubelet.run(pod)
        return pod

    async def reports(
        self, index: int = 0, attempt: int = 1, name: str = "run", result: Json | None = None, kind: str = "result"
    ) -> None:
        """What the gateway writes for an adapter."""
        child = await self.child(index, attempt, name)
        patch = {"metadata": {"annotations": {f"referee.dev/{kind}": json.dumps(result or RESULT)}}}
        await self.call("PATCH", self.jobs(child["metadata"]["name"]), patch, "application/merge-patch+json")

    async def call(self, method: str, path: str, body: Json | None = None, kind: str = "application/json") -> Json:
        answer: Json = await self.kubelet.call(method, path, body, kind)
        return answer

    async def wait(self, path: str, until: Callable[[Json], Any], seconds: float = 20) -> Json:
        deadline = time.monotonic() + seconds
        found: Json = {}
        while time.monotonic() < deadline:
            with contextlib.suppress(NotThereError):
                found = await self.call("GET", path)
                if until(found):
                    return found
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{path} is after {seconds:g} s still not as wanted: {json.dumps(found, indent=1)[-3000:]}")

    async def children(self) -> list[str]:
        """Names of all child Jobs."""
        return sorted(job["metadata"]["name"] for job in (await self.call("GET", self.jobs()))["items"])


def condition(status: Json, type_: str) -> tuple[str, str]:
    found = next(c for c in status["conditions"] if c["type"] == type_)
    return found["status"], found["reason"]
