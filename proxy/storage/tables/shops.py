"""The tables about the shops themselves: what a connector remembers, remarks, and whether they
answer.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
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

# Whether each store's shop answers, as all replicas met it (see proxy.storage.shops.states). The
# shop was last heard to fail if `failing_since` is set; `error` names no buyer.
shop_states = Table(
    "shop_states",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("answered_at", UtcTime, nullable=True),
    Column("seconds", Float, nullable=True),
    Column("failing_since", UtcTime, nullable=True),
    Column("failed_at", UtcTime, nullable=True),
    Column("failures", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("next_try_at", UtcTime, nullable=True),
)
