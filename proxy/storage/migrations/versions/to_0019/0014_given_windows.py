"""In which window ShipStation was last sent an order, and the number that it was given under before
the one it has now.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("told_orders", sa.Column("window_start", UtcTime, nullable=True))
    op.add_column("told_orders", sa.Column("window_end", UtcTime, nullable=True))
    op.add_column(
        "given_orders",
        sa.Column("former_number", sa.String(200), nullable=False, server_default=""),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_column("given_orders", "former_number")
    op.drop_column("told_orders", "window_end")
    op.drop_column("told_orders", "window_start")
