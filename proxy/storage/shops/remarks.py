"""Remarks about shops, in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, delete, select

from connectors.interface import Remark
from proxy.storage.database import Database
from proxy.storage.export.rows import upsert
from proxy.storage.shops.interface import KEPT_FOR, MOST_REMARKS, KeptRemark, cut_remark
from proxy.storage.tables import remarks as table


class DatabaseRemarks:
    """`Remarks` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, store: str, remarks: Collection[Remark]) -> Sequence[Remark]:
        """See `Remarks`."""
        newest = {short.about: short for short in map(cut_remark, remarks)}
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            held = select(table.c.about, table.c.text).where(
                _own(store), table.c.last_seen > now - KEPT_FOR
            )
            known = {about: text for about, text in (await connection.execute(held)).all()}  # noqa: C416 -- rows are not pairs to mypy
            await connection.execute(
                delete(table).where(_own(store), table.c.last_seen <= now - KEPT_FOR)
            )
            rows = [
                {
                    "store": store,
                    "about": remark.about,
                    "text": remark.text,
                    "first_seen": now,
                    "last_seen": now,
                }
                for remark in newest.values()
            ]
            await upsert(connection, table, rows, ("text", "last_seen"))
            surplus = (
                select(table.c.about)
                .where(_own(store))
                .order_by(table.c.last_seen.desc(), table.c.about)
                .offset(MOST_REMARKS)
            )
            await connection.execute(delete(table).where(_own(store), table.c.about.in_(surplus)))
        return [remark for remark in newest.values() if known.get(remark.about) != remark.text]

    async def drop(self, store: str, about: str) -> bool:
        """See `Remarks`."""
        async with self._database.writing() as connection:
            gone = await connection.execute(
                delete(table).where(_own(store), table.c.about == about)
            )
            return gone.rowcount > 0

    async def list_kept(self, store: str) -> Sequence[KeptRemark]:
        """See `Remarks`."""
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            wanted = (
                select(table.c.about, table.c.text, table.c.first_seen, table.c.last_seen)
                .where(_own(store), table.c.last_seen > now - KEPT_FOR)
                .order_by(table.c.about)
            )
            rows = (await connection.execute(wanted)).mappings()
            return [KeptRemark(**row) for row in rows]


def _own(store: str) -> ColumnElement[bool]:
    return table.c.store == store
