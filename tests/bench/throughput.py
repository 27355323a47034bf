"""How many EvaluationJobs a second get their child, beside a bare client that makes the same two writes for each.

Rounds of the two take turns, so that what the machine does besides hits both alike; medians are told. In both the
EvaluationJobs are there before the clock runs (the operator stands still until then), and it runs until the last
child is seen in a watch.
"""

import statistics
import time
from pathlib import Path

from referee.runtime.paths import EVALUATION_JOBS, JOBS
from referee.settings import Settings
from tests.bench.client import Arrivals, Client, in_parallel
from tests.bench.manifests import child_of, evaluation_job
from tests.bench.rows import Goal, Row
from tests.bench.stage import operating, team
from tests.bench.writes import Writes
from tests.testbed.cluster import Cluster

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


async def _operator_round(cluster: Cluster, client: Client, directory: Path, jobs: int) -> tuple[float, Writes]:
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
        return jobs / (ended - started), await Writes.seen(client, namespace, next(iter(warm)))


async def _bare_round(cluster: Cluster, client: Client, writes: Writes, jobs: int) -> float:
    namespace = await team(client, "bare")
    async with Arrivals.of(cluster, JOBS, namespace) as children:
        for name, number in (("warm", CONNECTIONS), ("run", jobs)):
            applied = await _apply(client, namespace, name, number)
            made = [await client.call("GET", EVALUATION_JOBS.one(namespace, job)) for job in applied]
            prepared = [writes.for_job(job) for job in made]
            started = time.perf_counter()
            await in_parallel(CONNECTIONS, prepared, lambda writes: writes.send(client))
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
