"""What a past costs: memory of an operator that has little or much behind it, and its CPU for what is new.

Both operators run at once, each in its namespace, and batches of new jobs are given to one and the other in turn, so
that a machine that slows down slows both. What an idle operator uses (its Lease, kopf's waits) is taken off.
"""

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from pathlib import Path

from referee.runtime.paths import EVALUATION_JOBS
from tests.bench.adapters import adapters
from tests.bench.client import Client, in_parallel
from tests.bench.history import WRITERS, grow
from tests.bench.manifests import evaluation_job
from tests.bench.rows import Goal, Row, limited
from tests.bench.stage import Operator, ended, operating
from tests.testbed.cluster import Cluster

MIB = 150
IDLE_SECONDS = 10.0
SETTLE_SECONDS = 1.0
"""The last children's last events come after their jobs' ends."""
NOISE = 1.3


async def sizes(cluster: Cluster, directory: Path, few: int, many: int, batch: int, rounds: int) -> list[Row]:
    """Memory and CPU with few and with many objects."""
    async with Client.opened(cluster, WRITERS) as client, AsyncExitStack() as stack:
        cpu: dict[int, list[float]] = {}
        rss: dict[int, float] = {}
        places: dict[int, tuple[str, Operator]] = {}
        for size in (few, many):
            namespace = await grow(cluster, client, directory, size)
            operator = await stack.enter_async_context(operating(cluster, namespace, directory))
            await stack.enter_async_context(adapters(cluster, namespace))
            await operator.settled()
            rss[size] = operator.rss()
            places[size] = namespace, operator
        for round_ in range(rounds):
            for size, (namespace, operator) in places.items():
                spent = await _cpu_of_a_batch(client, namespace, operator, f"new-{round_}", batch)
                cpu.setdefault(size, []).append(1000 * spent / batch)
    old, new = statistics.median(cpu[few]), statistics.median(cpu[many])
    return [
        limited(f"operator's RSS at {few:,} objects", "MiB", rss[few], Goal("ours", "<", MIB)),
        limited(f"operator's RSS at {many:,} objects", "MiB", rss[many], Goal("ours", "<", MIB)),
        Row(
            f"CPU a job, apply to end, at {many:,} objects",
            "ms",
            new,
            old,
            f"the same at {few:,} objects",
            Goal("ratio", "<=", NOISE),
        ),
    ]


async def _cpu_of_a_batch(client: Client, namespace: str, operator: Operator, prefix: str, batch: int) -> float:
    """Seconds of CPU for so many jobs from apply to end, beyond those of an idle operator."""
    before = operator.cpu()
    await asyncio.sleep(IDLE_SECONDS)
    idle = (operator.cpu() - before) / IDLE_SECONDS
    names = [f"{prefix}-{number}" for number in range(batch)]
    started, before = time.monotonic(), operator.cpu()
    path = EVALUATION_JOBS.all(namespace)
    await in_parallel(WRITERS, names, lambda name: client.call("POST", path, evaluation_job(name)))
    for name in names:
        await ended(client, EVALUATION_JOBS.one(namespace, name))
    await asyncio.sleep(SETTLE_SECONDS)
    return operator.cpu() - before - idle * (time.monotonic() - started)
