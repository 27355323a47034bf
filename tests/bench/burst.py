"""How long until a job of many benchmarks is under way: from its submit over REST to the last child Job.

An operator and a gateway run, and the job is submitted in EvalHub's words, in which all benchmarks start at once.
"""

import statistics
import time
from pathlib import Path

from referee.core.children import child_name
from referee.runtime.paths import JOBS
from tests.bench.client import Arrivals, Client
from tests.bench.manifests import SPEC
from tests.bench.rows import Goal, Row, limited
from tests.bench.served import gateway
from tests.bench.stage import operating, team
from tests.testbed.cluster import Cluster

BENCHMARKS = 20
TIMEOUT = 60.0
REQUEST = {
    "model": SPEC["model"],
    "benchmarks": [{"id": b["id"], "provider_id": b["provider"]} for b in SPEC["benchmarks"]] * BENCHMARKS,
}


async def burst(cluster: Cluster, directory: Path, rounds: int) -> list[Row]:
    """The median of some rounds, one at a time."""
    async with Client.opened(cluster, 1) as client:
        namespace = await team(client, "burst")
    took = []
    async with (
        operating(cluster, namespace, directory),
        gateway(cluster, namespace, directory) as server,
        Arrivals.of(cluster, JOBS, namespace) as children,
        Client.opened(cluster, 1, server.token, server.target.url) as person,
    ):
        for number in range(rounds + 1):
            started = time.perf_counter()
            job = await person.call("POST", "/api/v1/evaluations/jobs", REQUEST | {"name": f"run {number}"})
            made = (await person.call("GET", f"/api/v1/evaluationjobs/{job['resource']['id']}"))["metadata"]
            wanted = [child_name(made["name"], made["uid"], index, 1) for index in range(BENCHMARKS)]
            took.append(await children.until(wanted, TIMEOUT) - started)
    name = f"{BENCHMARKS} benchmarks of one job, submit to the last child Job"
    return [limited(name, "s", statistics.median(took[1:]), Goal("ours", "<", 1))]  # the first one warms both
