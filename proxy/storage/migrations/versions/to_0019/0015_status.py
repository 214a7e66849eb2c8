"""What an operator is shown of the last days: polls, whether shops answer, failed logins, and how
many orders a window held.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OPEN = sa.text("state in ('waiting', 'dead')")


def upgrade() -> None:
    """Make the tables, the columns and the index."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "polls",
        sa.Column("id", number, nullable=False, autoincrement=True),
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("snapshot_id", number, nullable=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer, nullable=True),
        sa.Column("orders", sa.Integer, nullable=True),
        sa.Column("held", sa.Integer, nullable=True),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
    )
    op.create_index("ix_polls_at", "polls", ["store", "at"])
    op.create_table(
        "shop_states",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("answered_at", UtcTime, nullable=True),
        sa.Column("seconds", sa.Float, nullable=True),
        sa.Column("failing_since", UtcTime, nullable=True),
        sa.Column("failed_at", UtcTime, nullable=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("next_try_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("store", name="pk_shop_states"),
    )
    op.create_table(
        "failed_logins",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("began_at", UtcTime, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("last_at", UtcTime, nullable=False),
        sa.Column("client", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("store", "began_at", name="pk_failed_logins"),
    )
    op.add_column("snapshots", sa.Column("orders", sa.Integer, nullable=True))
    op.add_column("snapshots", sa.Column("held", sa.Integer, nullable=True))
    op.add_column("snapshots", sa.Column("held_for", sa.Text, nullable=True))
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["state", "store", "queued_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_deliveries_open", "deliveries")
    for column in ("held_for", "held", "orders"):
        op.drop_column("snapshots", column)
    for table in ("failed_logins", "shop_states", "polls"):
        op.drop_table(table)
