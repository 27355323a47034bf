"""What many jobs in one tenant cost the gateway, beside EvalHub's own server with as many: memory, and waiting.

Every job has ended, with a result of 4 KiB on its child of ours. One client asks, one request at a time: what it waits
is the server's time and not a queue's. What ours made once it keeps, jobs' documents as well as items of lists, and so
everything is asked for the first time and again, apart.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench import kernel
from tests.bench.client import Client
from tests.bench.history import WRITERS, grow
from tests.bench.latency import percentile
from tests.bench.load import load
from tests.bench.rows import Row
from tests.bench.served import JOBS, PEER, Server, evalhub, fill, gateway
from tests.testbed.cluster import Cluster


@dataclass(frozen=True)
class _Waits:
    """Milliseconds, by what was asked."""

    first: float
    of: dict[str, list[float]]
    rss: float
    """MiB, when all was asked."""


async def crowd(cluster: Cluster, directory: Path, jobs: int, asked: int, whole: int) -> list[Row]:
    """Memory, and how long answers take; `asked`: how many gets and pages, `whole`: how many whole lists."""
    async with Client.opened(cluster, WRITERS) as client, AsyncExitStack() as stack:
        namespace = await grow(cluster, client, directory, 2 * jobs)
        ours = await stack.enter_async_context(gateway(cluster, namespace, directory))
        await kernel.settled(ours.pid, "the gateway")
        theirs = stack.enter_context(evalhub(directory / "crowd"))
        ids = await asyncio.to_thread(fill, theirs, jobs)
        await kernel.settled(theirs.pid, "eval-hub-server")
        names = [f"past-{number}" for number in range(jobs - 1)]
        mine = await asyncio.to_thread(_waits, ours, names, asked, whole)
        others = await asyncio.to_thread(_waits, theirs, ids, asked, whole)
    return _rows(jobs, mine, others)


def _waits(server: Server, names: Sequence[str], asked: int, whole: int) -> _Waits:
    def took(paths: Sequence[str]) -> list[float]:
        done = load(server.target, [server.target.request("GET", path) for path in paths], 1)
        return [1000 * seconds for seconds in done.waits]

    chosen = random.Random(0).sample(names, min(asked, len(names)))  # noqa: S311 - the same ones in each run
    took([f"{JOBS}?limit=1"] * 20)  # who asks is known from here on
    of = {
        "GET one job, the first time": took([f"{JOBS}/{name}" for name in chosen]),
        "GET one job, again": took([f"{JOBS}/{name}" for name in chosen]),
        "GET a list of 50": took([f"{JOBS}?limit=50"] * asked),
    }
    first = took([f"{JOBS}?limit=0"])[0]
    of["GET the whole list, again"] = took([f"{JOBS}?limit=0"] * whole)
    return _Waits(first, of, server.rss())


def _rows(jobs: int, ours: _Waits, theirs: _Waits) -> list[Row]:
    peer = f"{PEER}, as many jobs"
    rows = [
        Row(f"gateway's RSS with {jobs:,} jobs in the tenant, all of them listed", "MiB", ours.rss, theirs.rss, peer)
    ]
    for what, waits in ours.of.items():
        for which in (50, 99):
            name = f"{what}, {jobs:,} jobs: p{which} of {len(waits)}"
            rows.append(Row(name, "ms", percentile(waits, which), percentile(theirs.of[what], which), peer))
    rows.append(Row(f"GET the whole list, the first time, {jobs:,} jobs", "ms", ours.first, theirs.first, peer))
    return rows
