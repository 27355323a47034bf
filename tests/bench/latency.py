"""How long a user waits for the child of a job that comes alone: the slow end of many, at five jobs a second.

The clock runs from before the manifest is sent, so the API server's own time for it is part of the number, until this
process sees the child in a watch of its own. Every job goes on to its end meanwhile, as it would.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from referee.runtime.paths import EVALUATION_JOBS, JOBS
from tests.bench.adapters import adapters
from tests.bench.client import Arrivals, Client
from tests.bench.manifests import child_of, evaluation_job
from tests.bench.rows import Goal, Row, limited
from tests.bench.stage import operating, team
from tests.testbed.cluster import Cluster

PER_SECOND = 5
TIMEOUT = 60.0


async def latency(cluster: Cluster, directory: Path, seconds: int) -> list[Row]:
    """The 99th percentile from apply to child."""
    async with Client.opened(cluster, PER_SECOND) as client:
        namespace = await team(client, "latency")
        async with (
            operating(cluster, namespace, directory),
            adapters(cluster, namespace),
            Arrivals.of(cluster, JOBS, namespace) as children,
        ):
            started: dict[str, float] = {}

            async def one(number: int) -> None:
                await asyncio.sleep(number / PER_SECOND)
                sent = time.perf_counter()
                made = await client.call("POST", EVALUATION_JOBS.all(namespace), evaluation_job(f"run-{number}"))
                started[child_of(made)] = sent

            async with asyncio.TaskGroup() as group:
                for number in range(PER_SECOND * seconds):
                    group.create_task(one(number))
            await children.until(started, TIMEOUT)
            waits = [1000 * (children.at[child] - sent) for child, sent in started.items()]
    name = f"apply to child, p99 of {len(waits)} at {PER_SECOND} jobs/s"
    return [limited(name, "ms", percentile(waits, 99), Goal("ours", "<", 250))]


def percentile(values: Sequence[float], which: int) -> float:
    """The value that so many of a hundred do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[which - 1]
