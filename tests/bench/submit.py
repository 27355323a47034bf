"""How many jobs a second people submit over REST, beside a bare client that creates the same objects itself.

Ours is a gateway between: it knows the caller, checks the request against the catalogue and has the API server make
the object with the caller's own token. The bare client has that object read back, with a new name each time, and the
same rights. No operator runs: what it would write takes the API server from both. Both are durable when answered.
"""

import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from referee.runtime.paths import EVALUATION_JOBS
from tests.bench.client import Client, in_parallel
from tests.bench.manifests import Json
from tests.bench.rows import Goal, Row
from tests.bench.served import JOBS, gateway, job_request, person
from tests.bench.stage import team
from tests.testbed.cluster import Cluster

CONNECTIONS = 16
Send = Callable[[Json], Awaitable[Any]]


async def submit(cluster: Cluster, directory: Path, jobs: int, rounds: int) -> list[Row]:
    """Jobs a second, ours and the bare client's."""
    async with Client.opened(cluster, 1) as admin:
        namespace, other = await team(admin, "submit"), await team(admin, "submit-bare")
    bare_token = await person(cluster, other)
    ours, bare = [], []
    async with (
        gateway(cluster, namespace, directory) as server,
        Client.opened(cluster, CONNECTIONS, server.token, server.target.url) as people,
        Client.opened(cluster, CONNECTIONS, bare_token) as client,
        Client.opened(cluster, 1, server.token) as reader,
    ):
        made = await people.call("POST", JOBS, job_request("first"))
        template = await reader.call("GET", EVALUATION_JOBS.one(namespace, made["resource"]["id"]))
        for number in range(rounds + 1):
            requests = [job_request(f"run-{number}-{place}") for place in range(jobs)]
            ours.append(await _rate(requests, lambda body: people.call("POST", JOBS, body)))
            objects = [_another(template) for _ in range(jobs)]
            bare.append(await _rate(objects, lambda body: client.call("POST", EVALUATION_JOBS.all(other), body)))
    rate, reference = (statistics.median(rates[1:]) for rates in (ours, bare))  # the first round warms both
    peer = f"a bare aiohttp client creating the same objects, {CONNECTIONS} connections each; no operator"
    return [Row("jobs submitted over REST", "/s", rate, reference, peer, Goal("ratio", ">=", 0.5))]


async def _rate(bodies: list[Json], send: Send) -> float:
    started = time.perf_counter()
    await in_parallel(CONNECTIONS, bodies, send)
    return len(bodies) / (time.perf_counter() - started)


def _another(made: Json) -> Json:
    """The object as the gateway sent it, under a name of its own."""
    metadata = {"name": str(uuid.uuid4()), "annotations": made["metadata"]["annotations"]}
    return {"apiVersion": made["apiVersion"], "kind": made["kind"], "metadata": metadata, "spec": made["spec"]}
