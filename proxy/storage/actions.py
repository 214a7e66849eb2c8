"""What operators did, in the database: each change made by hand, by whom, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, insert, select

from connectors.quoting import make_printable
from proxy.storage.database import Database
from proxy.storage.tables import operator_actions as table

MOST_ACTIONS = 10_000
"""Kept; the newest stay."""

_LONGEST = {"who": 200, "store": 100, "action": 40, "subject": 500, "reason": 500}


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One change: `who` made it, `store` is empty where it was about several, `subject` what it was
    about, `reason` the operator's own words. `at` and `id` are given as it is kept.
    """

    who: str
    action: str
    store: str = ""
    subject: str = ""
    reason: str = ""
    at: datetime | None = None
    id: int = 0


class OperatorActions:
    """The list of changes. Every method raises StorageError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, action: Action) -> None:
        """Add one."""
        values = {
            name: make_printable(getattr(action, name)[:longest])[:longest]
            for name, longest in _LONGEST.items()
        }
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            await connection.execute(insert(table).values({**values, "at": now}))
            newest = select(func.max(table.c.id)).scalar_subquery()
            await connection.execute(delete(table).where(table.c.id <= newest - MOST_ACTIONS))

    async def list_newest(self, limit: int, *, store: str | None = None) -> Sequence[Action]:
        """The newest first; those about several stores too, whatever the `store`."""
        wanted = select(table).order_by(table.c.id.desc()).limit(limit)
        if store is not None:
            wanted = wanted.where(table.c.store.in_([store, ""]))
        async with self._database.reading() as connection:
            return [Action(**row) for row in (await connection.execute(wanted)).mappings()]
