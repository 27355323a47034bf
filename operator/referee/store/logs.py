"""Logs of pods that are gone, a piece for each container.

Kept as the kubelet gave them, each line with its timestamp, compressed, and up to so much of a container: of more, the
beginning and the end, since how it was started and why it ended are what people look for. Whoever looks again later,
or with less patience, never makes a kept log shorter: two gateways may keep the same pod's.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from referee.store.database import Database
from referee.store.paging import Wanted, runs_of
from referee.store.rows import LogPiece, RunRef
from referee.store.runs import checked_key, reserve, run_of, upsert
from referee.store.tables import LOGS, RUNS

HEAD_BYTES = 1024 * 1024
TAIL_BYTES = 3 * 1024 * 1024
"""Of one container's log, as UTF-8; together what is kept of it at most, and a line."""


class Logs:
    """The table of logs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, run: RunRef, pod: str, container: str, text: str) -> None:
        """Keep the log of a container; durable when this returns.

        Raises:
            StoreUnavailable: it is not known whether it was kept.
        """
        checked_key("pod", pod)
        checked_key("container", container)
        content, size, truncated = await asyncio.to_thread(_packed, text)

        async def work(connection: AsyncConnection) -> None:
            places = await reserve(connection, run, 1)
            insert = upsert(connection, LOGS, (LOGS.c.run_id, LOGS.c.pod, LOGS.c.container), longest=LOGS.c.size)
            values = {"run_id": places.run_id, "pod": pod, "container": container, "seq": places.first}
            await connection.execute(insert, [{**values, "size": size, "truncated": truncated, "content": content}])

        await self._database.write(work)

    async def read(self, job_uid: str, index: int | None = None) -> AsyncIterator[LogPiece]:
        """The logs of a job, by benchmark, attempt and the order in which they were first kept; one in memory."""
        joined = LOGS.join(RUNS, RUNS.c.id == LOGS.c.run_id)
        order = (RUNS.c.benchmark_index, RUNS.c.attempt, RUNS.c.id, LOGS.c.seq)
        keys = runs_of(Wanted(job_uid, index)).with_only_columns(LOGS.c.run_id, LOGS.c.seq).select_from(joined)
        for key in await self._database.rows(keys.order_by(*order)):
            one = select(RUNS, LOGS).select_from(joined).where(LOGS.c.run_id == key.run_id, LOGS.c.seq == key.seq)
            for row in await self._database.rows(one):
                text = (await asyncio.to_thread(zlib.decompress, row.content)).decode()
                yield LogPiece(run_of(row), row.pod, row.container, text, row.truncated)


def _packed(text: str) -> tuple[bytes, int, bool]:
    encoded = text.encode(errors="replace")
    kept = encoded
    if truncated := len(encoded) > HEAD_BYTES + TAIL_BYTES:
        head = encoded[: encoded.rfind(b"\n", 0, HEAD_BYTES) + 1]
        tail = encoded[len(encoded) - TAIL_BYTES :].partition(b"\n")[2]
        left_out = len(encoded) - len(head) - len(tail)
        kept = head + b"[%d bytes of the log were left out here]\n" % left_out + tail
    return zlib.compress(kept), len(encoded), truncated
