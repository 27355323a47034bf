"""What people's programs poll with, one job and a page of 50, beside EvalHub's own server with as many jobs.

Every job has ended and has a result on both sides; 8 connections each. Ours asks who calls and what they may, and
reads what etcd has; the other asks nobody and reads its own memory. As long as nothing changes, ours gives out the
bytes of the list that it gave out before, so the list is asked for a second time while a job keeps changing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count, cycle, islice, repeat
from pathlib import Path

from referee.runtime.paths import EVALUATION_JOBS
from tests.bench.client import MERGE, Client
from tests.bench.history import WRITERS, grow
from tests.bench.rows import Goal, Row
from tests.bench.served import JOBS, Server, evalhub, fill, gateway
from tests.bench.turns import Side, beside_the_peer, in_turns
from tests.testbed.cluster import Cluster

STANDING = 50
CHANGES = 10
"""A second."""
TWICE = Goal("ratio", ">=", 2)


async def polling(cluster: Cluster, directory: Path, gets: int, lists: int, rounds: int) -> list[Row]:
    """Answers a second and CPU, for gets and for lists."""
    async with Client.opened(cluster, WRITERS) as client, AsyncExitStack() as stack:
        namespace = await grow(cluster, client, directory, 2 * STANDING)
        ours = await stack.enter_async_context(gateway(cluster, namespace, directory))
        theirs = stack.enter_context(evalhub(directory / "polled"))
        ids = await asyncio.to_thread(fill, theirs, STANDING)
        names = ["first", *(f"past-{number}" for number in range(STANDING - 1))]
        got = await in_turns(_gets(ours, names, gets), _gets(theirs, ids, gets), rounds)
        listed = await in_turns(_lists(ours, lists), _lists(theirs, lists), rounds)
        async with _changing(client, EVALUATION_JOBS.one(namespace, "first")):
            changed = await in_turns(_lists(ours, lists), _lists(theirs, lists), rounds)
    name = f"GET a list of {STANDING} jobs"
    return [
        *beside_the_peer("GET one job", got, TWICE),
        *beside_the_peer(name, listed, TWICE),
        *beside_the_peer(
            f"{name}, one of ours changing {CHANGES} times a second", changed, None, "; its jobs stay as they are"
        ),
    ]


def _gets(server: Server, names: list[str], number: int) -> Side:
    requests = [server.target.request("GET", f"{JOBS}/{name}") for name in names]
    return Side(server, lambda _: islice(cycle(requests), number))


def _lists(server: Server, number: int) -> Side:
    return Side(server, lambda _: repeat(server.target.request("GET", f"{JOBS}?limit={STANDING}"), number))


@asynccontextmanager
async def _changing(client: Client, path: str) -> AsyncIterator[None]:
    """This job keeps changing."""

    async def change() -> None:
        for number in count():
            await client.call("PATCH", path, {"metadata": {"annotations": {"bench": str(number)}}}, MERGE)
            await asyncio.sleep(1 / CHANGES)

    changes = asyncio.create_task(change())
    try:
        yield
    finally:
        changes.cancel()
        with suppress(asyncio.CancelledError):
            await changes
