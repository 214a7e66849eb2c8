"""Orders as ShipStation was given them, so that a notice is understood by what went out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "given_orders",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("order_id", sa.String(50), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("shop_id", sa.String(200), nullable=False),
        sa.Column("shop_number", sa.String(200), nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("is_part", sa.Boolean, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("given_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("store", "order_id", name="pk_given_orders"),
    )
    op.create_index("ix_given_orders_number", "given_orders", ["store", "number"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("given_orders")
