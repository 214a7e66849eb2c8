"""What the windows of each store have shown of the shop's list, and the youngest change of each
order that was named.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "shop_lists",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("lookback", sa.Integer, nullable=False),
        sa.Column("late_at", UtcTime, nullable=True),
        sa.Column("holds_from", UtcTime, nullable=True),
        sa.Column("checked_at", UtcTime, nullable=True),
        sa.Column("clock_behind", sa.Integer, nullable=False),
        sa.Column("clock_at", UtcTime, nullable=True),
        sa.Column("read_again_from", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("store", name="pk_shop_lists"),
    )
    op.add_column("told_orders", sa.Column("modified_at", UtcTime, nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("told_orders", "modified_at")
    op.drop_table("shop_lists")
