"""What people post into a run without a child: outputs and scores, in a run of its own.

Each accepted post gives the run another revision, in the transaction that keeps it: who tells others of it can tell
what is newer, and after a crash see that it was not told. A run that is complete takes nothing more, but says yes to
what it has: whoever did not hear the answer posts again.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, case, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from referee.core.evaluation.labels import PENDING, enough
from referee.store.database import Database, fetched
from referee.store.journal import Batch, Journal
from referee.store.paging import Wanted, runs_of
from referee.store.rows import JournalRef, RunRef, SampleRow, ScoreRow
from referee.store.runs import Places, insert_into, milliseconds, reserve, run_of, time_of
from referee.store.tables import POSTINGS, RUNS, SAMPLES, SCORES

AT_ONCE = 1000
"""Keys in one question; databases bound how many parameters a statement has."""
_CHILD = "posted"

SampleKey = tuple[str, int]
"""A sample's id and epoch."""


class Closed(Exception):  # noqa: N818 - named as the state that it is
    """The run is complete and takes nothing more."""


@dataclass(frozen=True, slots=True)
class Posting:
    """How far posting into a run is."""

    run: RunRef
    revision: int
    last: datetime
    """When something was last posted."""
    outputs_closed: datetime | None
    """Since when all outputs are there."""
    closed: datetime | None
    """Since when everything is there."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of a run there is."""

    samples: int
    """Samples and epochs."""
    settled: Mapping[str, int]
    """By evaluator, how many of these have what is waited for."""


def posted_run(job: str, journal: JournalRef) -> RunRef:
    """The run into which people post."""
    child = f"{_CHILD}:{journal.index}:{journal.first}"
    return RunRef(journal.namespace, job, journal.job_uid, child, journal.index, journal.first)


class Postings:
    """The table of postings, and what is asked of samples and scores for them."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def put(self, run: RunRef, rows: Sequence[SampleRow] = (), made: Sequence[ScoreRow] = ()) -> int:
        """Keep what was posted, all of it or nothing; the run's revision, durable when this returns.

        Raises:
            Closed: the run takes no more, and this is not what it has.
            Unstorable: a row cannot be kept, and none was.
            StoreUnavailable: it is not known whether they were kept.
        """
        batch = await self._journal.prepare(run, rows, made)
        return await self._database.write(partial(_put, batch=batch))

    async def close(self, run: RunRef, *, outputs_only: bool = False) -> Posting:
        """Take no more from now on, or no more outputs; doing it again changes nothing."""
        return await self._database.write(partial(_close, run=run, outputs_only=outputs_only))

    async def get(self, run: RunRef) -> Posting | None:
        """How far it is; None: nothing was posted."""
        wanted = Wanted(run.job_uid, run.index, run.attempt, namespace=run.namespace)
        rows = await self._database.rows(_postings(wanted).where(RUNS.c.child_uid == run.child_uid))
        return _posting(rows[0]) if rows else None

    async def all(self) -> AsyncIterator[Posting]:
        """Every one that there is, to find those that nobody was told of."""
        last = -1
        while rows := await self._database.rows(
            _SELECT.where(POSTINGS.c.run_id > last).order_by(POSTINGS.c.run_id).limit(AT_ONCE)
        ):
            for row in rows:
                yield _posting(row)
            last = rows[-1].id

    async def tally(self, journal: JournalRef, labels: Mapping[str, int]) -> Tally:
        """How many samples there are, and how many have been scored.

        A sample is settled once so many have said something of it, or once an adapter has said that nobody will have to
        (`referee.core.evaluation.labels`).

        Args:
            journal: the run, its attempts and what was posted.
            labels: evaluators, and how many scores each needs for a sample.
        """
        runs = runs_of(Wanted.by(journal)).with_only_columns(RUNS.c.id)
        known = select(SAMPLES.c.sample_id, SAMPLES.c.epoch).where(SAMPLES.c.run_id.in_(runs)).distinct().subquery()
        samples = (await self._database.rows(select(func.count()).select_from(known)))[0][0]
        settled = dict.fromkeys(labels, 0)
        if labels:
            for row in await self._database.rows(_scored(journal, list(labels))):
                if enough(row.sources, labels[row.evaluator], given_up=bool(row.by_adapter)):
                    settled[row.evaluator] += row.samples
        return Tally(samples, settled)

    async def unknown(self, journal: JournalRef, keys: Sequence[SampleKey]) -> list[SampleKey]:
        """Those of the keys that are no samples of the run."""
        runs = runs_of(Wanted.by(journal)).with_only_columns(RUNS.c.id)
        missing = dict.fromkeys(keys)
        for start in range(0, len(keys), AT_ONCE):
            ids = list({sample for sample, _ in keys[start : start + AT_ONCE]})
            statement = select(SAMPLES.c.sample_id, SAMPLES.c.epoch).where(
                SAMPLES.c.run_id.in_(runs), SAMPLES.c.sample_id.in_(ids)
            )
            for row in await self._database.rows(statement):
                missing.pop((row.sample_id, row.epoch), None)
        return list(missing)


_NOWHERE = Places(0, 0)
_SELECT = select(RUNS, POSTINGS).select_from(POSTINGS.join(RUNS, RUNS.c.id == POSTINGS.c.run_id))


def _postings(wanted: Wanted) -> Select[Any]:
    runs = runs_of(wanted).with_only_columns(RUNS.c.id)
    return _SELECT.where(RUNS.c.id.in_(runs))


def _scored(journal: JournalRef, evaluators: Sequence[str]) -> Select[Any]:
    """Per evaluator and number of sources: how many samples; and whether an adapter's own score settles them."""
    wanted = Wanted.by(journal)
    runs = runs_of(wanted).with_only_columns(RUNS.c.id, RUNS.c.child_uid).subquery()
    known = (
        select(SAMPLES.c.sample_id, SAMPLES.c.epoch)
        .where(SAMPLES.c.run_id.in_(select(runs.c.id)))
        .distinct()
        .subquery()
    )
    posted = runs.c.child_uid.startswith(f"{_CHILD}:")
    each = (
        select(
            SCORES.c.evaluator,
            func.count(distinct(SCORES.c.source)).label("sources"),
            func.max(case((posted, 0), else_=1)).label("by_adapter"),
        )
        .select_from(SCORES)
        .join(runs, runs.c.id == SCORES.c.run_id)
        .join(known, (known.c.sample_id == SCORES.c.sample_id) & (known.c.epoch == SCORES.c.epoch))
        .where(SCORES.c.outcome != PENDING, SCORES.c.evaluator.in_(evaluators))
        .group_by(SCORES.c.evaluator, SCORES.c.sample_id, SCORES.c.epoch)
        .subquery()
    )
    return select(each.c.evaluator, each.c.sources, each.c.by_adapter, func.count().label("samples")).group_by(
        each.c.evaluator, each.c.sources, each.c.by_adapter
    )


async def _put(connection: AsyncConnection, batch: Batch) -> int:
    run_id = (await reserve(connection, batch.run, 0, batch.run_id)).run_id
    standing = await fetched(connection, select(POSTINGS).where(POSTINGS.c.run_id == run_id))
    if standing and (standing[0].closed is not None or (batch.samples and standing[0].outputs_closed is not None)):
        if await _has(connection, run_id, batch):
            return int(standing[0].revision)
        raise Closed("all results are there: the run takes nothing more, and this is not what it has")
    places = await batch.write(connection)
    now = milliseconds()
    insert = insert_into(connection, POSTINGS).values(run_id=run_id, seq=places.first, revision=1, last=now)
    statement = insert.on_conflict_do_update(
        index_elements=[POSTINGS.c.run_id], set_={"revision": POSTINGS.c.revision + 1, "last": now}
    ).returning(POSTINGS.c.revision)
    return int((await connection.execute(statement)).scalar_one())


async def _close(connection: AsyncConnection, run: RunRef, *, outputs_only: bool) -> Posting:
    places = await reserve(connection, run, 1)
    now = milliseconds()
    closing = {"outputs_closed": now} if outputs_only else {"outputs_closed": now, "closed": now}
    insert = insert_into(connection, POSTINGS).values(
        run_id=places.run_id, seq=places.first, revision=1, last=now, **closing
    )
    first = {name: func.coalesce(POSTINGS.c[name], now) for name in closing}
    statement = insert.on_conflict_do_update(
        index_elements=[POSTINGS.c.run_id],
        set_={"revision": POSTINGS.c.revision + 1, **first},
        where=POSTINGS.c["outputs_closed" if outputs_only else "closed"].is_(None),
    )
    await connection.execute(statement)
    return _posting((await fetched(connection, _SELECT.where(RUNS.c.id == places.run_id)))[0])


async def _has(connection: AsyncConnection, run_id: int, batch: Batch) -> bool:
    """Whether all of the batch stands already, word for word."""
    for table, rows in (
        (SAMPLES, [record.values(_NOWHERE, 0, batch.paths) for record in batch.samples]),
        (SCORES, list(batch.scores)),
    ):
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            ids = list({row["sample_id"] for row in part})
            found = await fetched(connection, select(table).where(table.c.run_id == run_id, table.c.sample_id.in_(ids)))
            names = [column.name for column in table.c if column.name not in ("run_id", "seq")]
            standing = {tuple(row._mapping[name] for name in names) for row in found}  # noqa: SLF001 - SQLAlchemy's public name
            if not standing.issuperset(tuple(row[name] for name in names) for row in part):
                return False
    return True


def _posting(row: Row[Any]) -> Posting:
    return Posting(
        run=run_of(row),
        revision=row.revision,
        last=time_of(row.last),
        outputs_closed=None if row.outputs_closed is None else time_of(row.outputs_closed),
        closed=None if row.closed is None else time_of(row.closed),
    )
