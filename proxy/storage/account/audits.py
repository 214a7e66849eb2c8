"""What the last audit of each store found, in numbers: kept so that every replica shows the same,
and so that only one audits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.storage.database import Database
from proxy.storage.export.rows import upsert
from proxy.storage.tables import audits as table

_COUNTS = msgspec.json.Decoder(dict[str, int])


class AuditResult(msgspec.Struct, frozen=True, kw_only=True):
    """An audit that ended at `finished_at`: `compared` orders that changed since `since`, and how
    many of them are `faulty`, by kind of fault.
    """

    finished_at: datetime
    since: datetime
    compared: int
    faulty: Mapping[str, int]


class Audits:
    """The last audits of all stores. Every method raises StorageError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, store: str) -> tuple[AuditResult | None, datetime]:
        """The last one that still says something, and the time that it goes by."""
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            return (await read_audits(connection, now)).get(store), now

    async def keep(
        self, store: str, since: datetime, compared: int, faulty: Mapping[str, int], for_: timedelta
    ) -> AuditResult:
        """An audit has ended just now; what it found lapses after this long."""
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            row = {
                "store": store,
                "finished_at": now,
                "lapses_at": now + for_,
                "since": since,
                "compared": compared,
                "faulty": msgspec.json.encode(faulty).decode(),
            }
            changing = tuple(name for name in row if name != "store")
            await upsert(connection, table, [row], changing)
        return AuditResult(finished_at=now, since=since, compared=compared, faulty=faulty)

    async def forget(self, store: str) -> bool:
        """What was found says nothing any more. False if there was nothing."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(table).where(table.c.store == store))
            return gone.rowcount > 0


async def read_audits(connection: AsyncConnection, now: datetime) -> dict[str, AuditResult]:
    """What still says something, by store."""
    found = await connection.execute(select(table).where(table.c.lapses_at > now))
    return {
        row.store: AuditResult(
            finished_at=row.finished_at,
            since=row.since,
            compared=row.compared,
            faulty=_COUNTS.decode(row.faulty),
        )
        for row in found
    }
