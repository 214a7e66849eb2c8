"""The one row about this database itself."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from proxy.storage.tables.metadata import metadata
from proxy.storage.times import UtcTime

# `compatible_from` is the oldest revision whose code may work on the tables, `tried_at` when it was
# last tried whether they can be written.
installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("compatible_from", String(32), nullable=False),
    Column("tried_at", UtcTime, nullable=True),
)
