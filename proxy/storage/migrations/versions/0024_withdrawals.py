"""Telling the shop that a label was voided of which it had heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns."""
    for column in (
        sa.Column("withdrawn_at", UtcTime, nullable=True),
        sa.Column("withdraw_attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("withdraw_error", sa.Text, nullable=False, server_default=""),
        sa.Column("withdraw_at", UtcTime, nullable=True),
    ):
        op.add_column("account_parcels", column)


def downgrade() -> None:
    """Drop them."""
    for name in ("withdraw_at", "withdraw_error", "withdraw_attempts", "withdrawn_at"):
        op.drop_column("account_parcels", name)
