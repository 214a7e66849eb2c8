"""What the operator's page looks for: deliveries by tracking number and by rare states, and what
operators did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_DISCARDED = sa.text("state = 'discarded'")
# As `connectors.shipments.fold_tracking` for what carriers print. A text with a zero character has
# no value on PostgreSQL.
_FILL = (
    "update deliveries set tracking ="
    " substr(replace(replace(lower({tracking}), ' ', ''), '-', ''), 1, 100) where {readable}"
)
_NUMBER = {
    "sqlite": ("json_extract(shipment, '$.tracking_number')", "true"),
    "postgresql": (
        "shipment::json ->> 'tracking_number'",
        r"position('\u0000' in shipment) = 0",
    ),
}


def upgrade() -> None:
    """Make the column, its index, and the table."""
    op.add_column("deliveries", sa.Column("tracking", sa.String(100), nullable=True))
    tracking, readable = _NUMBER[op.get_bind().dialect.name]
    op.execute(_FILL.format(tracking=tracking, readable=readable))
    op.create_index("ix_deliveries_tracking", "deliveries", ["store", "tracking"])
    op.create_index(
        "ix_deliveries_discarded",
        "deliveries",
        ["id"],
        sqlite_where=_DISCARDED,
        postgresql_where=_DISCARDED,
    )
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "operator_actions",
        sa.Column("id", number, nullable=False, autoincrement=True),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("store", sa.String(100), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operator_actions"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("operator_actions")
    op.drop_index("ix_deliveries_discarded", "deliveries")
    op.drop_index("ix_deliveries_tracking", "deliveries")
    op.drop_column("deliveries", "tracking")
