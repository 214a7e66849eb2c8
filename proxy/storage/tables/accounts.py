"""The table about the keys of ShipStation's API."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from proxy.storage.tables.metadata import metadata
from proxy.storage.times import UtcTime

# One row a key, which itself is not kept. `sent_at` is the moments of its requests within the last
# minute, as JSON; before `held_until` ShipStation wants none.
account_keys = Table(
    "account_keys",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("sent_at", Text, nullable=False),
    Column("held_until", UtcTime, nullable=True),
)
