"""When each store's refresh was last asked of ShipStation, and why: in the database, so that it is
asked for once, whichever replica finds the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.storage.database import Database
from proxy.storage.export.rows import upsert
from proxy.storage.rhythms import Rhythm, read_rhythms
from proxy.storage.tables import account_refreshes as table


class RefreshReason(StrEnum):
    """Why ShipStation is asked to refresh a store: a paid order is new, it has stopped polling, a
    span of orders can no longer be read by itself, or a person wants it.
    """

    NEWS = "news"
    SILENCE = "silence"
    GAP = "gap"
    COMMAND = "command"


class Refresh(msgspec.Struct, frozen=True, kw_only=True):
    """The last refresh for a reason; from `since` on, or None from where ShipStation was."""

    asked_at: datetime
    since: datetime | None = None


async def read_silenced(connection: AsyncConnection) -> dict[str, datetime]:
    """When each store was last refreshed because ShipStation had stopped polling it."""
    wanted = select(table.c.store, table.c.asked_at).where(
        table.c.reason == RefreshReason.SILENCE.value
    )
    return {row.store: row.asked_at for row in await connection.execute(wanted)}


class Refreshes:
    """The refreshes of all stores. Every method raises StorageError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_last(self, store: str) -> tuple[Mapping[RefreshReason, Refresh], datetime]:
        """The last one for each reason, and the time that they go by."""
        async with self._database.reading() as connection:
            columns = (table.c.reason, table.c.asked_at, table.c.since)
            rows = await connection.execute(select(*columns).where(table.c.store == store))
            last = {
                RefreshReason(row.reason): Refresh(asked_at=row.asked_at, since=row.since)
                for row in rows
            }
            return last, await self._database.now(connection)

    async def read_rhythm(self, store: str) -> tuple[Rhythm | None, datetime]:
        """How ShipStation polls the store, if it has, and the time that it goes by."""
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            return (await read_rhythms(connection, store)).get(store), now

    async def claim(
        self,
        store: str,
        reason: RefreshReason,
        at_most_every: timedelta,
        since: datetime | None = None,
    ) -> bool:
        """Note that a refresh is about to be asked for. False where one was, for whatever reason,
        less than `at_most_every` ago: then it is not to be asked for now.
        """
        async with self._database.writing() as connection:
            now = await self._database.locked_now(connection, [_number_lock(store)])
            asked = await connection.execute(select(table.c.asked_at).where(table.c.store == store))
            # Moments to come were written before the clock was set back.
            if any(now - at_most_every < moment <= now for moment in asked.scalars()):
                return False
            row = {"store": store, "reason": reason.value, "asked_at": now, "since": since}
            await upsert(connection, table, [row], ("asked_at", "since"))
            return True

    async def take_back(self, store: str, reason: RefreshReason) -> None:
        """It could not be asked for after all."""
        async with self._database.writing() as connection:
            own = (table.c.store == store) & (table.c.reason == reason.value)
            await connection.execute(delete(table).where(own))


def _number_lock(store: str) -> int:
    digest = hashlib.blake2b(f"refresh {store}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
