"""The outbox on a database: the operator's side.

Looks, brings back, gives up for good, and forgets buyers in time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.storage.database import Database
from proxy.storage.errors import UnknownDeliveryError
from proxy.storage.outbox.interface import (
    DEFAULT_LIMIT,
    Attempt,
    Delivery,
    DeliveryFilter,
    DeliveryState,
)
from proxy.storage.outbox.refused import RefusedNotices
from proxy.storage.outbox.rows import (
    order_locks,
    read_attempt,
    read_delivery,
    read_shipment,
    record_resent,
    without_buyer,
    write_attempt,
    write_doubts,
    write_shipment,
)
from proxy.storage.tables import attempts, deliveries

_BATCH = 200
_DONE = (DeliveryState.DELIVERED.value, DeliveryState.DISCARDED.value)
_OPEN = (DeliveryState.WAITING.value, DeliveryState.DEAD.value)
_DELIVERED = (DeliveryState.DELIVERED.value,)
_QUEUED = {"state": DeliveryState.WAITING.value, "attempts": 0}


class DatabaseDeliveries:
    """`Deliveries` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, wanted: DeliveryFilter, *, limit: int = DEFAULT_LIMIT
    ) -> Sequence[Delivery]:
        """The newest first."""
        statement = (
            select(deliveries)
            .where(_match_filter(wanted))
            .order_by(deliveries.c.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [read_delivery(row) for row in (await connection.execute(statement)).mappings()]

    async def get(self, number: int) -> Delivery:
        """One delivery. Raises UnknownDeliveryError."""
        async with self._database.reading() as connection:
            row = (
                (await connection.execute(select(deliveries).where(deliveries.c.id == number)))
                .mappings()
                .one_or_none()
            )
        if row is None:
            raise UnknownDeliveryError(f"there is no delivery {number}")
        return read_delivery(row)

    async def attempts_at(self, number: int) -> Sequence[Attempt]:
        """The tries made so far, oldest first."""
        statement = select(attempts).where(attempts.c.delivery_id == number).order_by(attempts.c.id)
        async with self._database.reading() as connection:
            return [read_attempt(row) for row in (await connection.execute(statement)).mappings()]

    async def retry(self, wanted: DeliveryFilter) -> int:
        """In batches, so that a long list holds up no other work; each batch under its orders'
        locks.
        """
        return await self._change(wanted, _QUEUED, due_now=True)

    async def resend(self, wanted: DeliveryFilter, reason: str) -> int:
        """As `retry`, for what the shop has; the retention of the buyer's data begins again."""
        return await self._change(
            wanted, {**_QUEUED, "purged_at": None}, due_now=True, among=_DELIVERED, reason=reason
        )

    async def discard(self, wanted: DeliveryFilter) -> int:
        """Given up for good."""
        return await self._change(wanted, {"state": DeliveryState.DISCARDED.value}, due_now=False)

    async def counts(self) -> Mapping[tuple[str, DeliveryState], int]:
        """How many are waiting and dead, by store; what is finished is not counted, because that
        would read every row there ever was.
        """
        each = (
            select(deliveries.c.store, literal(state), func.count())
            .where(deliveries.c.state == state)
            .group_by(deliveries.c.store)
            for state in _OPEN
        )
        statement = union_all(*each)
        async with self._database.reading() as connection:
            return {
                (store, DeliveryState(state)): count
                for store, state, count in await connection.execute(statement)
            }

    async def purge(self, before: datetime) -> int:
        """In batches."""
        await RefusedNotices(self._database).purge(before)
        purged = 0
        while batch := await self._purge_batch(before):
            purged += batch
        return purged

    async def shorten_waits(
        self, stores: Sequence[str], *, longest: timedelta, lease: timedelta
    ) -> int:
        """The queues' index leads straight to what is too far ahead."""
        mine = and_(
            deliveries.c.store.in_(stores), deliveries.c.state == DeliveryState.WAITING.value
        )
        shortened = 0
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            for whose, farthest, due_at in (
                (deliveries.c.lease.is_(None), now + longest, now),
                (deliveries.c.lease.is_not(None), now + lease, now + lease),
            ):
                late = and_(mine, whose, deliveries.c.due_at > farthest)
                change = update(deliveries).where(late).values(due_at=due_at)
                shortened += (await connection.execute(change)).rowcount
        return shortened

    async def _purge_batch(self, before: datetime) -> int:
        old = and_(
            deliveries.c.purged_at.is_(None),
            deliveries.c.finished_at < before,
            deliveries.c.state.in_(_DONE),
        )
        statement = (
            select(deliveries.c.id, deliveries.c.shipment)
            .where(old)
            .limit(_BATCH)
            .with_for_update(skip_locked=True)
        )
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            rows = (await connection.execute(statement)).all()
            for row in rows:
                bare = write_shipment(without_buyer(read_shipment(row.shipment)))
                await connection.execute(
                    update(deliveries)
                    .where(deliveries.c.id == row.id)
                    .values(shipment=bare, doubts=write_doubts(()), last_error="", purged_at=now)
                )
            await connection.execute(
                delete(attempts).where(attempts.c.delivery_id.in_([row.id for row in rows]))
            )
            return len(rows)

    async def _change(
        self,
        wanted: DeliveryFilter,
        changes: Mapping[str, Any],
        *,
        due_now: bool,
        among: Sequence[str] = _OPEN,
        reason: str = "",
    ) -> int:
        changed, after = 0, 0
        while True:
            async with self._database.writing() as connection:
                now = await self._database.now(connection)
                free = and_(
                    deliveries.c.state.in_(among),
                    or_(deliveries.c.lease.is_(None), deliveries.c.due_at <= now),
                    deliveries.c.id > after,
                    _match_filter(wanted),
                )
                batch = await self._locked_batch(connection, free)
                if not batch:
                    return changed
                after = batch[-1]
                finished_at = None if due_now else now
                statement = update(deliveries).where(deliveries.c.id.in_(batch), free)
                values = {**changes, "lease": None, "due_at": now, "finished_at": finished_at}
                changed += (await connection.execute(statement.values(values))).rowcount
                if reason:
                    noted = record_resent(now, reason)
                    await connection.execute(
                        insert(attempts), [write_attempt(number, noted) for number in batch]
                    )

    async def _locked_batch(
        self, connection: AsyncConnection, free: ColumnElement[bool]
    ) -> list[int]:
        statement = (
            select(
                deliveries.c.id,
                deliveries.c.store,
                deliveries.c.order_id,
                deliveries.c.order_number,
            )
            .where(free)
            .order_by(deliveries.c.id)
            .limit(_BATCH)
        )
        rows = (await connection.execute(statement)).all()
        if self._database.is_postgresql:
            await self._database.locked_now(
                connection,
                {
                    number
                    for row in rows
                    for number in order_locks(row.store, row.order_id, row.order_number)
                },
            )
        return [row.id for row in rows]


def _match_filter(wanted: DeliveryFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if wanted.ids:
        conditions.append(deliveries.c.id.in_(wanted.ids))
    if wanted.store is not None:
        conditions.append(deliveries.c.store == wanted.store)
    if wanted.states:
        conditions.append(deliveries.c.state.in_([state.value for state in wanted.states]))
    if wanted.since is not None:
        conditions.append(deliveries.c.queued_at >= wanted.since)
    if wanted.before is not None:
        conditions.append(deliveries.c.id < wanted.before)
    if wanted.order is not None:
        conditions.append(
            or_(deliveries.c.order_number == wanted.order, deliveries.c.order_id == wanted.order)
        )
    return and_(*conditions)
