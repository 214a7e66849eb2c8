"""What of a notice was not understood, and notices that could not be understood at all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("deliveries", sa.Column("doubts", sa.Text, nullable=False, server_default="[]"))
    op.create_table(
        "refused_notices",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            nullable=False,
            autoincrement=True,
        ),
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("first_seen", UtcTime, nullable=False),
        sa.Column("last_seen", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_notices"),
        sa.UniqueConstraint("store", "digest", name="uq_refused_notices_store_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_refused_notices_last_seen", "refused_notices", ["store", "last_seen"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("refused_notices")
    op.drop_column("deliveries", "doubts")
