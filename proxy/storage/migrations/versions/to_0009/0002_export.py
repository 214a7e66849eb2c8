"""What has been given to ShipStation: coverage, snapshots of windows, and what it was told about
each order.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_tables = (
    *("held_orders", "hints", "told_orders", "walks"),
    *("snapshot_sends", "snapshot_parts", "snapshot_windows", "snapshots", "gaps", "coverage"),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    _create_coverage()
    _create_snapshots()
    _create_snapshot_pages()
    _create_told_orders()
    _create_held_orders()


def downgrade() -> None:
    """Drop them."""
    for name in _tables:
        op.drop_table(name)


def _create_coverage() -> None:
    op.create_table(
        "coverage",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("since", UtcTime, nullable=False),
        sa.Column("covered_until", UtcTime, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("sweep_due_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("store", name="pk_coverage"),
    )
    op.create_table(
        "gaps",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("start", UtcTime, nullable=False),
        sa.Column("end", UtcTime, nullable=False),
        sa.Column("noted_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("store", "start", name="pk_gaps"),
    )
    op.create_table(
        "walks",
        sa.Column("snapshot_id", _number, nullable=False, autoincrement=False),
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("start", UtcTime, nullable=False),
        sa.Column("read_from", UtcTime, nullable=False),
        sa.Column("reaches", UtcTime, nullable=True),
        sa.Column("until", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", name="pk_walks"),
    )
    op.create_index("ix_walks_store", "walks", ["store"])


def _create_snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", _number, nullable=False, autoincrement=True),
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("start", UtcTime, nullable=False),
        sa.Column("end", UtcTime, nullable=False),
        sa.Column("latest_start", UtcTime, nullable=False),
        sa.Column("read_from", UtcTime, nullable=False),
        sa.Column("reaches", UtcTime, nullable=True),
        sa.Column("began_at", UtcTime, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("pages", sa.Integer, nullable=True),
        sa.Column("stored", sa.Integer, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("lease_until", UtcTime, nullable=False),
        sa.Column("error", sa.String(60), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("retry_after", sa.Float, nullable=True),
        sa.Column("ready_at", UtcTime, nullable=True),
        sa.Column("handed_at", UtcTime, nullable=True),
        sa.Column("used_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_snapshots_store", "snapshots", ["store"])


def _create_snapshot_pages() -> None:
    op.create_table(
        "snapshot_windows",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("start", UtcTime, nullable=False),
        sa.Column("end", UtcTime, nullable=False),
        sa.Column("snapshot_id", _number, nullable=False),
        sa.PrimaryKeyConstraint("store", "start", "end", name="pk_snapshot_windows"),
        _of_snapshot("snapshot_windows"),
    )
    op.create_index("ix_snapshot_windows_snapshot_id", "snapshot_windows", ["snapshot_id"])
    op.create_table(
        "snapshot_parts",
        sa.Column("snapshot_id", _number, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("orders", sa.LargeBinary, nullable=False),
        sa.Column("members", sa.Text, nullable=False),
        sa.Column("stored_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", "page", "part", name="pk_snapshot_parts"),
        _of_snapshot("snapshot_parts"),
    )
    op.create_table(
        "snapshot_sends",
        sa.Column("snapshot_id", _number, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("sent", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", "page", name="pk_snapshot_sends"),
        _of_snapshot("snapshot_sends"),
    )


def _of_snapshot(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["snapshot_id"], ["snapshots.id"], name=f"fk_{table}_snapshot_id", ondelete="CASCADE"
    )


def _create_told_orders() -> None:
    op.create_table(
        "told_orders",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("order_id", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("snapshot_id", _number, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("read_by", UtcTime, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("told_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("store", "order_id", name="pk_told_orders"),
    )
    op.create_index("ix_told_orders_snapshot_id", "told_orders", ["snapshot_id"])
    op.create_table(
        "hints",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("order_id", sa.String(200), nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("carried_by", _number, nullable=True),
        sa.PrimaryKeyConstraint("store", "order_id", name="pk_hints"),
    )
    op.create_index("ix_hints_carried_by", "hints", ["carried_by"])


def _create_held_orders() -> None:
    op.create_table(
        "held_orders",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("order_id", sa.String(200), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("first_seen", UtcTime, nullable=False),
        sa.Column("last_seen", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("store", "order_id", name="pk_held_orders"),
    )
    op.create_index("ix_held_orders_last_seen", "held_orders", ["store", "kind", "last_seen"])
