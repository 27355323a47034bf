"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "runs",
        sa.Column("id", number, sa.Identity(), nullable=False),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("job_uid", sa.Text, nullable=False),
        sa.Column("child_uid", sa.Text, nullable=False),
        sa.Column("benchmark_index", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("written", sa.BigInteger, nullable=False),
        sa.Column("next_seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="runs_pkey"),
        sa.UniqueConstraint("namespace", "job_uid", "child_uid", name="runs_namespace_job_uid_child_uid_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "runs_job_uid_benchmark_index_attempt_id_idx", "runs", ["job_uid", "benchmark_index", "attempt", "id"]
    )
    op.create_index("runs_written_idx", "runs", ["written"])
    op.create_table(
        "results",
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("artifact", sa.Text),
        sa.Column("document", sa.Text),
        sa.PrimaryKeyConstraint("run_id", "digest", name="results_pkey"),
    )
    op.create_table(
        "samples",
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("sample_id", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("artifact", sa.Text),
        sa.Column("body", sa.Text),
        sa.PrimaryKeyConstraint("run_id", "seq", name="samples_pkey"),
        sa.UniqueConstraint("run_id", "sample_id", "epoch", name="samples_run_id_sample_id_epoch_key"),
    )
    op.create_table(
        "scores",
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("sample_id", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("evaluator", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("label", sa.Text),
        sa.Column("explanation", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("duration", sa.Float),
        sa.PrimaryKeyConstraint("run_id", "seq", name="scores_pkey"),
        sa.UniqueConstraint(
            "run_id",
            "sample_id",
            "epoch",
            "evaluator",
            "source",
            name="scores_run_id_sample_id_epoch_evaluator_source_key",
        ),
    )
    op.create_table(
        "logs",
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("pod", sa.Text, nullable=False),
        sa.Column("container", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "pod", "container", name="logs_pkey"),
    )
    op.create_table(
        "artifacts",
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "name", name="artifacts_pkey"),
    )
    op.create_table(
        "removals",
        sa.Column("run_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="removals_pkey"),
    )
