"""The samples of the journal in a results directory, each with its scores, as a gateway would give them."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from referee.cli.views.spool import Spool
from referee.gateway.results.rows import journals_of, rows_of
from referee.local.errors import LocalError
from referee.local.journals import JOURNAL_ARTIFACTS, JOURNAL_FILE
from referee.report.runview import Document
from referee.store import Store, StoreUnavailable, UnusableStore


def has_journal(path: Path) -> bool:
    """Whether the run of this directory kept one."""
    return (path / JOURNAL_FILE).is_file()


class JournalSamples:
    """The samples of a journal, read when they are first asked for."""

    def __init__(self, path: Path, job: Document) -> None:
        self._path, self._job = path, job
        self._spool: Spool | None = None

    def records(self) -> Iterator[dict[str, Any]]:
        """The samples, from the first one on.

        Raises:
            LocalError: the journal cannot be read.
        """
        if self._spool is None:
            file = (self._path / JOURNAL_FILE).absolute()
            artifacts = str((self._path / JOURNAL_ARTIFACTS).absolute())
            try:
                with ThreadPoolExecutor(1) as pool:  # a thread of its own: whoever asks may be in an event loop
                    self._spool = pool.submit(lambda: asyncio.run(_read(file, artifacts, self._job))).result()
            except (StoreUnavailable, UnusableStore) as error:
                raise LocalError([f"{file}: cannot be read: {error}"]) from None
        return self._spool.records()


async def _read(file: Path, artifacts: str, job: Document) -> Spool:
    spool = Spool()
    store = await Store.open(f"sqlite:///{file}", artifacts)
    try:
        async for row in rows_of(store, journals_of(job, None)):
            spool.write(json.dumps(row).encode() + b"\n")
    finally:
        await store.close()
    return spool
