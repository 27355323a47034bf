"""The loop of a worker: take a key, reconcile it, decide when it is looked at again.

What `reconcile` returns is when to look again (seconds, or None: on the next change). What it raises is put off: a
busy server's wish is honoured, the rest backs off per key. Nothing that one key does can end a worker.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from referee.runtime.errors import ApiError, NotLeader
from referee.runtime.workqueue import QueueShutDown, WorkQueue

K = TypeVar("K", bound="Hashable")

log = logging.getLogger(__name__)


async def run_workers(queue: WorkQueue[K], count: int, reconcile: Callable[[K], Awaitable[float | None]]) -> None:
    """Work with `count` workers until the queue is shut down; cancelling ends what is under way."""
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(_work(queue, reconcile), name=f"worker-{number}")


async def _work(queue: WorkQueue[K], reconcile: Callable[[K], Awaitable[float | None]]) -> None:
    while True:
        try:
            key = await queue.get()
        except QueueShutDown:
            return
        try:
            await _once(queue, key, reconcile)
        finally:
            queue.done(key)


async def _once(queue: WorkQueue[K], key: K, reconcile: Callable[[K], Awaitable[float | None]]) -> None:
    try:
        again = await reconcile(key)
    except NotLeader:
        # A renewal that came late makes us doubt for a moment; if the Lease is really lost, the process ends.
        queue.add_rate_limited(key)
        log.info("not the leader at this moment", extra={"key": key})
    except ApiError as error:
        seconds = queue.add_rate_limited(key, error.retry_after or 0.0)
        log.warning("put off: %s", error, extra={"key": key, "retry_in": round(seconds, 1)})
    except Exception:
        seconds = queue.add_rate_limited(key)
        log.exception("failed, will be tried again", extra={"key": key, "retry_in": round(seconds, 1)})
    else:
        queue.forget(key)
        if again is not None:
            queue.add_after(key, again)
