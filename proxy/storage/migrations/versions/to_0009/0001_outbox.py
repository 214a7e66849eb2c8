"""The outbox: deliveries and the attempts made at them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables and their indexes."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "deliveries",
        sa.Column("id", number, nullable=False, autoincrement=True),
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("order_id", sa.String(200), nullable=True),
        sa.Column("order_number", sa.String(200), nullable=True),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("shipment", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("queued_at", UtcTime, nullable=False),
        sa.Column("finished_at", UtcTime, nullable=True),
        sa.Column("purged_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("store", "key", name="uq_deliveries_store_key"),
        sqlite_autoincrement=True,
    )
    _index("ix_deliveries_due", ["store", "due_at", "id"], where="state = 'waiting'")
    _index("ix_deliveries_dead", ["store"], where="state = 'dead'")
    _index("ix_deliveries_finished", ["finished_at"], where="purged_at is null")
    op.create_index("ix_deliveries_order_number", "deliveries", ["store", "order_number"])
    op.create_index("ix_deliveries_order_id", "deliveries", ["store", "order_id"])
    op.create_table(
        "attempts",
        sa.Column("id", number, nullable=False, autoincrement=True),
        sa.Column("delivery_id", number, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("worker", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_attempts_delivery_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("attempts")
    op.drop_table("deliveries")


def _index(name: str, columns: list[str], *, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "deliveries", columns, sqlite_where=condition, postgresql_where=condition)
