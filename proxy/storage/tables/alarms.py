"""The table about alarms, and what of them people have heard."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from proxy.storage.tables.metadata import metadata
from proxy.storage.times import UtcTime

# One row an alarm that holds, or whose end is still to be told; `store` is `""` where it concerns
# all. `told_at`: people have heard that it began. `ended_at`: it is over. Whoever tells of it holds
# it until `claimed_until`. No buyer's data.
alarms = Table(
    "alarms",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("store", String(100), primary_key=True),
    Column("text", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("told_at", UtcTime, nullable=True),
    Column("ended_at", UtcTime, nullable=True),
    Column("claimed_until", UtcTime, nullable=True),
)
