"""How long a user waits for the child of a job that comes alone: the slow end of many, at five jobs a second.

The clock runs from before the manifest is sent, so the API server's own time for it is part of the number, until this
process sees the child in a watch of its own. Every job goes on to its end meanwhile, as it would.

The goal is one in milliseconds, which a busy machine misses whatever runs on it. So beside it stands a bare client
that makes the same three writes of a job one after another, at the same pace, in blocks that take turns with ours. It
shares this process with the watches and the stand-in for adapters, which is why it can be the slower one.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from referee.runtime.paths import EVALUATION_JOBS, JOBS
from tests.bench.adapters import adapters
from tests.bench.client import Arrivals, Client
from tests.bench.manifests import Json, child_of, evaluation_job
from tests.bench.rows import Goal, Row
from tests.bench.stage import operating, team
from tests.bench.writes import Writes
from tests.testbed.cluster import Cluster

PER_SECOND = 5
CONNECTIONS = 8
TIMEOUT = 60.0
Act = Callable[[Json], Awaitable[None]]
"""What is done about a job once it is applied; nothing where an operator does it."""


async def latency(cluster: Cluster, directory: Path, blocks: int, seconds: int) -> list[Row]:
    """The 99th percentile from apply to child, ours and the bare client's."""
    ours: list[float] = []
    bare: list[float] = []
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client.opened(cluster, CONNECTIONS))
        namespace, other = await team(client, "latency"), await team(client, "latency-bare")
        await stack.enter_async_context(operating(cluster, namespace, directory))
        writes = await _first(cluster, client, namespace)
        watched = {}
        for place in (namespace, other):
            watched[place] = await stack.enter_async_context(Arrivals.of(cluster, JOBS, place))
            await stack.enter_async_context(adapters(cluster, place))

        async def nothing(_: Json) -> None: ...

        async def make(job: Json) -> None:
            await writes.for_job(job).send(client)

        for block in range(blocks):
            jobs = [evaluation_job(f"run-{block}-{number}") for number in range(PER_SECOND * seconds)]
            ours += await _waits(client, namespace, watched[namespace], jobs, nothing)
            bare += await _waits(client, other, watched[other], jobs, make)
    name = f"apply to child, p99 of {len(ours)} at {PER_SECOND} jobs/s"
    peer = "a bare client's three writes in a row"
    return [Row(name, "ms", percentile(ours, 99), percentile(bare, 99), peer, Goal("ours", "<", 250))]


async def _first(cluster: Cluster, client: Client, namespace: str) -> Writes:
    """The operator's writes for a job, before there are pods that would change what it wrote."""
    async with Arrivals.of(cluster, JOBS, namespace) as children:
        made = await client.call("POST", EVALUATION_JOBS.all(namespace), evaluation_job("first"))
        await children.until([child_of(made)], TIMEOUT)
    return await Writes.seen(client, namespace, "first")


async def _waits(client: Client, namespace: str, children: Arrivals, jobs: Sequence[Json], act: Act) -> list[float]:
    """Milliseconds from apply to child of each job."""
    sent: dict[str, float] = {}

    async def one(job: Json) -> None:
        begin = time.perf_counter()
        made = await client.call("POST", EVALUATION_JOBS.all(namespace), job)
        sent[child_of(made)] = begin
        await act(made)

    await _at_a_pace([partial(one, job) for job in jobs])
    await children.until(sent, TIMEOUT)
    return [1000 * (children.at[child] - begin) for child, begin in sent.items()]


async def _at_a_pace(works: Sequence[Callable[[], Awaitable[None]]]) -> None:
    async def later(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(seconds)
        await work()

    async with asyncio.TaskGroup() as group:
        for number, work in enumerate(works):
            group.create_task(later(number / PER_SECOND, work))


def percentile(values: Sequence[float], which: int) -> float:
    """The value that so many of a hundred do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[which - 1]
