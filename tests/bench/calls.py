"""What a job costs the API server: the calls of operator and gateway for one benchmark, from apply to its end.

The operator's are counted by its own metrics, reads among them; the gateway's is the one patch with which it keeps a
result, made here by the stand-in for adapter and gateway. Watches, the Lease and Events are on no job's account.
"""

from pathlib import Path

from referee.runtime.paths import EVALUATION_JOBS
from tests.bench.adapters import adapters
from tests.bench.client import Client
from tests.bench.manifests import evaluation_job
from tests.bench.rows import Goal, Row, limited
from tests.bench.stage import Operator, ended, operating, team
from tests.testbed.cluster import Cluster

CHARGED = {"evaluationjobs", "evaluationjobs/status", "jobs", "pods", "configmaps"}
ALSO = {("list", "events")}
"""Why a pod does not start; nothing that a job which runs should cost."""
BUDGET = 5
OF_THE_GATEWAY = 1


async def calls(cluster: Cluster, directory: Path, jobs: int) -> list[Row]:
    """Calls a job, with an adapter that posts no progress; a few jobs at a time."""
    async with Client.opened(cluster, 1) as client:
        namespace = await team(client, "calls")
        async with operating(cluster, namespace, directory) as operator, adapters(cluster, namespace):
            await operator.settled()  # the lists of the start are behind it
            before = await _charged(operator)
            for number in range(jobs):
                await client.call("POST", EVALUATION_JOBS.all(namespace), evaluation_job(f"run-{number}"))
            for number in range(jobs):
                await ended(client, EVALUATION_JOBS.one(namespace, f"run-{number}"))
            each = (await _charged(operator) - before) / jobs + OF_THE_GATEWAY
    return [limited("API calls a job, no progress posted", "", each, Goal("ours", "<=", BUDGET))]


async def _charged(operator: Operator) -> int:
    found = await operator.calls()
    return sum(
        number
        for (verb, resource), number in found.items()
        if (resource in CHARGED and verb != "watch") or (verb, resource) in ALSO
    )
