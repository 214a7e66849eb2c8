"""What Portside notes about its own database: who may work on it, and that it can be written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its only row."""
    installation = op.create_table(
        "installation",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("compatible_from", sa.String(32), nullable=False),
        sa.Column("tried_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    op.bulk_insert(installation, [{"id": 1, "compatible_from": revision, "tried_at": None}])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("installation")
