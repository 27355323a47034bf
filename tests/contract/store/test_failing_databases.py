"""A database that does not answer is `StoreUnavailable`, soon; when it answers again, so does the store."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg  # type: ignore[import-untyped]  # it has no stubs of its own
import pytest

from referee.store import RunRef, SampleRow, Store, StoreUnavailable
from tests.testbed.postgresql import Postgresql

SOON = 15.0
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'referee-gateway'"
CLOSE_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'referee-gateway'"


@pytest.fixture
async def on_postgresql(postgresql: Postgresql) -> AsyncIterator[Store]:
    store = await Store.open(postgresql.url())
    yield store
    await store.close()


async def everything_fails(store: Store, run: RunRef) -> None:
    """Each of the store's calls."""

    async def drained(rows: AsyncIterator[object]) -> None:
        async for _ in rows:
            pass

    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "ping": store.ping,
        "put a result": lambda: store.results.put(run, "sha256:1", {}),
        "get a result": lambda: store.results.get(None, run.job_uid, 0, "sha256:1"),
        "results": lambda: drained(store.results.of_job(run.job_uid)),
        "put samples": lambda: store.journal.put(run, [SampleRow("s", 0, {})]),
        "samples": lambda: drained(store.samples.read(run.job_uid)),
        "count": lambda: store.samples.count(run.job_uid),
        "scores": lambda: drained(store.scores.read(run.job_uid)),
        "put a log": lambda: store.logs.put(run, "pod", "adapter", "line\n"),
        "logs": lambda: drained(store.logs.read(run.job_uid)),
        "artefacts": lambda: drained(store.artifacts.of_job(run.job_uid)),
        "forget": lambda: store.forget(run.job_uid),
    }
    for name, call in calls.items():
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            await call()
        assert time.monotonic() - started < SOON, name


async def test_a_server_that_is_down_and_comes_back(on_postgresql: Store, postgresql: Postgresql, run: RunRef) -> None:
    await on_postgresql.results.put(run, "sha256:1", {"n": 1})
    postgresql.kill()
    try:
        await everything_fails(on_postgresql, run)
        with pytest.raises(StoreUnavailable):
            await Store.open(postgresql.url())
    finally:
        postgresql.restart()

    assert [r.document async for r in on_postgresql.results.of_job(run.job_uid)] == [{"n": 1}]
    await on_postgresql.results.put(run, "sha256:2", {"n": 2})


async def test_connections_that_the_server_closed_are_noticed_by_nobody(
    on_postgresql: Store, postgresql: Postgresql, run: RunRef
) -> None:
    await asyncio.gather(*(on_postgresql.samples.count(run.job_uid) for _ in range(8)))
    for _ in range(3):
        postgresql.query(CLOSE_ALL)

        await on_postgresql.journal.put(run, [SampleRow("s", 0, {})])
        assert await on_postgresql.samples.count(run.job_uid) == 1


async def test_waiting_for_a_lock_that_somebody_holds_has_an_end(
    postgresql: Postgresql, run: RunRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.store.postgresql.WAIT_SECONDS", 0.3)
    store = await Store.open(postgresql.url())
    holder = await asyncpg.connect(postgresql.url())
    await holder.execute("BEGIN; LOCK TABLE runs")

    with pytest.raises(StoreUnavailable, match="lock"):
        await store.results.put(run, "sha256:1", {})

    await holder.execute("ROLLBACK")
    await store.results.put(run, "sha256:1", {})
    await holder.close()
    await store.close()


async def test_a_call_that_is_given_up_leaves_nothing_behind(url: str, run_of: Callable[..., RunRef]) -> None:
    """As a request that takes too long is."""
    store = await Store.open(url)
    rows = [SampleRow(f"s{i}", 0, {"i": i}) for i in range(2000)]
    given_up = 0
    for number in range(20):
        try:
            async with asyncio.timeout(number * 0.005):
                await store.journal.put(run_of(number), rows)
        except TimeoutError:
            given_up += 1
    assert given_up

    await store.journal.put(run_of(20), rows)

    counts = [await store.samples.count(run_of().job_uid, index) for index in range(21)]
    assert set(counts) <= {0, len(rows)}
    assert counts[20] == len(rows)
    await store.close()


async def test_waiting_for_a_server_that_says_nothing_more_has_an_end(
    postgresql: Postgresql, run: RunRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped process, as a network that swallows packets looks from here."""
    monkeypatch.setattr("referee.store.postgresql.CLIENT_SECONDS", 0.5)
    store = await Store.open(postgresql.url())
    await store.results.put(run, "sha256:1", {})
    pids = [int(pid) for pid in postgresql.query(BACKENDS).splitlines()]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    started = time.monotonic()
    try:
        with pytest.raises(StoreUnavailable):
            await store.results.put(run, "sha256:2", {})
        assert time.monotonic() - started < SOON

        await store.results.put(run, "sha256:3", {})
        assert time.monotonic() - started < SOON
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    await store.close()
