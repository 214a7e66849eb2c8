"""What is recorded about single orders, in the database: what was sent of them, hints, and held
orders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, func, select, update

from proxy.storage.export.records import HeldOrder, Told
from proxy.storage.export.rows import StoreRows, portions
from proxy.storage.tables import held_orders, hints, told_orders


class DatabaseOrderRows(StoreRows):
    """`OrderRows` on a connection with an open transaction."""

    async def find_told(self, order_ids: Collection[str]) -> Mapping[str, Told]:
        """See `OrderRows`, as for all below."""
        names = ("order_id", "digest", "snapshot_id", "page", "read_by", "confirmed")
        columns = [told_orders.c[name] for name in names]
        found = [
            Told(**row)
            for some in portions(order_ids)
            for row in await self._all(
                select(*columns).where(self._own(told_orders), told_orders.c.order_id.in_(some))
            )
        ]
        return {told.order_id: told for told in found}

    async def put_told(self, told: Iterable[Told]) -> None:
        """See `OrderRows`."""
        rows = [msgspec.structs.asdict(each) | {"told_at": self.now} for each in told]
        await self._put(
            told_orders, rows, ("digest", "snapshot_id", "page", "read_by", "confirmed", "told_at")
        )

    async def confirm_told(self, snapshot_id: int) -> None:
        """See `OrderRows`."""
        own = (told_orders.c.snapshot_id == snapshot_id) & self._own(told_orders)
        await self._connection.execute(update(told_orders).where(own).values(confirmed=True))

    async def add_hints(self, order_ids: Iterable[str], due_at: datetime) -> None:
        """See `OrderRows`."""
        ids = list(order_ids)
        known = {row["order_id"]: row["due_at"] for row in await self._find_hints(ids)}
        rows = [
            {"order_id": key, "due_at": min(due_at, known.get(key, due_at)), "carried_by": None}
            for key in ids
        ]
        await self._put(hints, rows, ("due_at", "carried_by"))

    async def _find_hints(self, order_ids: Collection[str]) -> Sequence[Mapping[str, Any]]:
        wanted = select(hints.c.order_id, hints.c.due_at)
        return [
            row
            for some in portions(order_ids)
            for row in await self._all(wanted.where(self._own(hints), hints.c.order_id.in_(some)))
        ]

    async def carry_hints(self, snapshot_id: int, limit: int) -> Sequence[str]:
        """See `OrderRows`."""
        due = self._own(hints) & (hints.c.due_at <= self.now)
        rows = await self._all(
            select(hints.c.order_id)
            .where(due)
            .order_by(hints.c.due_at, hints.c.order_id)
            .limit(limit)
        )
        ids = [row["order_id"] for row in rows]
        for some in portions(ids):
            mine = self._own(hints) & hints.c.order_id.in_(some)
            await self._connection.execute(update(hints).where(mine).values(carried_by=snapshot_id))
        return ids

    async def carried_hints(self, snapshot_id: int) -> Sequence[str]:
        """See `OrderRows`."""
        mine = self._own(hints) & (hints.c.carried_by == snapshot_id)
        return [
            row["order_id"]
            for row in await self._all(
                select(hints.c.order_id).where(mine).order_by(hints.c.order_id)
            )
        ]

    async def drop_carried_hints(self, snapshot_id: int) -> None:
        """See `OrderRows`."""
        await self._connection.execute(
            delete(hints).where(self._own(hints), hints.c.carried_by == snapshot_id)
        )

    async def hold(self, held: Iterable[HeldOrder]) -> None:
        """See `OrderRows`."""
        await self._put(
            held_orders,
            [msgspec.structs.asdict(each) for each in held],
            ("number", "kind", "reason", "last_seen"),
        )

    async def release(self, order_ids: Collection[str]) -> None:
        """See `OrderRows`."""
        for some in portions(order_ids):
            await self._connection.execute(
                delete(held_orders).where(self._own(held_orders), held_orders.c.order_id.in_(some))
            )

    async def list_held(self, limit: int) -> Sequence[HeldOrder]:
        """See `OrderRows`."""
        columns = [column for column in held_orders.c if column.name != "store"]
        newest = (
            select(*columns)
            .where(self._own(held_orders))
            .order_by(held_orders.c.last_seen.desc(), held_orders.c.order_id)
        )
        return [HeldOrder(**row) for row in await self._all(newest.limit(limit))]

    async def prune(self, told_before: datetime, held_limit: int) -> None:
        """See `OrderRows`."""
        await self._connection.execute(
            delete(told_orders).where(self._own(told_orders), told_orders.c.told_at < told_before)
        )
        rank = (
            func.row_number()
            .over(partition_by=held_orders.c.kind, order_by=held_orders.c.last_seen.desc())
            .label("rank")
        )
        ranked = select(held_orders.c.order_id, rank).where(self._own(held_orders)).subquery()
        surplus = select(ranked.c.order_id).where(ranked.c.rank > held_limit)
        await self._connection.execute(
            delete(held_orders).where(self._own(held_orders), held_orders.c.order_id.in_(surplus))
        )
