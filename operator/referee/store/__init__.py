"""The results store: full results, samples, scores, logs and artefacts of runs, in SQL and an object store.

Nothing in it decides a verdict: what is needed for that is in etcd. So a job outlives a store that is lost, and a store
may forget what is old.
"""

from referee.store.errors import StoreError, StoreUnavailable, Unstorable, UnusableStore
from referee.store.joined import JoinedSample
from referee.store.journal import JournalSample
from referee.store.logs import KEPT_BYTES
from referee.store.postings import Closed, Posting, Tally, posted_run
from referee.store.rows import (
    Artifact,
    JournalRef,
    LogPiece,
    RunRef,
    SampleRow,
    ScoreRow,
    StoredResult,
    StoredSample,
    StoredScore,
)
from referee.store.scores import OUTCOMES
from referee.store.store import Store

__all__ = [
    "KEPT_BYTES",
    "OUTCOMES",
    "Artifact",
    "Closed",
    "JoinedSample",
    "JournalRef",
    "JournalSample",
    "LogPiece",
    "Posting",
    "RunRef",
    "SampleRow",
    "ScoreRow",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "StoredResult",
    "StoredSample",
    "StoredScore",
    "Tally",
    "Unstorable",
    "UnusableStore",
    "posted_run",
]
