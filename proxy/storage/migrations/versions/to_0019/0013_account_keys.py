"""When the keys of ShipStation's API were used within the last minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "account_keys",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("sent_at", sa.Text, nullable=False),
        sa.Column("held_until", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_account_keys"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("account_keys")
