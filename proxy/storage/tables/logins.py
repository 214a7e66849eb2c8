"""The table about logins that failed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from proxy.storage.tables.metadata import metadata
from proxy.storage.times import UtcTime

# Failed logins at a store, `""` for the operator's side, counted by the span that began at
# `began_at`; `client` is the address that failed last.
failed_logins = Table(
    "failed_logins",
    metadata,
    Column("store", String(100), primary_key=True),
    Column("began_at", UtcTime, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("client", String(60), nullable=False),
)
