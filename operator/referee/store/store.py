"""The store as its users see it: one object with a part for each kind of thing that is kept.

It has no state beside the database and the object store, so several gateways may have one open; with SQLite they share
a file of one machine. Opening brings the tables up to date.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from referee.store.address import address_of
from referee.store.artifacts import Artifacts
from referee.store.database import Database
from referee.store.documents import Documents
from referee.store.joined import Joined
from referee.store.journal import Journal
from referee.store.logs import Logs
from referee.store.migrate import opened
from referee.store.objects import Objects
from referee.store.postings import Postings
from referee.store.removal import Removal
from referee.store.results import Results
from referee.store.samples import Samples
from referee.store.scores import Scores
from referee.store.tables import RUNS


@dataclass(frozen=True)
class Store:
    """Results, samples, scores, logs and artefacts of runs."""

    results: Results
    joined: Joined
    journal: Journal
    postings: Postings
    samples: Samples
    scores: Scores
    logs: Logs
    artifacts: Artifacts
    _database: Database
    _removal: Removal

    @classmethod
    async def open(cls, url: str, artifacts: str | None = None) -> Self:
        """The store at a URL (`address.py` says which), with a directory or a URL for large things.

        Without that, large documents stay in the database and artefacts are refused.

        Raises:
            UnusableStore: the settings name none that can be used; waiting does not help.
            StoreUnavailable: it does not answer.
        """
        address = address_of(url)
        objects = Objects(artifacts) if artifacts else None
        database = await opened(address)
        documents = Documents(database, objects)
        journal = Journal(database, documents)
        return cls(
            results=Results(database, documents),
            joined=Joined(database, documents),
            journal=journal,
            postings=Postings(database, journal),
            samples=Samples(database, documents),
            scores=Scores(database),
            logs=Logs(database),
            artifacts=Artifacts(database, objects),
            _database=database,
            _removal=Removal(database, objects),
        )

    async def close(self) -> None:
        """Give all connections back."""
        await self._database.close()

    async def ping(self) -> None:
        """Return if the database answers.

        Raises:
            StoreUnavailable: it does not.
        """
        await self._database.ping()

    async def forget(self, job_uid: str) -> int:
        """Remove everything of a job; how many runs that were.

        Raises:
            StoreUnavailable: some of it may still be there; calling again continues.
        """
        return await self._removal.remove(RUNS.c.job_uid == job_uid)

    async def expire(self, before: datetime) -> int:
        """Remove what was last written before a time, which needs a time zone; how many runs that were.

        Raises:
            StoreUnavailable: some of it may still be there; calling again continues.
        """
        return await self._removal.remove(RUNS.c.written < round(before.timestamp() * 1000))
