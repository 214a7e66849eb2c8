"""The tables about the shops themselves: what a connector remembers, and remarks."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    String,
    Table,
    Text,
)

from proxy.storage.tables.metadata import metadata
from proxy.storage.times import UtcTime

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
