"""Who works for a key of ShipStation's API, and when its jobs are due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account_leases",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("ends_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_account_leases"),
    )
    op.create_table(
        "account_jobs",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("key", "name", name="pk_account_jobs"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("account_jobs")
    op.drop_table("account_leases")
