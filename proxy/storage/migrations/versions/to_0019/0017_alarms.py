"""The alarms, and what of them people have heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "alarms",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("advice", sa.Text, nullable=False),
        sa.Column("began_at", UtcTime, nullable=False),
        sa.Column("told_at", UtcTime, nullable=True),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.Column("claimed_until", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("kind", "store", name="pk_alarms"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("alarms")
