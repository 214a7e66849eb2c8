"""The tables of the outbox: deliveries and the attempts at them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from proxy.storage.tables.metadata import metadata, row_number
from proxy.storage.times import UtcTime

# One row a notice. `id` is also its place in the order's queue. A row that a worker holds has a
# `lease`, and `due_at` is when that lease ends: a lapsed lease is thereby due like any other row.
# `queued_at` is when the notice last came in, `purged_at` when the buyer's data went out of
# `shipment`. `key` knows a repeat of the notice, `parcel` all other parts of its parcel (see
# `connectors.shipments`). `origin` says who told us. What a notice does not name is null, not
# empty, because nulls are equal to nothing: such rows are not one order. `doubts` is JSON: what of
# the notice could not be understood. `tracking` is the folded tracking number, for a
# person's search; null in rows that an older version wrote.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", row_number, primary_key=True, autoincrement=True),
    Column("store", String(100), nullable=False),
    Column("order_id", String(200), nullable=True),
    Column("order_number", String(200), nullable=True),
    Column("key", String(40), nullable=False),
    Column("parcel", String(40), nullable=False, server_default=""),
    Column("shipment", Text, nullable=False),
    Column("doubts", Text, nullable=False, server_default="[]"),
    Column("origin", String(12), nullable=False, server_default="notice"),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("lease", String(32), nullable=True),
    Column("last_error", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("queued_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime, nullable=True),
    Column("purged_at", UtcTime, nullable=True),
    Column("tracking", String(100), nullable=True),
    UniqueConstraint("store", "key", name="uq_deliveries_store_key"),
    sqlite_autoincrement=True,
)

_WAITING = text("state = 'waiting'")
_DEAD = text("state = 'dead'")
_OPEN = text("state in ('waiting', 'dead')")
_DISCARDED = text("state = 'discarded'")
_UNPURGED = text("purged_at is null")

Index(
    "ix_deliveries_due",
    deliveries.c.store,
    deliveries.c.due_at,
    deliveries.c.id,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
Index("ix_deliveries_dead", deliveries.c.store, sqlite_where=_DEAD, postgresql_where=_DEAD)
# For how many are open and since when, which the operator's side asks all the time.
Index(
    "ix_deliveries_open",
    deliveries.c.state,
    deliveries.c.store,
    deliveries.c.queued_at,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index(
    "ix_deliveries_finished",
    deliveries.c.finished_at,
    sqlite_where=_UNPURGED,
    postgresql_where=_UNPURGED,
)
Index("ix_deliveries_parcel", deliveries.c.store, deliveries.c.parcel)
Index("ix_deliveries_tracking", deliveries.c.store, deliveries.c.tracking)
# Few among very many, which a person may want to see.
Index(
    "ix_deliveries_discarded",
    deliveries.c.id,
    sqlite_where=_DISCARDED,
    postgresql_where=_DISCARDED,
)
Index("ix_deliveries_order_number", deliveries.c.store, deliveries.c.order_number)
Index("ix_deliveries_order_id", deliveries.c.store, deliveries.c.order_id)

# One row a try, kept for a time: when, how it ended, how long it took, the shop's words (masked),
# which process tried, and the exchanges with the shop as JSON (masked and cut; empty of old ones).
attempts = Table(
    "attempts",
    metadata,
    Column("id", row_number, primary_key=True, autoincrement=True),
    Column(
        "delivery_id",
        row_number,
        ForeignKey("deliveries.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", UtcTime, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("worker", String(100), nullable=False),
    Column("exchanges", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

# Notices that could not be understood, masked; one row for each that looks the same. `digest` is
# made of what is kept, so it tells nothing more. `size` is that of the body, null where it was not
# read.
refused_notices = Table(
    "refused_notices",
    metadata,
    Column("id", row_number, primary_key=True, autoincrement=True),
    Column("store", String(100), nullable=False),
    Column("digest", String(32), nullable=False),
    Column("status", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("size", Integer, nullable=True),
    Column("times", Integer, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    UniqueConstraint("store", "digest", name="uq_refused_notices_store_digest"),
    Index("ix_refused_notices_last_seen", "store", "last_seen"),
    sqlite_autoincrement=True,
)
