"""What is to be done to imported orders in the account, and what was: each once for an order, also
over a kill.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import and_, delete, select, update

from proxy.storage.database import Database
from proxy.storage.export.rows import upsert
from proxy.storage.tables import account_actions as table

# Longer than an order is listed as new.
_KEPT_FOR = timedelta(days=90)


class ActionKind(StrEnum):
    """Assign a user, put a tag on, hold until a day."""

    ASSIGN = "assign"
    TAG = "tag"
    HOLD = "hold"


class ImportAction(msgspec.Struct, frozen=True, kw_only=True):
    """One action for one order of the account; `target` is the id of a user or tag, or the day."""

    order_id: int
    kind: ActionKind
    target: str


class ImportActions:
    """The actions of one store. Every method raises StorageError."""

    def __init__(self, database: Database, store: str) -> None:
        self._database = database
        self._store = store

    async def plan(self, actions: Collection[ImportAction]) -> None:
        """These are to be done; those that are known stay as they are."""
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            rows = [
                {
                    "store": self._store,
                    "order_id": each.order_id,
                    "kind": each.kind.value,
                    "target": each.target,
                    "planned_at": now,
                }
                for each in actions
            ]
            await upsert(connection, table, rows, ("store",))
            old = and_(table.c.store == self._store, table.c.planned_at < now - _KEPT_FOR)
            await connection.execute(delete(table).where(old))

    async def list_waiting(self, limit: int) -> Sequence[ImportAction]:
        """Those that are still to be done, of one kind and target, the first ones planned."""
        open_ = and_(table.c.store == self._store, table.c.done_at.is_(None))
        by_age = (table.c.planned_at, table.c.kind, table.c.target, table.c.order_id)
        async with self._database.reading() as connection:
            first = (
                await connection.execute(
                    select(table.c.kind, table.c.target).where(open_).order_by(*by_age).limit(1)
                )
            ).first()
            if first is None:
                return ()
            same = (table.c.kind == first.kind, table.c.target == first.target)
            wanted = select(table.c.order_id).where(open_, *same).order_by(*by_age).limit(limit)
            numbers = (await connection.execute(wanted)).scalars()
            return [
                ImportAction(order_id=each, kind=ActionKind(first.kind), target=first.target)
                for each in numbers
            ]

    async def finish(self, actions: Sequence[ImportAction]) -> None:
        """They were done, or can never be."""
        async with self._database.writing() as connection:
            now: datetime = await self._database.now(connection)
            for each in actions:
                mine = (
                    table.c.store == self._store,
                    table.c.order_id == each.order_id,
                    table.c.kind == each.kind.value,
                    table.c.target == each.target,
                )
                await connection.execute(update(table).where(*mine).values(done_at=now))
