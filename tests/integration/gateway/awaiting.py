"""A job that waits for what people post: made as the operator leaves it, with a gateway as a process of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from referee.api.names import ANNOTATION_STORE_REVISION, GROUP
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import EVALUATION_JOBS
from referee.store import RunRef, SampleRow, Store
from tests.integration.gateway.process import Process, gateway_process
from tests.testbed.cluster import Cluster

Json = dict[str, Any]

JOB = "capitals"
POSTER: list[Json] = [
    {"apiGroups": [GROUP], "resources": ["evaluationjobs"], "verbs": ["get"]},
    {"apiGroups": [GROUP], "resources": ["evaluationjobs/results", "evaluationjobs/labels"], "verbs": ["create"]},
]
SAMPLES = [f"s{number}" for number in range(10)]
EVALUATORS: list[Json] = [
    {"name": "exact", "type": "Grader", "grader": {"stringCheck": {}}},
    {"name": "grade", "type": "External"},
]
TONE: Json = {"name": "tone", "type": "Human", "human": {"minLabels": 2}}


@dataclass(frozen=True)
class Waiting:
    """One such job, its gateway, and somebody who may post."""

    kube: Kube
    namespace: str
    store: Store
    gateway: Process
    token: str
    uid: str

    async def post(self, what: str, *lines: object, token: str | None = None, name: str = JOB) -> httpx.Response:
        """Post lines, or text as it is."""
        body = "".join(line if isinstance(line, str) else f"{json.dumps(line)}\n" for line in lines)
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return await self.gateway.client.post(f"/api/v1/evaluationjobs/{name}/{what}", content=body, headers=headers)

    async def told(self) -> Json:
        """What the job's annotation says; empty: nothing."""
        job = await self.kube.get(EVALUATION_JOBS.one(self.namespace, JOB))
        return dict(json.loads((job["metadata"].get("annotations") or {}).get(ANNOTATION_STORE_REVISION, "{}")))

    async def until_told(self, seconds: float = 20, **wanted: object) -> Json:
        """Wait until it says so."""
        told: Json = {}
        try:
            async with asyncio.timeout(seconds):
                while not told or any(told[name] != value for name, value in wanted.items()):
                    await asyncio.sleep(0.05)
                    told = await self.told()
        except TimeoutError:
            raise AssertionError(f"wanted {wanted}, the annotation says {told}") from None
        return told

    async def status(self, **row: object) -> None:
        """Change the benchmark's row, as the operator does."""
        path = EVALUATION_JOBS.one(self.namespace, JOB, "status")
        standing = (await self.kube.get(path))["status"]
        await self.kube.merge_patch(path, {"status": {"benchmarks": [{**standing["benchmarks"][0], **row}]}})

    async def ran(self, samples: Sequence[str] = SAMPLES, attempt: int = 1) -> None:
        """What an attempt has stored."""
        run = RunRef(self.namespace, JOB, self.uid, f"child-{attempt}", 0, attempt)
        await self.store.journal.put(run, [SampleRow(sample, 1, {"sample_id": sample}) for sample in samples])

    async def waits(self, **row: object) -> None:
        """An attempt has ended, and left scores to others."""
        await self.ran()
        await self.status(phase="AwaitingResults", awaitingSince=now(), **row)


def now() -> str:
    """As status has it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def score(sample: str, evaluator: str = "grade", **fields: object) -> Json:
    """A line."""
    return {"sample_id": sample, "evaluator": evaluator, "value": 1, **fields}


def job_of(evaluation: Json, external: Json) -> Object:
    """The resource."""
    return {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "metadata": {"name": JOB},
        "spec": {
            "model": {"url": "http://model.example/v1", "name": "m"},
            "evaluation": {"generation": "Operator", **evaluation},
            "externalResults": external,
        },
    }


async def make_job(kube: Kube, namespace: str, evaluation: Json, external: Json) -> str:
    """Make it, with the plan that the operator freezes; its uid."""
    inline = [{"id": sample, "input": sample} for sample in SAMPLES]
    asked = {"dataset": {"inline": inline}, "evaluators": EVALUATORS, **evaluation}
    made = await kube.create(EVALUATION_JOBS.all(namespace), job_of(asked, external))
    scored = [{**evaluator, "score": {}, "digest": "sha256:0"} for evaluator in asked["evaluators"]]
    plan = {
        "adapters": {"referee_evaluators": {"builtin": True}},
        "benchmarks": [{"index": 0, "id": "evaluation", "provider": "referee_evaluators"}],
        "evaluation": {
            "data": {"inSpec": "inline" in asked["dataset"]},
            "count": len(asked["dataset"].get("inline", ())) or None,
            "evaluators": scored,
        },
    }
    row = {"index": 0, "id": "evaluation", "provider": "referee_evaluators", "phase": "Running", "attempt": 1}
    status = {"observedGeneration": 1, "phase": "Running", "plan": plan, "benchmarks": [row]}
    await kube.replace(EVALUATION_JOBS.one(namespace, JOB, "status"), {**made, "status": status})
    return str(made["metadata"]["uid"])


@asynccontextmanager
async def waiting(
    kube: Kube,
    cluster: Cluster,
    namespace: str,
    kubeconfig: Path,
    *,
    evaluation: Json | None = None,
    external: Json | None = None,
    command: Sequence[str] = ("-m", "referee.gateway"),
) -> AsyncIterator[Waiting]:
    """The job and its gateway.

    Args:
        kube: the API server, as the operator.
        cluster: where.
        namespace: the tenant.
        kubeconfig: who the gateway is.
        evaluation: over the spec's.
        external: spec.externalResults.
        command: of the gateway.
    """
    uid = await make_job(kube, namespace, evaluation or {}, external or {})
    url = f"sqlite:///{kubeconfig.with_suffix('.db')}"
    token = await asyncio.to_thread(cluster.service_account, namespace, "poster", POSTER)
    async with gateway_process(kubeconfig, [namespace], store_url=url, command=command) as gateway:
        store = await Store.open(url)
        try:
            yield Waiting(kube, namespace, store, gateway, token, uid)
        finally:
            await store.close()
