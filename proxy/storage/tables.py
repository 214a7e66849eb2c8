"""Every table, as SQLAlchemy sees it. The migrations build the same; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, text

from proxy.storage.times import UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    },
)

# SQLite numbers rows by itself only in a column of exactly this type.
_row_number = BigInteger().with_variant(Integer, "sqlite")

# One row a notice. `id` is also its place in the order's queue. A row that a worker holds has a `lease`, and `due_at` is when that lease
# ends: a lapsed lease is thereby due like any other row. `queued_at` is when the notice last came in, `purged_at` when the buyer's data
# went out of `shipment`.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _row_number, primary_key=True, autoincrement=True),
    Column("store", String(100), nullable=False),
    Column("order_id", String(200), nullable=False),
    Column("order_number", String(200), nullable=False),
    Column("key", String(40), nullable=False),
    Column("shipment", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("lease", String(32), nullable=True),
    Column("last_error", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("queued_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime, nullable=True),
    Column("purged_at", UtcTime, nullable=True),
    UniqueConstraint("store", "key", name="uq_deliveries_store_key"),
    sqlite_autoincrement=True,
)

_WAITING = text("state = 'waiting'")
_OPEN = text("state in ('waiting', 'dead')")
_UNPURGED = text("purged_at is null")

Index("ix_deliveries_due", deliveries.c.store, deliveries.c.due_at, deliveries.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("ix_deliveries_open", deliveries.c.state, deliveries.c.store, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("ix_deliveries_finished", deliveries.c.finished_at, sqlite_where=_UNPURGED, postgresql_where=_UNPURGED)
Index("ix_deliveries_order_number", deliveries.c.store, deliveries.c.order_number)
Index("ix_deliveries_order_id", deliveries.c.store, deliveries.c.order_id)

# One row a try, kept for a time: when, how it ended, how long it took, the shop's words (masked) and which process tried.
attempts = Table(
    "attempts",
    metadata,
    Column("id", _row_number, primary_key=True, autoincrement=True),
    Column("delivery_id", _row_number, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("worker", String(100), nullable=False),
    sqlite_autoincrement=True,
)
