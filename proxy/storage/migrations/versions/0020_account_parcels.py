"""What the account has shown of parcels, how far it was read, and who told us of a delivery."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the column."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "account_parcels",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("number", number, nullable=False, autoincrement=False),
        sa.Column("fate", sa.String(12), nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("voided_at", UtcTime, nullable=True),
        sa.Column("delivery_id", number, nullable=True),
        sa.PrimaryKeyConstraint("store", "kind", "number", name="pk_account_parcels"),
    )
    op.create_index("ix_account_parcels_made_at", "account_parcels", ["store", "made_at"])
    op.create_table(
        "account_places",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("list", sa.String(120), nullable=False),
        sa.Column("since", UtcTime, nullable=False),
        sa.Column("seen_until", UtcTime, nullable=True),
        sa.Column("whole_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("key", "list", name="pk_account_places"),
    )
    op.add_column(
        "deliveries",
        sa.Column("origin", sa.String(12), nullable=False, server_default="notice"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_column("deliveries", "origin")
    op.drop_table("account_places")
    op.drop_table("account_parcels")
