"""When each store's refresh was last asked of ShipStation, and when each hint was last given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "account_refreshes",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("since", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("store", "reason", name="pk_account_refreshes"),
    )
    op.add_column("hints", sa.Column("said_at", UtcTime, nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("hints", "said_at")
    op.drop_table("account_refreshes")
