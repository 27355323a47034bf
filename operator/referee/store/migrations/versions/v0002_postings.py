"""Outcomes of scores, and what people post.

The table of scores is made anew: nothing wrote to it before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change them."""
    op.drop_table("scores")
    op.create_table(
        "scores",
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("sample_id", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("evaluator", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("label", sa.Text),
        sa.Column("explanation", sa.Text),
        sa.Column("votes", sa.Text),
        sa.Column("cause", sa.Text),
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
        "postings",
        sa.Column("run_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("outputs_closed", sa.BigInteger),
        sa.Column("closed", sa.BigInteger),
        sa.PrimaryKeyConstraint("run_id", name="postings_pkey"),
    )
