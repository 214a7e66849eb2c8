"""The tables about the keys of ShipStation's API, each known by a digest: no key is kept."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from proxy.storage.tables.metadata import metadata
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
