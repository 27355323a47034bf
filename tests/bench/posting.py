"""What adapters post, beside EvalHub's own server: progress of one benchmark, and the results of many.

The two acknowledge different things. Of a result, ours says 204 when it is in the results store, synced to disk, and
on the child Job in etcd; the other when it is in its memory. Of progress, ours keeps the newest and writes it at most
once in five seconds, the other writes each to its tables. The pods are there and run, as far as the API server knows;
the operator that had them made is gone, since what it does with results is not what is measured.
"""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from referee.api import names
from referee.runtime.paths import EVALUATION_JOBS, PODS
from tests.bench.client import Client, in_parallel
from tests.bench.history import WRITERS
from tests.bench.manifests import Json, evaluation_job
from tests.bench.rows import Row
from tests.bench.served import JOBS, Server, evalhub, event, gateway, submitted
from tests.bench.stage import operating, team, until
from tests.bench.turns import Side, beside_the_peer, in_turns
from tests.testbed.autopilot import autopilot, runs
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble

PROGRESS = json.dumps(event("running", phase="running_evaluation")).encode()
RESULT = json.dumps(event("completed", metrics={"acc": 0.75}, completed_at="2026-01-01T00:00:00Z")).encode()
DURABLE = "; ours is on disk and in etcd, theirs in memory"
THROTTLED = "; ours keeps the newest and writes it every 5 s"


@dataclass(frozen=True)
class _Adapter:
    """Somebody who may post about a job."""

    job: str
    token: str = ""

    def post(self, server: Server, body: bytes) -> bytes:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return server.target.request("POST", f"{JOBS}/{self.job}/events", body, **own)


async def posting(cluster: Cluster, directory: Path, progress: int, results: int, rounds: int) -> list[Row]:
    """Events a second and CPU, for progress and for results; each round's results are other jobs'."""
    jobs = 1 + (rounds + 1) * results
    async with Client.opened(cluster, WRITERS) as client, AsyncExitStack() as stack:
        namespace = await team(client, "posting")
        kubelet = await stack.enter_async_context(KubeletDouble(cluster))
        await stack.enter_async_context(autopilot(kubelet, namespace, runs))
        async with operating(cluster, namespace, directory):
            adapters = await _adapters(client, namespace, jobs)
        ours = await stack.enter_async_context(gateway(cluster, namespace, directory))
        theirs = stack.enter_context(evalhub(directory / "posted"))
        ids = await asyncio.to_thread(submitted, theirs, jobs)
        others = [_Adapter(id_) for id_ in ids]
        told = await in_turns(
            _progress(ours, adapters[0], progress), _progress(theirs, others[0], progress), rounds, 204
        )
        kept = await in_turns(_results(ours, adapters[1:], results), _results(theirs, others[1:], results), rounds, 204)
    return [
        *beside_the_peer("POST progress of a benchmark", told, None, THROTTLED),
        *beside_the_peer("POST the result of a benchmark", kept, None, DURABLE),
    ]


def _progress(server: Server, adapter: _Adapter, number: int) -> Side:
    return Side(server, lambda _: [adapter.post(server, PROGRESS)] * number)


def _results(server: Server, adapters: list[_Adapter], number: int) -> Side:
    return Side(
        server, lambda turn: [one.post(server, RESULT) for one in adapters[turn * number : (turn + 1) * number]]
    )


async def _adapters(client: Client, namespace: str, jobs: int) -> list[_Adapter]:
    """One for each of so many jobs, with the token of its running pod."""
    path = EVALUATION_JOBS.all(namespace)
    await in_parallel(WRITERS, range(jobs), lambda at: client.call("POST", path, evaluation_job(f"run-{at}")))
    found: list[Json] = []

    async def all_run() -> bool:
        found[:] = (await client.call("GET", PODS.all(namespace)))["items"]
        return [pod["status"]["phase"] for pod in found] == ["Running"] * jobs

    await until(all_run, f"{jobs} pods to run", 60 + jobs)
    accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    adapters = []

    async def mint(pod: Json) -> None:
        meta = pod["metadata"]
        bound = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}
        spec = {"audiences": [names.ADAPTER_AUDIENCE], "boundObjectRef": bound, "expirationSeconds": 3600}
        answer = await client.call("POST", f"{accounts}/{pod['spec']['serviceAccountName']}/token", {"spec": spec})
        adapters.append(_Adapter(meta["labels"][names.LABEL_JOB], answer["status"]["token"]))

    await in_parallel(WRITERS, found, mint)
    return adapters
