"""The samples of a job, from the store line by line: a reader may take hours, and nothing here grows meanwhile."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from referee.store import StoredSample


class SampleShelf(Protocol):
    """The part of the results store with samples."""

    def read(self, job_uid: str, index: int | None = None, attempt: int | None = None) -> AsyncIterator[StoredSample]:
        """Samples in a stable order."""
        ...


async def samples_of(
    job: Mapping[str, Any], shelf: SampleShelf, index: int | None, attempt: int | None
) -> AsyncIterator[bytes]:
    """JSON Lines; without an attempt those of the one that counts, for each benchmark.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    uid = job["metadata"]["uid"]
    rows = (job.get("status") or {}).get("benchmarks") or ()
    for row in rows:
        if index in (None, row["index"]):
            async for sample in shelf.read(uid, row["index"], attempt or row.get("attempt") or None):
                yield _line(sample)


def _line(sample: StoredSample) -> bytes:
    own = {
        "benchmark_index": sample.index,
        "attempt": sample.attempt,
        "sample_id": sample.sample_id,
        "epoch": sample.epoch,
    }
    return json.dumps({**sample.body, **own}, separators=(",", ":"), allow_nan=False).encode() + b"\n"
