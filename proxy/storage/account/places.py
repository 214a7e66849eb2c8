"""How far the lists of an account have been read, so that a restart or another replica goes on."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select, update

from proxy.storage.database import Database
from proxy.storage.export.rows import upsert
from proxy.storage.tables import account_places


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Since when a list is read, the date of the youngest row that was taken in, and when it was
    last read back to the whole look-back.
    """

    since: datetime
    seen_until: datetime | None = None
    whole_at: datetime | None = None


class Places:
    """The places of the lists of one key. Every method raises StorageError."""

    def __init__(self, database: Database, key: str) -> None:
        self._database = database
        self._key = key

    async def now(self) -> datetime:
        """The time that these places go by."""
        async with self._database.reading() as connection:
            return await self._database.now(connection)

    async def find(self, name: str) -> Place:
        """The place of a list, which begins now if it was never read."""
        columns = [account_places.c[field] for field in Place.__struct_fields__]
        mine = (account_places.c.key == self._key, account_places.c.list == name)
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            row = (await connection.execute(select(*columns).where(*mine))).mappings().one_or_none()
            if row is None:
                fresh = {"key": self._key, "list": name, "since": now}
                await upsert(connection, account_places, [fresh], ("list",))
                return Place(since=now)
            return Place(**row)

    async def move(self, name: str, **changes: datetime) -> None:
        """Write down how far it has been read: `seen_until`, `whole_at`."""
        mine = (account_places.c.key == self._key, account_places.c.list == name)
        async with self._database.writing() as connection:
            await connection.execute(update(account_places).where(*mine).values(**changes))
