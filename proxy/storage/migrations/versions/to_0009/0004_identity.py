"""Deliveries are known by their order, folded tracking number and items: every stored one is given
its new keys.

What counts as one shipment now and stood there more than once stays as history; of such rows one
keeps the key, and what of the others was still to be told is told no more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from proxy.storage.outbox.rows import read_shipment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BATCH = 500
# Of rows that are one shipment now, the first of these keeps the key: the shop has it, or will.
_STATES = ("delivered", "waiting", "discarded", "dead")
_deliveries = sa.table(
    "deliveries",
    *(sa.column(name) for name in ("id", "store", "key", "parcel", "shipment", "state")),
    *(sa.column(name) for name in ("lease", "last_error", "finished_at", "queued_at")),
)


def upgrade() -> None:
    """Add the parcel's key, fill it in, and compute the shipment's key again."""
    op.add_column(
        "deliveries", sa.Column("parcel", sa.String(40), nullable=False, server_default="")
    )
    for state in _STATES:
        _fill_keys(op.get_bind(), state)
    op.create_index("ix_deliveries_parcel", "deliveries", ["store", "parcel"])


def downgrade() -> None:
    """Drop the parcel's key. The shipments' keys stay as they are."""
    op.drop_index("ix_deliveries_parcel", "deliveries")
    op.drop_column("deliveries", "parcel")


def _fill_keys(connection: sa.Connection, state: str) -> None:
    table, after = _deliveries, 0
    while True:
        rows = (
            connection.execute(
                sa.select(table.c.id, table.c.store, table.c.shipment)
                .where(table.c.state == state, table.c.id > after)
                .order_by(table.c.id)
                .limit(_BATCH)
            )
            .mappings()
            .all()
        )
        if not rows:
            return
        after = rows[-1]["id"]
        for row in rows:
            _fill_row(connection, row, is_open=state in {"waiting", "dead"})


def _fill_row(connection: sa.Connection, row: sa.RowMapping, *, is_open: bool) -> None:
    table, shipment = _deliveries, read_shipment(row["shipment"])
    key, values = shipment.key(), {"parcel": shipment.parcel_key()}
    mine = table.c.id == row["id"]
    first = connection.scalar(
        sa.select(table.c.id).where(
            table.c.store == row["store"], table.c.key == key, table.c.id != row["id"]
        )
    )
    if first is None:
        connection.execute(sa.update(table).where(mine).values(key=key, **values))
        return
    values["key"] = f"{key[:16]} {row['id']}"
    connection.execute(sa.update(table).where(mine).values(**values))
    if is_open:
        message = f"given up: it is the same shipment as delivery {first}"
        given_up = {"state": "discarded", "lease": None, "last_error": message}
        connection.execute(
            sa.update(table)
            .where(mine)
            .values(
                **given_up, finished_at=sa.func.coalesce(table.c.finished_at, table.c.queued_at)
            )
        )
