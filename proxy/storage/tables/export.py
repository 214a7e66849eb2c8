"""The tables of the export: coverage, snapshots, walks, and orders as they were given."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from proxy.storage.tables.metadata import metadata, row_number
from proxy.storage.times import UtcTime

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

# What each store's windows have shown of the shop's list (see proxy.rules.lateness); lengths of
# time in seconds.
shop_lists = Table(
    "shop_lists",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("lookback", Integer, nullable=False),
    Column("late_at", UtcTime, nullable=True),
    Column("holds_from", UtcTime, nullable=True),
    Column("checked_at", UtcTime, nullable=True),
    Column("clock_behind", Integer, nullable=False),
    Column("clock_at", UtcTime, nullable=True),
    Column("read_again_from", UtcTime, nullable=True),
)

# The chains of windows that each store is asked for, as JSON (see proxy.rules.pollers).
pollers = Table(
    "pollers",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("chains", Text, nullable=False),
    Column("second_at", UtcTime, nullable=True),
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
# `stored` how many are whole. Once all is read, `orders` go out, `held` do not, and `held_for` is
# the reason where all were held for one.
snapshots = Table(
    "snapshots",
    metadata,
    Column("id", row_number, primary_key=True, autoincrement=True),
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
    Column("orders", Integer, nullable=True),
    Column("held", Integer, nullable=True),
    Column("held_for", Text, nullable=True),
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
        row_number,
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
        "snapshot_id", row_number, ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True
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
        "snapshot_id", row_number, ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("page", Integer, primary_key=True),
    Column("sent", Boolean, nullable=False),
)

# Finished walks that ShipStation has not confirmed yet. They are kept longer than their snapshot.
walks = Table(
    "walks",
    metadata,
    Column("snapshot_id", row_number, primary_key=True, autoincrement=False),
    Column("store", String(100), nullable=False, index=True),
    Column("start", UtcTime, nullable=False),
    Column("read_from", UtcTime, nullable=False),
    Column("reaches", UtcTime, nullable=True),
    Column("until", UtcTime, nullable=False),
)

# What ShipStation was last told about each order: a digest, never the order itself. `read_by`: the
# shop was read before this moment. `modified_at`: the youngest change of it that any page named.
# `window_start` and `window_end`: the window that ShipStation asked for; null in older rows.
told_orders = Table(
    "told_orders",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("order_id", String(200), primary_key=True),
    Column("digest", String(32), nullable=False),
    Column("snapshot_id", row_number, nullable=False, index=True),
    Column("page", Integer, nullable=False),
    Column("read_by", UtcTime, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("told_at", UtcTime, nullable=False),
    Column("modified_at", UtcTime, nullable=True),
    Column("window_start", UtcTime, nullable=True),
    Column("window_end", UtcTime, nullable=True),
)

# Orders as ShipStation was given them, under the id and number that notices will name, and `lines`
# as JSON (see proxy.rules.matching). `shop_id` and `shop_number` are the shop's own, `part` and
# `destination` say which of several addresses it goes to. `former_number` is the last other number
# that it was given under, empty if there was none. Nothing about buyers.
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
    Column("part", Integer, nullable=False, server_default="0"),
    Column("destination", Text, nullable=False, server_default=""),
    Column("former_number", String(200), nullable=False, server_default=""),
    Column("marks", Text, nullable=False, server_default=""),
    Index("ix_given_orders_number", "store", "number"),
    Index("ix_given_orders_shop", "store", "shop_id", "part"),
)

# Orders to be asked for by id with the next window from `due_at` on, whatever the shop's list says.
# The snapshot that took one along is named in `carried_by`; the hint goes once that snapshot's walk
# has been confirmed. `said_at` is when it was last given.
hints = Table(
    "hints",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("order_id", String(200), primary_key=True),
    Column("due_at", UtcTime, nullable=False),
    Column("reason", String(12), nullable=False, server_default="news"),
    Column("carried_by", row_number, nullable=True, index=True),
    Column("said_at", UtcTime, nullable=True),
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

# What ShipStation asked for in the last days and what became of it: a row a walk, or a request that
# failed (see proxy.storage.export.polls). `kind` and `reason` are of the error. `usual_seconds` is
# the usual time between polls (see proxy.rules.rhythm) when this one began, null where it was not
# known. No buyer's data.
polls = Table(
    "polls",
    metadata,
    Column("id", row_number, primary_key=True, autoincrement=True),
    Column("store", String(100), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("snapshot_id", row_number, nullable=True),
    Column("outcome", String(16), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("reason", Text, nullable=False),
    Column("pages", Integer, nullable=True),
    Column("orders", Integer, nullable=True),
    Column("held", Integer, nullable=True),
    Column("seconds", Float, nullable=False),
    Column("usual_seconds", Float, nullable=True),
    Index("ix_polls_at", "store", "at", "outcome"),
)
