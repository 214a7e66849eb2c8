"""Notices that could not be understood: masked, few, and for a while, so that a person can see
which parcel the shop never heard of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping, Select, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from proxy.storage.database import Database
from proxy.storage.errors import UnknownDeliveryError
from proxy.storage.tables import refused_notices as table

# Of one store; those seen last stay.
MOST_REFUSED = 200


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a notice was refused, with the status that was answered; `query` and `body` masked.

    `size` is the body's in bytes, None where it was not read.
    """

    status: int
    reason: str
    query: str
    body: str = ""
    size: int | None = None


class RefusedNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal as it is kept: `times` counts notices that look the same."""

    id: int
    store: str
    refusal: Refusal
    times: int
    first_seen: datetime
    last_seen: datetime


class RefusedNotices:
    """Refused notices, on SQLite or PostgreSQL. Every method raises StorageError when the database
    fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, store: str, refusal: Refusal) -> None:
        """Keep it, or count it where one that looks the same is there. Of too many the oldest
        go.
        """
        values = msgspec.structs.asdict(refusal)
        digest = hashlib.blake2b(msgspec.json.encode(refusal), digest_size=16).hexdigest()
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            seen = {"times": 1, "first_seen": now, "last_seen": now}
            make = postgresql.insert if self._database.is_postgresql else sqlite.insert
            added = make(table).values(store=store, digest=digest, **values, **seen)
            counted = added.on_conflict_do_update(
                index_elements=["store", "digest"],
                set_={"times": table.c.times + 1, "last_seen": now},
            )
            await connection.execute(counted)
            surplus = (
                select(table.c.id)
                .where(table.c.store == store)
                .order_by(table.c.last_seen.desc(), table.c.id.desc())
                .offset(MOST_REFUSED)
            )
            await connection.execute(delete(table).where(table.c.id.in_(surplus)))

    async def list_kept(
        self, store: str | None = None, limit: int | None = None
    ) -> Sequence[RefusedNotice]:
        """Those of one store, or of all: seen last first."""
        wanted = select(table).order_by(table.c.last_seen.desc(), table.c.id.desc()).limit(limit)
        if store is not None:
            wanted = wanted.where(table.c.store == store)
        return await self._read(wanted)

    async def get(self, number: int) -> RefusedNotice:
        """One of them. Raises UnknownDeliveryError."""
        found = await self._read(select(table).where(table.c.id == number))
        if not found:
            raise UnknownDeliveryError(f"there is no refused notice {number}")
        return found[0]

    async def purge(self, before: datetime) -> int:
        """Forget what was not seen since. Returns how many."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(table).where(table.c.last_seen < before))
            return gone.rowcount

    async def _read(self, wanted: Select[Any]) -> Sequence[RefusedNotice]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings()
            return [_read_row(row) for row in rows]


def _read_row(row: RowMapping) -> RefusedNotice:
    refusal = Refusal(**{name: row[name] for name in Refusal.__struct_fields__})
    kept = ("id", "store", "times", "first_seen", "last_seen")
    return RefusedNotice(refusal=refusal, **{name: row[name] for name in kept})
