"""Logs of pods that are gone, a piece for each container.

Kept as the kubelet gave them, each line with its timestamp, compressed, and of each container the last so many bytes:
why it ended is what people look for, and how it was started stands in the plan. How much is missing before is counted,
for whoever shows it, and counts: who looks again later, or with less patience, never makes a kept log end earlier. Two
gateways may keep the same pod's.

Rejected: the beginning beside the end. What is shown of a pod that is there would have to be cut in the same way.
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

KEPT_BYTES = 1024 * 1024
"""Of one container's log at most, as UTF-8: the last whole lines."""


class Logs:
    """The table of logs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, run: RunRef, pod: str, container: str, text: str, left_out: int = 0) -> None:
        """Keep the log of a container; durable when this returns.

        Args:
            run: whose it is.
            pod: by its name.
            container: by its name.
            text: whole lines.
            left_out: bytes of the log before the text, which the caller has not.

        Raises:
            StoreUnavailable: it is not known whether it was kept.
        """
        checked_key("pod", pod)
        checked_key("container", container)
        content, size = await asyncio.to_thread(_packed, text)

        async def work(connection: AsyncConnection) -> None:
            places = await reserve(connection, run, 1)
            insert = upsert(connection, LOGS, (LOGS.c.run_id, LOGS.c.pod, LOGS.c.container), longest=LOGS.c.size)
            values = {"run_id": places.run_id, "pod": pod, "container": container, "seq": places.first}
            await connection.execute(insert, [{**values, "size": left_out + size, "content": content}])

        await self._database.write(work)

    async def read(self, job_uid: str, index: int | None = None) -> AsyncIterator[LogPiece]:
        """The logs of a job, by benchmark, attempt and the order in which they were first kept; one in memory."""
        joined = LOGS.join(RUNS, RUNS.c.id == LOGS.c.run_id)
        order = (RUNS.c.benchmark_index, RUNS.c.attempt, RUNS.c.id, LOGS.c.seq)
        keys = runs_of(Wanted(job_uid, index)).with_only_columns(LOGS.c.run_id, LOGS.c.seq).select_from(joined)
        for key in await self._database.rows(keys.order_by(*order)):
            one = select(RUNS, LOGS).select_from(joined).where(LOGS.c.run_id == key.run_id, LOGS.c.seq == key.seq)
            for row in await self._database.rows(one):
                content = await asyncio.to_thread(zlib.decompress, row.content)
                yield LogPiece(run_of(row), row.pod, row.container, content.decode(), row.size - len(content))


def _packed(text: str) -> tuple[bytes, int]:
    """What is kept, and the size of all."""
    encoded = text.encode(errors="replace")
    kept = encoded
    if (start := len(encoded) - KEPT_BYTES) > 0:
        kept = encoded[encoded.find(b"\n", start - 1) + 1 :]
    return zlib.compress(kept), len(encoded)
