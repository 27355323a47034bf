"""Artefacts: files that a run leaves, streamed to the object store and from it; the database knows their names.

The row comes after the object, so what is listed is there. They are never in the database: where no object store is
set, an artefact is refused and the text says what to set.
"""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from referee.store.database import Database
from referee.store.errors import Unstorable
from referee.store.objects import Objects
from referee.store.paging import Wanted, runs_of
from referee.store.rows import Artifact, RunRef
from referee.store.runs import checked_key, milliseconds, prefix, reserve, run_of, time_of, upsert
from referee.store.tables import ARTIFACTS, RUNS


class Artifacts:
    """The table of artefacts, and the objects behind it."""

    def __init__(self, database: Database, objects: Objects | None) -> None:
        self._database = database
        self._objects = objects

    async def put(
        self,
        run: RunRef,
        name: str,
        content: bytes | AsyncIterable[bytes],
        media_type: str = "application/octet-stream",
    ) -> Artifact:
        """Keep a file; one of the same name is replaced.

        Raises:
            Unstorable: the name cannot be one, or there is nowhere to keep it.
            StoreUnavailable: it is not known whether it was kept.
        """
        checked_key("an artefact's name", name)
        checked_key("media_type", media_type)
        objects = self._there(name)
        run_id = (await self._database.write(partial(reserve, run=run, places=0))).run_id
        path = f"{prefix(run, run_id)}/files/{hashlib.sha256(name.encode()).hexdigest()}"
        size = await objects.put(path, content)
        stored = milliseconds()

        async def work(connection: AsyncConnection) -> None:
            places = await reserve(connection, run, 1, run_id)
            insert = upsert(connection, ARTIFACTS, (ARTIFACTS.c.run_id, ARTIFACTS.c.name))
            values = {"run_id": run_id, "name": name, "seq": places.first, "stored": stored}
            await connection.execute(insert, [{**values, "size": size, "media_type": media_type, "path": path}])

        await self._database.write(work)
        return Artifact(run, name, size, media_type, time_of(stored))

    async def of_job(self, job_uid: str, index: int | None = None) -> AsyncIterator[Artifact]:
        """The artefacts of a job, by benchmark, attempt and the order in which they were first kept."""
        statement = _select(job_uid, index).order_by(RUNS.c.benchmark_index, RUNS.c.attempt, RUNS.c.id, ARTIFACTS.c.seq)
        for row in await self._database.rows(statement):
            yield _artifact(row)

    async def read(self, job_uid: str, index: int, name: str) -> AsyncIterator[bytes]:
        """A file's content in pieces; of several attempts the last one's, nothing if there is none.

        Raises:
            StoreUnavailable: it breaks off here.
        """
        statement = (
            _select(job_uid, index)
            .where(ARTIFACTS.c.name == name)
            .order_by(RUNS.c.attempt.desc(), RUNS.c.id.desc())
            .limit(1)
        )
        for row in await self._database.rows(statement):
            async for piece in self._there(name).stream(row.path):
                yield piece

    def _there(self, name: str) -> Objects:
        if self._objects is None:
            raise Unstorable(
                f"artefact {name!r}: this store keeps none, set a directory or an object store for artefacts"
            )
        return self._objects


def _select(job_uid: str, index: int | None) -> Select[Any]:
    joined = ARTIFACTS.join(RUNS, RUNS.c.id == ARTIFACTS.c.run_id)
    return (
        select(RUNS, ARTIFACTS)
        .select_from(joined)
        .where(RUNS.c.id.in_(runs_of(Wanted(job_uid, index)).with_only_columns(RUNS.c.id)))
    )


def _artifact(row: Row[Any]) -> Artifact:
    return Artifact(run_of(row), row.name, row.size, row.media_type, time_of(row.stored))
