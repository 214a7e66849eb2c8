"""The chains of windows that each store is asked for, by which a second client shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pollers",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("chains", sa.Text, nullable=False),
        sa.Column("second_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("store", name="pk_pollers"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("pollers")
