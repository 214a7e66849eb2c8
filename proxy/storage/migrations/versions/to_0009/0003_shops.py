"""What is known about the shops: what their connectors remember, and remarks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "memories",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("put_at", UtcTime, nullable=False),
        sa.Column("ends_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("store", "key", name="pk_memories"),
    )
    op.create_index("ix_memories_put_at", "memories", ["store", "put_at"])
    op.create_table(
        "remarks",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("about", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("first_seen", UtcTime, nullable=False),
        sa.Column("last_seen", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("store", "about", name="pk_remarks"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("remarks")
    op.drop_table("memories")
