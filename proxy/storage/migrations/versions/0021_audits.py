"""What the last audit of each store found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "audits",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("finished_at", UtcTime, nullable=False),
        sa.Column("lapses_at", UtcTime, nullable=False),
        sa.Column("since", UtcTime, nullable=False),
        sa.Column("compared", sa.Integer, nullable=False),
        sa.Column("faulty", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("store", name="pk_audits"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("audits")
