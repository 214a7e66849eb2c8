"""What is to be done to imported orders in the account, and which conditions are true of those that
were given.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column and the table."""
    op.add_column("given_orders", sa.Column("marks", sa.Text, nullable=False, server_default=""))
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "account_actions",
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("order_id", number, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("target", sa.String(100), nullable=False),
        sa.Column("planned_at", UtcTime, nullable=False),
        sa.Column("done_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("store", "order_id", "kind", "target", name="pk_account_actions"),
    )
    op.create_index("ix_account_actions_waiting", "account_actions", ["store", "done_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_account_actions_waiting", "account_actions")
    op.drop_table("account_actions")
    op.drop_column("given_orders", "marks")
