"""Failed logins of the last day, in the database: counted in spans of some minutes, so that a flood
of them costs few rows and few commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from proxy.storage.database import Database
from proxy.storage.tables import failed_logins as table

COUNTED_FOR: Final = timedelta(hours=1)
"""The span over which failed logins are counted for the operator."""

_SPAN = timedelta(minutes=10)
_KEPT_FOR = timedelta(days=7)
_LONGEST_CLIENT = 60


class FailedLogin(msgspec.Struct, frozen=True, kw_only=True):
    """So many logins failed at `store`, `""` for the operator's side; the last one from the address
    `client`.
    """

    store: str
    count: int
    client: str


class FailedLoginCounts:
    """The counts of all stores. Every method raises StorageError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, failed: Sequence[FailedLogin]) -> None:
        """These logins failed just now."""
        make = postgresql.insert if self._database.is_postgresql else sqlite.insert
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            for each in failed:
                row = {
                    "store": each.store,
                    "began_at": _begin_span(now),
                    "count": each.count,
                    "last_at": now,
                    "client": each.client[:_LONGEST_CLIENT],
                }
                added = make(table).values(row)
                counted = added.on_conflict_do_update(
                    index_elements=["store", "began_at"],
                    set_={
                        "count": table.c.count + each.count,
                        "last_at": now,
                        "client": added.excluded.client,
                    },
                )
                await connection.execute(counted)
            await connection.execute(delete(table).where(table.c.last_at < now - _KEPT_FOR))


def _begin_span(now: datetime) -> datetime:
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (now - midnight) // _SPAN * _SPAN
