"""The full results of a job: for each benchmark that is decided, the document that counts.

Which of several documents counts is decided in etcd: the status names its digest. A result that never was in the store,
since it came home as a termination message, is given as the status has it.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from referee.api.status import TERMINAL
from referee.store import StoredResult

Json = dict[str, Any]


class ResultShelf(Protocol):
    """The part of the results store with whole results."""

    async def get(self, child_uid: str | None, job_uid: str, index: int, digest: str) -> StoredResult | None:
        """The result of this digest."""
        ...


async def documents_of(job: Mapping[str, Any], shelf: ResultShelf, index: int | None) -> AsyncIterator[Json]:
    """One item for each decided benchmark, in the order of the plan.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    for row in (job.get("status") or {}).get("benchmarks") or ():
        if row.get("phase") in TERMINAL and index in (None, row["index"]):
            yield await _item(job["metadata"]["uid"], row, shelf)


async def _item(job_uid: str, row: Mapping[str, Any], shelf: ResultShelf) -> Json:
    digest = row.get("resultDigest")
    found = None if digest is None else await shelf.get(None, job_uid, row["index"], digest)
    return {
        "benchmark_index": row["index"],
        "id": row["id"],
        "provider_id": row["provider"],
        "attempt": row.get("attempt", 0),
        "phase": row["phase"],
        "digest": digest,
        "complete": found is not None,
        "result": _told(row) if found is None else dict(found.document),
    }


def _told(row: Mapping[str, Any]) -> Json:
    """What the status has of a result."""
    counts = {
        name: row.get(key) for name, key in (("total", "samples"), ("errors", "errors"), ("unscored", "unscored"))
    }
    told = {
        "status": "Completed" if row["phase"] == "Completed" else "Failed",
        "metrics": row.get("metrics") or [],
        "samples": {name: count for name, count in counts.items() if count is not None},
        "reason": row.get("reason"),
        "message": row.get("message"),
        "completedAt": row.get("completionTime"),
    }
    return {key: value for key, value in told.items() if value is not None}
