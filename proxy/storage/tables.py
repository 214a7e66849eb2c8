"""Every table, as SQLAlchemy sees it.

The migrations build the same; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

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

# One row a notice. `id` is also its place in the order's queue. A row that a worker holds has a
# `lease`, and `due_at` is when that lease ends: a lapsed lease is thereby due like any other row.
# `queued_at` is when the notice last came in, `purged_at` when the buyer's data went out of
# `shipment`. `key` knows a repeat of the notice, `parcel` all other parts of its parcel (see
# `connectors.shipments`). What a notice does not name is null, not empty, because nulls are equal
# to nothing: such rows are not one order.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _row_number, primary_key=True, autoincrement=True),
    Column("store", String(100), nullable=False),
    Column("order_id", String(200), nullable=True),
    Column("order_number", String(200), nullable=True),
    Column("key", String(40), nullable=False),
    Column("parcel", String(40), nullable=False, server_default=""),
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
_DEAD = text("state = 'dead'")
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
Index(
    "ix_deliveries_finished",
    deliveries.c.finished_at,
    sqlite_where=_UNPURGED,
    postgresql_where=_UNPURGED,
)
Index("ix_deliveries_parcel", deliveries.c.store, deliveries.c.parcel)
Index("ix_deliveries_order_number", deliveries.c.store, deliveries.c.order_number)
Index("ix_deliveries_order_id", deliveries.c.store, deliveries.c.order_id)

# One row a try, kept for a time: when, how it ended, how long it took, the shop's words (masked)
# and which process tried.
attempts = Table(
    "attempts",
    metadata,
    Column("id", _row_number, primary_key=True, autoincrement=True),
    Column(
        "delivery_id",
        _row_number,
        ForeignKey("deliveries.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", UtcTime, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("worker", String(100), nullable=False),
    sqlite_autoincrement=True,
)

# How far each store's orders have been given (see proxy.rules.coverage). Times are the shop's: what
# it dated an order's change.
coverage = Table(
    "coverage",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("covered_until", UtcTime, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("sweep_due_at", UtcTime, nullable=True),
)

# Spans that could no longer be read by themselves; one goes once a later walk has given it, or the
# operator has seen to it.
gaps = Table(
    "gaps",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("start", UtcTime, primary_key=True),
    Column("end", UtcTime, nullable=False),
    Column("noted_at", UtcTime, nullable=False),
)

# One row a reading of a window. `start` and `end` are what ShipStation asked for, `latest_start`
# the last start it was used to answer, `read_from` where reading began, `began_at` when. Whoever
# holds `token` builds it, until `lease_until`. `pages` is what ShipStation has been promised,
# `stored` how many are whole.
snapshots = Table(
    "snapshots",
    metadata,
    Column("id", _row_number, primary_key=True, autoincrement=True),
    Column("store", String(100), nullable=False, index=True),
    Column("start", UtcTime, nullable=False),
    Column("end", UtcTime, nullable=False),
    Column("latest_start", UtcTime, nullable=False),
    Column("read_from", UtcTime, nullable=False),
    Column("reaches", UtcTime, nullable=True),
    Column("began_at", UtcTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("pages", Integer, nullable=True),
    Column("stored", Integer, nullable=False),
    Column("token", String(32), nullable=False),
    Column("lease_until", UtcTime, nullable=False),
    Column("error", String(60), nullable=False),
    Column("message", Text, nullable=False),
    Column("retry_after", Float, nullable=True),
    Column("ready_at", UtcTime, nullable=True),
    Column("handed_at", UtcTime, nullable=True),
    Column("used_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

# Which snapshot answers which window: several windows may share one.
snapshot_windows = Table(
    "snapshot_windows",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("start", UtcTime, primary_key=True),
    Column("end", UtcTime, primary_key=True),
    Column(
        "snapshot_id",
        _row_number,
        ForeignKey("snapshots.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
)

# The encoded orders of a page, and `members`: their ids and digests as JSON. Only the last page may
# have more than one part.
snapshot_parts = Table(
    "snapshot_parts",
    metadata,
    Column(
        "snapshot_id", _row_number, ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("page", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("orders", LargeBinary, nullable=False),
    Column("members", Text, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
)

# Which pages were handed to a replica's socket, and which of those were written to the end.
snapshot_sends = Table(
    "snapshot_sends",
    metadata,
    Column(
        "snapshot_id", _row_number, ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("page", Integer, primary_key=True),
    Column("sent", Boolean, nullable=False),
)

# Finished walks that ShipStation has not confirmed yet. They outlive their snapshot.
walks = Table(
    "walks",
    metadata,
    Column("snapshot_id", _row_number, primary_key=True, autoincrement=False),
    Column("store", String(100), nullable=False, index=True),
    Column("start", UtcTime, nullable=False),
    Column("read_from", UtcTime, nullable=False),
    Column("reaches", UtcTime, nullable=True),
    Column("until", UtcTime, nullable=False),
)

# What ShipStation was last told about each order: a digest, never the order itself. `read_by`: the
# shop was read before this moment.
told_orders = Table(
    "told_orders",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("order_id", String(200), primary_key=True),
    Column("digest", String(32), nullable=False),
    Column("snapshot_id", _row_number, nullable=False, index=True),
    Column("page", Integer, nullable=False),
    Column("read_by", UtcTime, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("told_at", UtcTime, nullable=False),
)

# Orders as ShipStation was given them, under the id and number that notices will name, and `lines`
# as JSON (see proxy.rules.matching). `shop_id` and `shop_number` are the shop's own. Nothing about
# buyers.
given_orders = Table(
    "given_orders",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("order_id", String(50), primary_key=True),
    Column("number", String(200), nullable=False),
    Column("shop_id", String(200), nullable=False),
    Column("shop_number", String(200), nullable=False),
    Column("lines", Text, nullable=False),
    Column("is_part", Boolean, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("given_at", UtcTime, nullable=False),
    Index("ix_given_orders_number", "store", "number"),
)

# Orders to be asked for by id with the next window from `due_at` on, whatever the shop's list says.
# The snapshot that took one along is named in `carried_by`; the hint goes once that snapshot's walk
# has been confirmed.
hints = Table(
    "hints",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("order_id", String(200), primary_key=True),
    Column("due_at", UtcTime, nullable=False),
    Column("reason", String(12), nullable=False, server_default="news"),
    Column("carried_by", _row_number, nullable=True, index=True),
)

# Orders that did not go out, for the operator. No buyer's data.
held_orders = Table(
    "held_orders",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("order_id", String(200), primary_key=True),
    Column("number", String(200), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Index("ix_held_orders_last_seen", "store", "kind", "last_seen"),
)

# What a store's connector wants to know again: short texts of its own until `ends_at`. Nothing
# about buyers.
memories = Table(
    "memories",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("value", Text, nullable=False),
    Column("put_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Index("ix_memories_put_at", "store", "put_at"),
)

# What the operator should know about a shop although its orders go on; one row a subject.
remarks = Table(
    "remarks",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("about", String(100), primary_key=True),
    Column("text", Text, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
)
