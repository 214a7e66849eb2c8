"""The tables about the keys of ShipStation's API, each known by a digest: no key is kept."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from proxy.storage.tables.metadata import metadata, row_number
from proxy.storage.times import UtcTime

# One row a key. `sent_at` is the moments of its requests within the last
# minute, as JSON; before `held_until` ShipStation wants none.
account_keys = Table(
    "account_keys",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("sent_at", Text, nullable=False),
    Column("held_until", UtcTime, nullable=True),
)

# Who works for a key, until when.
account_leases = Table(
    "account_leases",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("token", String(32), nullable=False),
    Column("ends_at", UtcTime, nullable=False),
)

# When each periodic job of a key is due.
account_jobs = Table(
    "account_jobs",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("name", String(50), primary_key=True),
    Column("due_at", UtcTime, nullable=False),
)

# When each store's refresh was last asked of ShipStation, by reason; from `since` on, or from where
# it was.
account_refreshes = Table(
    "account_refreshes",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("reason", String(12), primary_key=True),
    Column("asked_at", UtcTime, nullable=False),
    Column("since", UtcTime, nullable=True),
)

# What became of the labels and of the orders marked as shipped that the account has shown, by the
# account's number. `made_at` is the account's date; `delivery_id` is the delivery that tells the
# shop of it.
account_parcels = Table(
    "account_parcels",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("number", row_number, primary_key=True, autoincrement=False),
    Column("fate", String(12), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("voided_at", UtcTime, nullable=True),
    Column("delivery_id", row_number, nullable=True),
    # Telling the shop that it was voided: when it was told, and else how often that failed, why,
    # and when it is tried again.
    Column("withdrawn_at", UtcTime, nullable=True),
    Column("withdraw_attempts", Integer, nullable=False, server_default="0"),
    Column("withdraw_error", Text, nullable=False, server_default=""),
    Column("withdraw_at", UtcTime, nullable=True),
    Index("ix_account_parcels_made_at", "store", "made_at"),
)

# Orders of the account that were seen to be a store's, and when they last were; `order_id` and
# `order_key` are the account's.
account_orders = Table(
    "account_orders",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("order_id", row_number, primary_key=True, autoincrement=False),
    Column("order_key", String(100), nullable=True),
    Column("seen_at", UtcTime, nullable=False),
)

# How far a list of the account has been read: since when it is read at all, the youngest row's
# date, and when it was last read back to the whole look-back.
account_places = Table(
    "account_places",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("list", String(120), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("seen_until", UtcTime, nullable=True),
    Column("whole_at", UtcTime, nullable=True),
)

# What is to be done once to an order that the account imported, and when it was; `order_id` is the
# account's, `target` the id of a user or a tag, or a day.
account_actions = Table(
    "account_actions",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("order_id", row_number, primary_key=True, autoincrement=False),
    Column("kind", String(12), primary_key=True),
    Column("target", String(100), primary_key=True),
    Column("planned_at", UtcTime, nullable=False),
    Column("done_at", UtcTime, nullable=True),
    Index("ix_account_actions_waiting", "store", "done_at"),
)

# What the last audit of each store found: how many orders it compared that changed since `since`,
# and how many of each kind of fault, as JSON. It says nothing any more after `lapses_at`.
audits = Table(
    "audits",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("finished_at", UtcTime, nullable=False),
    Column("lapses_at", UtcTime, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("compared", Integer, nullable=False),
    Column("faulty", Text, nullable=False),
)
