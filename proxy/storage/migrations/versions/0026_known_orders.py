"""Which orders of the account were seen to be a store's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "account_orders",
        sa.Column("store", sa.String(100), primary_key=True),
        sa.Column(
            "order_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("order_key", sa.String(100), nullable=True),
        sa.Column("seen_at", UtcTime, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("account_orders")
