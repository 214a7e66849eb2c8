"""Why a hint was given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "hints", sa.Column("reason", sa.String(12), nullable=False, server_default="news")
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("hints", "reason")
