"""What is kept about exports, on SQLite or PostgreSQL: one transaction a store at a time, in the
whole fleet.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import delete, text

from proxy.storage.database import Database
from proxy.storage.export.coverage import DatabaseCoverageRows
from proxy.storage.export.interface import ExportRows
from proxy.storage.export.orders import DatabaseOrderRows
from proxy.storage.export.snapshots import DatabaseSnapshotRows
from proxy.storage.tables import (
    coverage,
    gaps,
    given_orders,
    held_orders,
    hints,
    pollers,
    shop_lists,
    snapshot_windows,
    snapshots,
    told_orders,
    walks,
)


class _Rows(DatabaseSnapshotRows, DatabaseCoverageRows, DatabaseOrderRows):
    """`ExportRows` on one connection."""

    async def forget(self) -> None:
        """See `ExportRows`."""
        for table in (
            coverage,
            gaps,
            walks,
            told_orders,
            given_orders,
            hints,
            held_orders,
            shop_lists,
            pollers,
            snapshot_windows,
            snapshots,
        ):
            await self._connection.execute(delete(table).where(self._own(table)))


class DatabaseExportStorage:
    """`ExportStorage` on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def writing(self, store: str) -> AsyncIterator[ExportRows]:
        """On PostgreSQL an advisory lock keeps the store's transactions apart; on SQLite the one
        write lock does.
        """
        async with self._database.writing() as connection:
            if self._database.is_postgresql:
                await connection.execute(
                    text("select pg_advisory_xact_lock(:number)"), {"number": _lock_number(store)}
                )
            yield _Rows(connection, store, await self._database.now(connection))

    @asynccontextmanager
    async def reading(self, store: str) -> AsyncIterator[ExportRows]:
        """Without the lock: what is read may be a moment old."""
        async with self._database.reading() as connection:
            yield _Rows(connection, store, await self._database.now(connection))


def _lock_number(store: str) -> int:
    """A 64-bit number for the store that no other use of advisory locks shares by accident."""
    return int.from_bytes(
        hashlib.blake2b(f"export {store}".encode(), digest_size=8).digest(), signed=True
    )
