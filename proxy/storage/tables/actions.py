"""The table of what operators did."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from proxy.storage.tables.metadata import metadata, row_number
from proxy.storage.times import UtcTime

# One row a change. `who` is a user name and an address; `store` is empty where a change was about
# several. No buyer's data.
operator_actions = Table(
    "operator_actions",
    metadata,
    Column("id", row_number, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("who", String(200), nullable=False),
    Column("store", String(100), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)
