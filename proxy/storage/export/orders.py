"""What is recorded about single orders, in the database: what was sent of them, hints, and held
orders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update

from proxy.rules.matching import GivenOrder
from proxy.rules.policy import HeldKind
from proxy.storage.export.given import read_given, write_given
from proxy.storage.export.records import HeldOrder, HintReason, Told, WaitingHint
from proxy.storage.export.rows import StoreRows, portions
from proxy.storage.tables import given_orders, held_orders, hints, told_orders

# An order that was neither shipped nor cancelled in so long a time will not be shipped.
_OPEN_FOR = timedelta(days=730)
_GIVEN_AGAIN = [
    column.name
    for column in given_orders.c
    if not column.primary_key and column.name != "former_number"
]


class DatabaseOrderRows(StoreRows):
    """`OrderRows` on a connection with an open transaction."""

    async def find_told(self, order_ids: Collection[str]) -> Mapping[str, Told]:
        """See `OrderRows`, as for all below."""
        columns = [told_orders.c[name] for name in Told.__struct_fields__]
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
        changed = [column.name for column in told_orders.c if not column.primary_key]
        await self._put(told_orders, rows, changed)

    async def put_given(self, given: Iterable[GivenOrder]) -> None:
        """See `OrderRows`."""
        rows = [write_given(each) | {"given_at": self.now} for each in given]
        await self._put(given_orders, rows, _GIVEN_AGAIN, _keep_former_number)

    async def find_given(self, shop_id: str) -> Sequence[GivenOrder]:
        """See `OrderRows`."""
        mine = self._own(given_orders) & (given_orders.c.shop_id == shop_id)
        rows = await self._all(select(given_orders).where(mine).order_by(given_orders.c.part))
        return [read_given(row) for row in rows]

    async def list_divided(self) -> Collection[str]:
        """See `OrderRows`."""
        divided = self._own(given_orders) & (given_orders.c.part > 0)
        rows = await self._all(select(given_orders.c.shop_id).where(divided).distinct())
        return {row["shop_id"] for row in rows}

    async def confirm_told(self, snapshot_id: int) -> None:
        """See `OrderRows`."""
        own = (told_orders.c.snapshot_id == snapshot_id) & self._own(told_orders)
        await self._connection.execute(update(told_orders).where(own).values(confirmed=True))

    async def doubt_told(self, order_ids: Collection[str]) -> None:
        """See `OrderRows`."""
        for some in portions(order_ids):
            mine = self._own(told_orders) & told_orders.c.order_id.in_(some)
            await self._connection.execute(update(told_orders).where(mine).values(confirmed=False))

    async def add_hints(
        self, order_ids: Collection[str], due_at: datetime, reason: HintReason
    ) -> None:
        """See `OrderRows`."""
        waiting = await self._find_waiting(order_ids)
        rows = [
            {
                "order_id": key,
                "due_at": min(due_at, waiting.get(key, due_at)),
                "reason": reason.value,
                "carried_by": None,
                "said_at": self.now,
            }
            for key in order_ids
        ]
        await self._put(hints, rows, ("due_at", "reason", "carried_by", "said_at"))

    async def list_waiting_hints(
        self, reasons: Collection[HintReason], limit: int
    ) -> Sequence[WaitingHint]:
        """See `OrderRows`."""
        rows = await self._all(
            select(hints.c.order_id, hints.c.said_at)
            .where(
                self._own(hints),
                hints.c.carried_by.is_(None),
                hints.c.due_at <= self.now,
                hints.c.reason.in_([reason.value for reason in reasons]),
            )
            .order_by(hints.c.said_at.desc().nulls_last(), hints.c.order_id)
            .limit(limit)
        )
        return [WaitingHint(**row) for row in rows]

    async def _find_waiting(self, order_ids: Collection[str]) -> Mapping[str, datetime]:
        """When those of these hints are due that no snapshot carries."""
        wanted = select(hints.c.order_id, hints.c.due_at).where(
            self._own(hints), hints.c.carried_by.is_(None)
        )
        return {
            row["order_id"]: row["due_at"]
            for some in portions(order_ids)
            for row in await self._all(wanted.where(hints.c.order_id.in_(some)))
        }

    async def carry_hints(self, snapshot_id: int, limit: int) -> None:
        """See `OrderRows`."""
        due = self._own(hints) & (hints.c.due_at <= self.now)
        rows = await self._all(
            select(hints.c.order_id)
            .where(due)
            .order_by(
                case((hints.c.reason == HintReason.HELD.value, 1), else_=0),
                hints.c.due_at,
                hints.c.order_id,
            )
            .limit(limit)
        )
        for some in portions([row["order_id"] for row in rows]):
            mine = self._own(hints) & hints.c.order_id.in_(some)
            await self._connection.execute(update(hints).where(mine).values(carried_by=snapshot_id))

    async def carried_hints(self, snapshot_id: int) -> Mapping[str, HintReason]:
        """See `OrderRows`."""
        mine = self._own(hints) & (hints.c.carried_by == snapshot_id)
        rows = await self._all(
            select(hints.c.order_id, hints.c.reason)
            .where(mine)
            .order_by(hints.c.due_at, hints.c.order_id)
        )
        return {row["order_id"]: HintReason(row["reason"]) for row in rows}

    async def put_back_hints(self, snapshot_id: int, order_ids: Collection[str]) -> None:
        """See `OrderRows`."""
        mine = self._own(hints) & (hints.c.carried_by == snapshot_id)
        for some in portions(order_ids):
            await self._connection.execute(
                update(hints).where(mine, hints.c.order_id.in_(some)).values(carried_by=None)
            )

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

    async def find_held(self, order_ids: Collection[str]) -> Collection[str]:
        """See `OrderRows`."""
        wanted = select(held_orders.c.order_id).where(self._own(held_orders))
        return {
            row["order_id"]
            for some in portions(order_ids)
            for row in await self._all(wanted.where(held_orders.c.order_id.in_(some)))
        }

    async def list_held(self, limit: int) -> Sequence[HeldOrder]:
        """See `OrderRows`."""
        columns = [column for column in held_orders.c if column.name != "store"]
        urgency = case(
            {HeldKind.UNREADABLE: 0, HeldKind.INVALID: 1}, value=held_orders.c.kind, else_=2
        )
        wanted = (
            select(*columns)
            .where(self._own(held_orders))
            .order_by(urgency, held_orders.c.last_seen.desc(), held_orders.c.order_id)
        )
        return [HeldOrder(**row) for row in await self._all(wanted.limit(limit))]

    async def prune(self, told_before: datetime, held_limit: int) -> None:
        """See `OrderRows`."""
        await self._connection.execute(
            delete(told_orders).where(self._own(told_orders), told_orders.c.told_at < told_before)
        )
        old = or_(
            and_(given_orders.c.given_at < told_before, ~given_orders.c.is_open),
            given_orders.c.given_at < self.now - _OPEN_FOR,
        )
        await self._connection.execute(delete(given_orders).where(self._own(given_orders), old))
        rank = (
            func.row_number()
            .over(partition_by=held_orders.c.kind, order_by=held_orders.c.last_seen.desc())
            .label("rank")
        )
        ranked = select(held_orders.c.order_id, rank).where(self._own(held_orders)).subquery()
        surplus = select(ranked.c.order_id).where(ranked.c.rank > held_limit)
        forgotten = or_(held_orders.c.order_id.in_(surplus), held_orders.c.last_seen < told_before)
        await self._connection.execute(delete(held_orders).where(self._own(held_orders), forgotten))


def _keep_former_number(excluded: Any) -> dict[str, ColumnElement[Any]]:
    known = given_orders.c
    changed = (known.number != excluded.number, known.number)
    return {"former_number": case(changed, else_=known.former_number)}
