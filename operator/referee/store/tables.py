"""The tables, as the newest migration leaves them.

A run's rows have places (`seq`) in one order, given out under the lock of the run's own row: places are committed in
their order, so a reader that continues after a place has missed nothing. Rows refer to runs by number without a foreign
key: a run is forgotten by moving its row into `removals`, at once and for every reader, and what it leaves is swept in
small batches afterwards (`removal.py`); with cascades the same would be one statement of a million rows.

Times are milliseconds since 1970: both databases compare them alike. Documents are JSON as text, not `jsonb`, which
would refuse what JSON allows (an escaped NUL in a model's answer).
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

_Number = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives numbers of its own accord to an INTEGER only."""

RUNS = Table(
    "runs",
    METADATA,
    Column("id", _Number, Identity(), primary_key=True),
    Column("namespace", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("job_uid", Text, nullable=False),
    Column("child_uid", Text, nullable=False),
    Column("benchmark_index", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("written", BigInteger, nullable=False),
    Column("next_seq", BigInteger, nullable=False),
    UniqueConstraint("namespace", "job_uid", "child_uid"),
    Index(None, "job_uid", "benchmark_index", "attempt", "id"),
    Index(None, "written"),
    sqlite_autoincrement=True,
)

RUN_KEY = (RUNS.c.namespace, RUNS.c.job_uid, RUNS.c.child_uid)
"""What makes a run. A uid of a child alone would let whoever names another tenant's child first have its row."""

RESULTS = Table(
    "results",
    METADATA,
    Column("run_id", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("artifact", Text),
    Column("document", Text),
    PrimaryKeyConstraint("run_id", "digest"),
)

SAMPLES = Table(
    "samples",
    METADATA,
    Column("run_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("sample_id", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("artifact", Text),
    Column("body", Text),
    PrimaryKeyConstraint("run_id", "seq"),
    UniqueConstraint("run_id", "sample_id", "epoch"),
)

SCORES = Table(
    "scores",
    METADATA,
    Column("run_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("sample_id", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("evaluator", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("value", Float),
    Column("label", Text),
    Column("explanation", Text),
    Column("votes", Text),
    Column("cause", Text),
    Column("error", Text),
    Column("duration", Float),
    PrimaryKeyConstraint("run_id", "seq"),
    UniqueConstraint("run_id", "sample_id", "epoch", "evaluator", "source"),
)

POSTINGS = Table(
    "postings",
    METADATA,
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("outputs_closed", BigInteger),
    Column("closed", BigInteger),
)
"""What people posted into a run: how often, when last, and since when it is complete."""

LOGS = Table(
    "logs",
    METADATA,
    Column("run_id", BigInteger, nullable=False),
    Column("pod", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("run_id", "pod", "container"),
)

ARTIFACTS = Table(
    "artifacts",
    METADATA,
    Column("run_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("path", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "name"),
)

REMOVALS = Table(
    "removals",
    METADATA,
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("prefix", Text, nullable=False),
)

OF_A_RUN = (SAMPLES, SCORES, POSTINGS, RESULTS, LOGS, ARTIFACTS)
"""What has rows with a run's number; each has places."""
