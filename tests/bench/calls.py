"""What a job costs the API server: the writes of operator and gateway for one benchmark, from apply to its end.

The operator's are counted by its own metrics; the gateway's is the one patch with which it keeps a result, made here
by the bench's stand-in for adapter and gateway. Lists, watches, the Lease and Events are on no job's account.
"""

from collections import Counter
from pathlib import Path

from referee.runtime.paths import EVALUATION_JOBS
from tests.bench.adapters import adapters
from tests.bench.client import Client, in_parallel
from tests.bench.manifests import evaluation_job
from tests.bench.rows import Goal, Row, limited
from tests.bench.stage import operating, team, until
from tests.testbed.cluster import Cluster

WRITES = ("create", "patch", "update", "delete")
CHARGED = ("evaluationjobs", "evaluationjobs/status", "jobs")
CONNECTIONS = 8
GATEWAYS = 1
"""The patch that puts a result on its child."""


async def calls(cluster: Cluster, directory: Path, jobs: int) -> list[Row]:
    """Writes a job, with an adapter that posts no progress."""
    async with Client.opened(cluster, CONNECTIONS) as client:
        namespace = await team(client, "calls")
        path = EVALUATION_JOBS.all(namespace)
        async with operating(cluster, namespace, directory) as operator, adapters(cluster, namespace):
            before = await operator.calls()
            names = [f"run-{number}" for number in range(jobs)]
            await in_parallel(CONNECTIONS, names, lambda name: client.call("POST", path, evaluation_job(name)))

            async def over() -> bool:
                listed = (await client.call("GET", path))["items"]
                return all(job.get("status", {}).get("completionTime") for job in listed)

            await until(over, f"{jobs} jobs in {namespace} to end")
            spent: Counter[tuple[str, str]] = Counter(await operator.calls())
    spent.subtract(before)
    writes = sum(number for (verb, resource), number in spent.items() if verb in WRITES and resource in CHARGED)
    each = writes / jobs + GATEWAYS
    return [limited("API writes a job, without progress", "", each, Goal("ours", "<=", 5))]
