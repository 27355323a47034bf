"""How many EvaluationJobs a second get their child, beside a bare client that makes the same two writes for each.

Rounds of the two take turns, so that what the machine does besides hits both alike; medians are told. In both the
EvaluationJobs are there before the clock runs (the operator stands still until then), and it runs until the last
child is seen in a watch. The bare client writes what the operator writes, byte for byte but for the names, and knows
nothing: no cache, no plan, no Event.
"""

import copy
import json
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from referee.runtime.paths import EVALUATION_JOBS, JOBS
from referee.settings import Settings
from tests.bench.client import MERGE, Arrivals, Client, in_parallel
from tests.bench.manifests import child_of, evaluation_job
from tests.bench.rows import Goal, Row
from tests.bench.stage import operating, team
from tests.testbed.cluster import Cluster

Json = dict[str, Any]

CONNECTIONS = Settings().workers
"""As many writes under way as the operator has workers."""
TIMEOUT = 120.0


async def throughput(cluster: Cluster, directory: Path, jobs: int, rounds: int) -> list[Row]:
    """Jobs a second, ours and the bare client's."""
    ours, bare = [], []
    async with Client.opened(cluster, CONNECTIONS) as client:
        for _ in range(rounds):
            rate, template = await _operator_round(cluster, client, directory, jobs)
            ours.append(rate)
            bare.append(await _bare_round(cluster, client, template, jobs))
    rate, reference = statistics.median(ours), statistics.median(bare)
    name, peer = "EvaluationJobs, apply to child created", f"a bare aiohttp client, {CONNECTIONS} connections"
    return [
        Row(name, "/s", rate, reference, peer, Goal("ratio", ">=", 0.5)),
        Row(f"{name}, as such", "/s", rate, reference, peer, Goal("ours", ">=", 50)),
    ]


async def _operator_round(cluster: Cluster, client: Client, directory: Path, jobs: int) -> tuple[float, "Writes"]:
    namespace = await team(client, "ours")
    async with (
        operating(cluster, namespace, directory) as operator,
        Arrivals.of(cluster, JOBS, namespace) as children,
    ):
        warm = await _apply(client, namespace, "warm", CONNECTIONS)
        await children.until(warm.values(), TIMEOUT)
        with operator.paused():
            applied = await _apply(client, namespace, "run", jobs)
            started = time.perf_counter()
        ended = await children.until(applied.values(), TIMEOUT)
        return jobs / (ended - started), await Writes.seen(client, namespace, *next(iter(warm.items())))


async def _bare_round(cluster: Cluster, client: Client, writes: "Writes", jobs: int) -> float:
    namespace = await team(client, "bare")
    async with Arrivals.of(cluster, JOBS, namespace) as children:
        for name, number in (("warm", CONNECTIONS), ("run", jobs)):
            applied = await _apply(client, namespace, name, number)
            made = [await client.call("GET", EVALUATION_JOBS.one(namespace, job)) for job in applied]
            started = time.perf_counter()
            await in_parallel(CONNECTIONS, made, lambda job: writes.make(client, job))
            ended = await children.until(applied.values(), TIMEOUT)
        return jobs / (ended - started)


async def _apply(client: Client, namespace: str, prefix: str, number: int) -> dict[str, str]:
    """EvaluationJobs' names, each with its child's."""
    children: dict[str, str] = {}

    async def one(name: str) -> None:
        made = await client.call("POST", EVALUATION_JOBS.all(namespace), evaluation_job(name))
        children[name] = child_of(made)

    await in_parallel(CONNECTIONS, [f"{prefix}-{index}" for index in range(number)], one)
    return children


class Writes:
    """The operator's two writes for a job, as it made them for one, to be made for others."""

    def __init__(self, name: str, uid: str, status: Json, child: Json) -> None:
        self._was = {"name": name, "uid": uid, "namespace": child["metadata"]["namespace"], "child": ""}
        self._was["child"] = child["metadata"]["name"]
        self._status = json.dumps(status)
        self._child = json.dumps(child)

    @classmethod
    async def seen(cls, client: Client, namespace: str, name: str, child: str) -> "Writes":
        """Those that are read back of a job that was just accepted."""
        job = await client.call("GET", EVALUATION_JOBS.one(namespace, name))
        made = await client.call("GET", JOBS.one(namespace, child))
        return cls(name, job["metadata"]["uid"], job["status"], _as_sent(made))

    async def make(self, client: Client, job: Json) -> None:
        """Patch the status of an EvaluationJob, then create its child."""
        meta = job["metadata"]
        now = {"name": meta["name"], "uid": meta["uid"], "namespace": meta["namespace"], "child": child_of(job)}
        status = {
            "metadata": {"resourceVersion": meta["resourceVersion"]},
            "status": json.loads(self._for(self._status, now)),
        }
        await client.call("PATCH", EVALUATION_JOBS.one(meta["namespace"], meta["name"], "status"), status, MERGE)
        await client.call("POST", JOBS.all(meta["namespace"]), json.loads(self._for(self._child, now)))

    def _for(self, text: str, now: Mapping[str, str]) -> str:
        for field in ("child", "uid", "name", "namespace"):  # a child's name begins with the job's
            text = text.replace(f'"{self._was[field]}"', f'"{now[field]}"')
            text = text.replace(f'\\"{self._was[field]}\\"', f'\\"{now[field]}\\"')
        return text


def _as_sent(job: Json) -> Json:
    """A Job without what the API server and the Job controller put into it."""
    sent = copy.deepcopy(job)
    del sent["status"], sent["spec"]["selector"]
    kept = ("name", "namespace", "labels", "annotations", "ownerReferences")
    sent["metadata"] = {field: sent["metadata"][field] for field in kept}
    template = sent["spec"]["template"]["metadata"]
    theirs = ("batch.kubernetes.io/", "controller-uid", "job-name")
    template["labels"] = {name: value for name, value in template["labels"].items() if not name.startswith(theirs)}
    return sent
