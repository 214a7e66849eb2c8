"""What has been given to ShipStation and what is owed, in the database: coverage, walks, gaps,
digests, hints, held orders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.rules.coverage import Coverage, Walk
from proxy.storage.export.records import Gap, HeldOrder, Told
from proxy.storage.export.snapshots import upsert
from proxy.storage.tables import (
    coverage,
    gaps,
    held_orders,
    hints,
    snapshot_windows,
    snapshots,
    told_orders,
    walks,
)

# Both engines limit the values of one statement; SQLite's limit was 999 for long.
_AT_ONCE = 500


class DatabaseGivenRows:
    """`GivenRows` on a connection with an open transaction."""

    def __init__(self, connection: AsyncConnection, store: str, now: datetime) -> None:
        self._connection = connection
        self._store = store
        self.now = now

    async def coverage(self) -> Coverage | None:
        """See `GivenRows`, as for all below."""
        row = await self._first(
            select(coverage.c.since, coverage.c.covered_until, coverage.c.confirmed).where(
                self._own(coverage)
            )
        )
        return None if row is None else Coverage(**row)

    async def put_coverage(self, new: Coverage) -> None:
        """See `GivenRows`."""
        await self._put(
            coverage, [msgspec.structs.asdict(new)], ("since", "covered_until", "confirmed")
        )

    async def walks(self) -> Sequence[Walk]:
        """See `GivenRows`."""
        columns = (
            walks.c.snapshot_id.label("id"),
            walks.c.start,
            walks.c.read_from,
            walks.c.reaches,
            walks.c.until,
        )
        return [Walk(**row) for row in await self._all(select(*columns).where(self._own(walks)))]

    async def put_walk(self, walk: Walk) -> None:
        """See `GivenRows`."""
        values = msgspec.structs.asdict(walk)
        values["snapshot_id"] = values.pop("id")
        await self._put(walks, [values], ("start", "read_from", "reaches", "until"))

    async def drop_walk(self, walk_id: int) -> None:
        """See `GivenRows`."""
        await self._connection.execute(delete(walks).where(walks.c.snapshot_id == walk_id))

    async def gaps(self) -> Sequence[Gap]:
        """See `GivenRows`."""
        rows = await self._all(
            select(gaps.c.start, gaps.c.end, gaps.c.noted_at)
            .where(self._own(gaps))
            .order_by(gaps.c.start)
        )
        return [Gap(**row) for row in rows]

    async def put_gap(self, gap: Gap) -> None:
        """See `GivenRows`."""
        await self._put(gaps, [msgspec.structs.asdict(gap)], ("end",))

    async def drop_gap(self, start: datetime) -> bool:
        """See `GivenRows`."""
        gone = await self._connection.execute(
            delete(gaps).where(self._own(gaps), gaps.c.start == start)
        )
        return gone.rowcount > 0

    async def told(self, order_ids: Collection[str]) -> Mapping[str, Told]:
        """See `GivenRows`."""
        names = ("order_id", "digest", "snapshot_id", "page", "read_by", "confirmed")
        columns = [told_orders.c[name] for name in names]
        found = [
            Told(**row)
            for some in _portions(order_ids)
            for row in await self._all(
                select(*columns).where(self._own(told_orders), told_orders.c.order_id.in_(some))
            )
        ]
        return {told.order_id: told for told in found}

    async def put_told(self, told: Iterable[Told]) -> None:
        """See `GivenRows`."""
        rows = [msgspec.structs.asdict(each) | {"told_at": self.now} for each in told]
        await self._put(
            told_orders, rows, ("digest", "snapshot_id", "page", "read_by", "confirmed", "told_at")
        )

    async def confirm_told(self, snapshot_id: int) -> None:
        """See `GivenRows`."""
        own = (told_orders.c.snapshot_id == snapshot_id) & self._own(told_orders)
        await self._connection.execute(update(told_orders).where(own).values(confirmed=True))

    async def add_hints(self, order_ids: Iterable[str], due_at: datetime) -> None:
        """See `GivenRows`."""
        ids = list(order_ids)
        known = {row["order_id"]: row["due_at"] for row in await self._hinted(ids)}
        rows = [
            {"order_id": key, "due_at": min(due_at, known.get(key, due_at)), "carried_by": None}
            for key in ids
        ]
        await self._put(hints, rows, ("due_at", "carried_by"))

    async def _hinted(self, order_ids: Collection[str]) -> Sequence[Mapping[str, Any]]:
        wanted = select(hints.c.order_id, hints.c.due_at)
        return [
            row
            for some in _portions(order_ids)
            for row in await self._all(wanted.where(self._own(hints), hints.c.order_id.in_(some)))
        ]

    async def carry_hints(self, snapshot_id: int, limit: int) -> Sequence[str]:
        """See `GivenRows`."""
        due = self._own(hints) & (hints.c.due_at <= self.now)
        rows = await self._all(
            select(hints.c.order_id)
            .where(due)
            .order_by(hints.c.due_at, hints.c.order_id)
            .limit(limit)
        )
        ids = [row["order_id"] for row in rows]
        for some in _portions(ids):
            mine = self._own(hints) & hints.c.order_id.in_(some)
            await self._connection.execute(update(hints).where(mine).values(carried_by=snapshot_id))
        return ids

    async def carried_hints(self, snapshot_id: int) -> Sequence[str]:
        """See `GivenRows`."""
        mine = self._own(hints) & (hints.c.carried_by == snapshot_id)
        return [
            row["order_id"]
            for row in await self._all(
                select(hints.c.order_id).where(mine).order_by(hints.c.order_id)
            )
        ]

    async def drop_carried_hints(self, snapshot_id: int) -> None:
        """See `GivenRows`."""
        await self._connection.execute(
            delete(hints).where(self._own(hints), hints.c.carried_by == snapshot_id)
        )

    async def hold(self, held: Iterable[HeldOrder]) -> None:
        """See `GivenRows`."""
        await self._put(
            held_orders,
            [msgspec.structs.asdict(each) for each in held],
            ("number", "kind", "reason", "last_seen"),
        )

    async def release(self, order_ids: Collection[str]) -> None:
        """See `GivenRows`."""
        for some in _portions(order_ids):
            await self._connection.execute(
                delete(held_orders).where(self._own(held_orders), held_orders.c.order_id.in_(some))
            )

    async def held(self, limit: int) -> Sequence[HeldOrder]:
        """See `GivenRows`."""
        columns = [column for column in held_orders.c if column.name != "store"]
        newest = (
            select(*columns)
            .where(self._own(held_orders))
            .order_by(held_orders.c.last_seen.desc(), held_orders.c.order_id)
        )
        return [HeldOrder(**row) for row in await self._all(newest.limit(limit))]

    async def sweep_due_at(self) -> datetime | None:
        """See `GivenRows`."""
        row = await self._first(select(coverage.c.sweep_due_at).where(self._own(coverage)))
        return None if row is None else row["sweep_due_at"]

    async def put_sweep_due_at(self, due_at: datetime) -> None:
        """See `GivenRows`."""
        await self._connection.execute(
            update(coverage).where(self._own(coverage)).values(sweep_due_at=due_at)
        )

    async def prune(self, told_before: datetime, held_limit: int) -> None:
        """See `GivenRows`."""
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

    async def forget(self) -> None:
        """See `GivenRows`."""
        for table in (
            coverage,
            gaps,
            walks,
            told_orders,
            hints,
            held_orders,
            snapshot_windows,
            snapshots,
        ):
            await self._connection.execute(delete(table).where(self._own(table)))

    def _own(self, table: Table) -> ColumnElement[bool]:
        return table.c.store == self._store

    async def _put(
        self, table: Table, rows: Sequence[dict[str, Any]], changed: Sequence[str]
    ) -> None:
        await upsert(
            self._connection, table, [row | {"store": self._store} for row in rows], changed
        )

    async def _all(self, statement: Any) -> Sequence[dict[str, Any]]:
        return [dict(row) for row in (await self._connection.execute(statement)).mappings()]

    async def _first(self, statement: Any) -> dict[str, Any] | None:
        row = (await self._connection.execute(statement)).mappings().first()
        return None if row is None else dict(row)


def _portions(order_ids: Collection[str]) -> Iterable[list[str]]:
    ids = list(order_ids)
    return (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))
