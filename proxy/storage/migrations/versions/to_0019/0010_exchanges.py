"""What was asked of the shop, and what it answered, beside each attempt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of earlier attempts nothing is known."""
    op.add_column("attempts", sa.Column("exchanges", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("attempts", "exchanges")
