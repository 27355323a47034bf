"""Journals on a laptop: a file of the store in the results of each job that has an evaluation.

Opened when the first adapter asks, since bringing its tables up takes a moment that a run of benchmarks alone need not
spend. Another run's journal, of a baseline or of outputs to score again, is in that run's own directory.
"""

import asyncio
from pathlib import Path

from referee.gateway.errors import Unavailable, Unknown
from referee.gateway.reporting.children import Caller
from referee.gateway.reporting.journals import Of, OpenJournal, reference
from referee.local.others import directory_of
from referee.store import Store, StoreUnavailable, UnusableStore

JOURNAL_FILE = "journal.db"
JOURNAL_ARTIFACTS = "journal-artifacts"


class LocalJournals:
    """The journals that the adapters of one job may have."""

    def __init__(self, directory: Path) -> None:
        """Take the job's own results directory; other jobs' stand beside it."""
        self._own = directory
        self._open: dict[Path, Store] = {}
        self._opening = asyncio.Lock()

    async def find(self, caller: Caller, of: Of) -> OpenJournal:
        """Open what is not open."""
        ref = reference(caller, of)
        directory = self._own if of == "run" else self._other(caller, of)
        return OpenJournal((await self._store(directory)).journal, ref)

    async def close(self) -> None:
        """Close them all."""
        for store in self._open.values():
            await store.close()

    def _other(self, caller: Caller, of: Of) -> Path:
        other = caller.others[of]
        directory = directory_of(self._own.parent, other.job, other.job_uid)
        if directory is None or not (directory / JOURNAL_FILE).exists():
            raise Unknown(f"the run of {other.job!r} that the plan names kept no journal in {self._own.parent}")
        return directory

    async def _store(self, directory: Path) -> Store:
        async with self._opening:
            if directory not in self._open:
                url = f"sqlite:///{(directory / JOURNAL_FILE).absolute()}"
                try:
                    self._open[directory] = await Store.open(url, str(directory / JOURNAL_ARTIFACTS))
                except (StoreUnavailable, UnusableStore) as error:
                    raise Unavailable(f"the journal cannot be opened: {error}") from error
            return self._open[directory]
