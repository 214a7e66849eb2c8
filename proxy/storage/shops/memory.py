"""What the connector of one store remembers, in the database: a `connectors.interface.Memory`."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import delete, or_, select

from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.export.rows import upsert
from proxy.storage.tables import memories

# A store's connector remembers at most this many entries; the ones put longest ago go first.
MOST_ENTRIES = 5000
LONGEST_KEY = 200
LONGEST_VALUE = 16_384
LONGEST_LIFETIME = timedelta(days=366)
_log = structlog.get_logger("portside.storage")


def may_keep(key: str, value: str) -> bool:
    """Whether the entry is short enough, and holds nothing that a database refuses: NUL, or half a
    character.
    """
    return (
        len(key) <= LONGEST_KEY
        and len(value) <= LONGEST_VALUE
        and "\0" not in key + value
        and (key + value).encode(errors="replace").decode() == key + value
    )


class DatabaseMemory:
    """The memory of one store's connector, shared by all replicas. It raises nothing."""

    def __init__(self, database: Database, store: str) -> None:
        self._database = database
        self._store = store

    async def get(self, key: str) -> str | None:
        """See `Memory`."""
        if not may_keep(key, ""):
            return None
        try:
            async with self._database.reading() as connection:
                wanted = select(memories.c.value).where(
                    memories.c.store == self._store,
                    memories.c.key == key,
                    memories.c.ends_at > await self._database.now(connection),
                )
                value: str | None = (await connection.execute(wanted)).scalar_one_or_none()
                return value
        except StorageError as error:
            _log.debug("Connector's memory not read.", store=self._store, error=error)
            return None

    async def put(self, key: str, value: str, lifetime: timedelta) -> None:
        """See `Memory`. An entry that is too long is not kept; an older one under its key goes."""
        try:
            async with self._database.writing() as connection:
                own = memories.c.store == self._store
                now = await self._database.now(connection)
                if not may_keep(key, value):
                    if may_keep(key, ""):
                        await connection.execute(delete(memories).where(own, memories.c.key == key))
                    return
                entry = {
                    "store": self._store,
                    "key": key,
                    "value": value,
                    "put_at": now,
                    "ends_at": now + min(lifetime, LONGEST_LIFETIME),
                }
                await upsert(connection, memories, [entry], ("value", "put_at", "ends_at"))
                surplus = (
                    select(memories.c.key)
                    .where(own)
                    .order_by(memories.c.put_at.desc(), memories.c.key)
                    .offset(MOST_ENTRIES)
                )
                await connection.execute(
                    delete(memories).where(
                        own, or_(memories.c.ends_at <= now, memories.c.key.in_(surplus))
                    )
                )
        except StorageError as error:
            _log.debug("Connector's memory not written.", store=self._store, error=error)
