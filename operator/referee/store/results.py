"""Result documents, by run and digest.

The store keeps every document that was ever acknowledged and judges none: which of them is the run's result stands on
its child Job and in the EvaluationJob's status, where the digest is.
"""

import re
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from referee.store.database import Database
from referee.store.documents import Documents, text_of
from referee.store.errors import Unstorable
from referee.store.rows import Document, RunRef, StoredResult
from referee.store.runs import insert_into, milliseconds, reserve, run_of, time_of
from referee.store.tables import RESULTS, RUNS

_DIGEST = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.+-]{0,199}")


class Results:
    """The table of results."""

    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents

    async def put(self, run: RunRef, digest: str, document: Document) -> None:
        """Keep a document; durable when this returns, and the same again is fine.

        Raises:
            Unstorable: it is no JSON document, or the digest is none.
            StoreUnavailable: it is not known whether it was kept.
        """
        if not _DIGEST.fullmatch(digest):
            raise Unstorable(f"{digest!r} is no digest: letters, digits and : _ . + - are, 200 at most")
        text = text_of(f"the result of {run.job}, benchmark {run.index}", document)
        large = self._documents.large(len(text.encode()))
        name = f"results/{digest.replace(':', '-')}"
        run_id, paths = await self._documents.put(run, {name: text} if large else {})

        async def work(connection: AsyncConnection) -> None:
            places = await reserve(connection, run, 1, run_id)
            insert = insert_into(connection, RESULTS).values(
                run_id=places.run_id,
                digest=digest,
                seq=places.first,
                stored=milliseconds(),
                artifact=paths.get(name),
                document=None if large else text,
            )
            await connection.execute(insert.on_conflict_do_nothing())

        await self._database.write(work)

    async def get(self, child_uid: str | None, job_uid: str, index: int, digest: str) -> StoredResult | None:
        """The document of this digest; of whichever child where that is not known, the latest then."""
        statement = _SELECT.where(
            RUNS.c.job_uid == job_uid, RUNS.c.benchmark_index == index, RESULTS.c.digest == digest
        ).order_by(RESULTS.c.stored.desc(), RUNS.c.id.desc())
        if child_uid is not None:
            statement = statement.where(RUNS.c.child_uid == child_uid)
        return await self._first(statement)

    async def of_job(self, job_uid: str) -> AsyncIterator[StoredResult]:
        """Every document of a job, by benchmark, attempt and time; one in memory at once."""
        keys = (
            select(RUNS.c.id, RESULTS.c.digest)
            .select_from(_JOINED)
            .where(RUNS.c.job_uid == job_uid)
            .order_by(RUNS.c.benchmark_index, RUNS.c.attempt, RUNS.c.id, RESULTS.c.seq)
        )
        for key in await self._database.rows(keys):
            found = await self._first(_SELECT.where(RUNS.c.id == key.id, RESULTS.c.digest == key.digest))
            if found is not None:
                yield found

    async def _first(self, statement: Select[Any]) -> StoredResult | None:
        rows = await self._database.rows(statement.limit(1))
        if not rows:
            return None
        row = rows[0]
        return StoredResult(
            run=run_of(row),
            digest=row.digest,
            document=await self._documents.get(row.document, row.artifact),
            stored_at=time_of(row.stored),
        )


_JOINED = RESULTS.join(RUNS, RUNS.c.id == RESULTS.c.run_id)
_SELECT = select(RUNS, RESULTS).select_from(_JOINED)
