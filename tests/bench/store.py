"""How many samples a second the results store takes and gives, on SQLite and on a real PostgreSQL.

A sample's body is 1 KiB of JSON; 500 are a batch, acknowledged when they are on disk (the server syncs). Rounds of the
store and of the bare driver take turns, so that what the machine does besides hits both alike; medians are told.
"""

import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from referee.store import RunRef, SampleRow, Store
from tests.bench.bare_databases import Bare, BarePostgresql, BareSqlite
from tests.bench.rows import Goal, Row, unmeasured
from tests.testbed.postgresql import Postgresql, postgresql_server

BATCH = 500
ANSWER = "The capital of that country is the city on the river, as the passage above says. " * 11
WRITING, READING = Goal("ratio", ">=", 0.4), Goal("ratio", ">=", 0.25)

Rates = tuple[float, float]
"""Rows written and read a second."""


async def store(directory: Path, samples: int, rounds: int) -> list[Row]:
    """Rows a second, ours and the bare drivers'."""
    places = iter(range(rounds))

    async def bare_sqlite() -> Bare:
        return BareSqlite(directory / f"bare-{next(places)}.db")

    rows = await _rows("SQLite", f"sqlite:///{directory}/store.db", bare_sqlite, samples, rounds)
    try:
        with postgresql_server(syncs=True) as server:
            return rows + await _on_postgresql(server, samples, rounds)
    except FileNotFoundError as why:
        names = [f"samples {what}, PostgreSQL" for what in ("written", "read")]
        return rows + [unmeasured(name, "/s", str(why), goal) for name, goal in zip(names, _GOALS, strict=True)]


async def _on_postgresql(server: Postgresql, samples: int, rounds: int) -> list[Row]:
    async def bare() -> Bare:
        return await BarePostgresql.opened(server.url())

    return await _rows("PostgreSQL", server.url(), bare, samples, rounds)


async def _rows(database: str, url: str, bare: Callable[[], Awaitable[Bare]], samples: int, rounds: int) -> list[Row]:
    ours, theirs = [], []
    for number in range(rounds):
        ours.append(await _store_round(url, number, samples))
        theirs.append(await _bare_round(await bare(), samples))
    rows = []
    for place, (what, goal) in enumerate(zip(("written", "read"), _GOALS, strict=True)):
        rate, reference = (statistics.median(rates[place] for rates in measured) for measured in (ours, theirs))
        rows.append(Row(f"samples {what}, {database}", "/s", rate, reference, "the bare driver, one connection", goal))
    return rows


async def _store_round(url: str, number: int, samples: int) -> Rates:
    opened = await Store.open(url)
    run = RunRef("team", "bench", f"job-{number}", f"child-{number}", 0, 1)
    started = time.perf_counter()
    for first in range(0, samples, BATCH):
        await opened.journal.put(run, _batch(first))
    written = time.perf_counter()
    found = 0
    async for _ in opened.samples.read(run.job_uid):
        found += 1
    ended = time.perf_counter()
    await opened.close()
    return _rates(samples, found, written - started, ended - written)


async def _bare_round(bare: Bare, samples: int) -> Rates:
    started = time.perf_counter()
    for first in range(0, samples, BATCH):
        await bare.put(first, _batch(first))
    written = time.perf_counter()
    found = await bare.read()
    ended = time.perf_counter()
    await bare.close()
    return _rates(samples, found, written - started, ended - written)


def _rates(samples: int, found: int, writing: float, reading: float) -> Rates:
    if found != samples:
        raise RuntimeError(f"{samples} samples were written and {found} read")
    return samples / writing, samples / reading


def _batch(first: int) -> list[SampleRow]:
    return [SampleRow(f"sample-{i}", 0, {"n": i, "answer": ANSWER, "acc": 1.0}) for i in range(first, first + BATCH)]


_GOALS = (WRITING, READING)
