"""Which of an order's several addresses ShipStation was given, and the orders of a shop by its own
id.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and their index."""
    op.add_column("given_orders", sa.Column("part", sa.Integer, nullable=False, server_default="0"))
    op.add_column(
        "given_orders", sa.Column("destination", sa.Text, nullable=False, server_default="")
    )
    op.create_index("ix_given_orders_shop", "given_orders", ["store", "shop_id", "part"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_given_orders_shop", "given_orders")
    op.drop_column("given_orders", "destination")
    op.drop_column("given_orders", "part")
