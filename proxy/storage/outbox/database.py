"""The outbox on a database: the worker's side. Written once for SQLite and PostgreSQL.

A transaction that decides about an order's queue (puts a notice in, takes one out, brings a dead
one back) holds that order's lock until it has committed, so two processes never see the queue
differently. On PostgreSQL these are advisory locks; on SQLite the one write lock does.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import and_, case, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.shipments import Shipment
from proxy.rules.matching import apply_given
from proxy.storage.database import Database
from proxy.storage.errors import LeaseLostError
from proxy.storage.outbox.interface import (
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryState,
    PutResult,
    RepeatedError,
)
from proxy.storage.outbox.queries import (
    WAITING,
    find_earlier,
    find_given,
    find_known,
    find_split,
    forget_exchanges,
    is_first_of_its_order,
    name_order,
)
from proxy.storage.outbox.repeats import brings_id, is_in_grace, merge_repeat
from proxy.storage.outbox.rows import (
    identity_row,
    new_row,
    order_locks,
    queued_row,
    read_delivery,
    record_interrupted,
    write_attempt,
    write_doubts,
    write_lease,
)
from proxy.storage.tables import attempts, deliveries

# How long a delivery waits for another of the same shipment.
_LOOK_AGAIN = timedelta(minutes=1)
# Made once, because making a statement costs more than running it.
_INSERT = insert(deliveries).returning(deliveries)
_INSERT_ATTEMPT = insert(attempts)


class DatabaseOutbox:
    """`Outbox` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self, store: str, shipment: Shipment, *, lease: float | None, doubts: Sequence[str] = ()
    ) -> tuple[PutResult, Delivery]:
        """Committed when this returns; with `lease` the notice is ours at once if nothing of its
        order is on the way.
        """
        async with self._database.writing() as connection:
            meant = await name_order(connection, store, shipment)
            shipment, doubts = meant.shipment, (*doubts, *meant.doubts)
            locks = order_locks(store, shipment.order_id, shipment.order_number)
            now = await self._database.locked_now(connection, locks)
            known, busy = await find_known(connection, store, meant, now)
            told = msgspec.structs.replace(shipment, items=shipment.items or meant.whole)
            taken = lease is not None and not busy
            hold = (
                write_lease(now, lease, secrets.token_hex(8)) if taken and lease is not None else {}
            )
            taken_as = PutResult.DISPUTED if meant.is_disputed else PutResult.LEASED
            if known is None:
                statement, values = _INSERT, {**new_row(store, told, now, doubts), **hold}
                row = (await connection.execute(statement, values)).mappings().one()
                return (taken_as if taken else PutResult.QUEUED), read_delivery(row)
            may_join = known.state is not DeliveryState.DEAD and not is_in_grace(known, now)
            if may_join and not brings_id(known, shipment):
                return PutResult.JOINED, known
            told, held = merge_repeat(known.shipment, told), known.lease is not None
            # What a process is telling the shop of right now it goes on with.
            values = identity_row(told) if held else {**queued_row(told, now, doubts), **hold}
            change = update(deliveries).where(deliveries.c.id == known.id).returning(deliveries)
            row = (await connection.execute(change.values(values))).mappings().one()
            if held:
                return PutResult.JOINED, read_delivery(row)
            return (taken_as if taken else PutResult.QUEUED), read_delivery(row)

    async def rename(self, delivery: Delivery, *, split: bool) -> tuple[Delivery, bool] | None:
        """Under the locks of both orders, so that no worker has the real one meanwhile."""
        store, shipment = delivery.store, delivery.shipment
        async with self._database.writing() as connection:
            find = find_split if split else find_given
            given = await find(connection, store, shipment)
            if given is None:
                return None
            meant = apply_given(shipment, given)
            told = msgspec.structs.replace(
                meant.shipment, items=meant.shipment.items or meant.whole
            )
            locks = order_locks(store, shipment.order_id, shipment.order_number)
            locks |= order_locks(store, told.order_id, told.order_number)
            now = await self._database.locked_now(connection, locks)
            known, busy = await find_known(connection, store, meant, now, but=delivery.id)
            if known is not None and known.state is DeliveryState.DELIVERED:
                raise RepeatedError(known, look_again=None)
            if known is not None and known.state is DeliveryState.WAITING:
                raise RepeatedError(known, look_again=now + _LOOK_AGAIN)
            doubts = tuple(dict.fromkeys((*delivery.doubts, *meant.doubts)))
            values = {**identity_row(told), "doubts": write_doubts(doubts)}
            if known is not None:
                # The connector sees what was told already, and this row keeps its own keys.
                del values["key"], values["parcel"]
            mine = and_(
                deliveries.c.id == delivery.id, WAITING, deliveries.c.lease == delivery.lease
            )
            change = update(deliveries).where(mine).values(values).returning(deliveries)
            row = (await connection.execute(change)).mappings().one_or_none()
            if row is None:
                raise LeaseLostError(f"delivery {delivery.id} is no longer ours")
            return read_delivery(row), busy

    async def due(self, stores: Sequence[str]) -> Sequence[str]:
        """A look at the head of each store's queue, so a long one costs no more than a short
        one.
        """
        if not stores:
            return []
        now = self._database.moment()
        heads = (
            exists().where(deliveries.c.store == store, WAITING, deliveries.c.due_at <= now)
            for store in stores
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(select(*heads))).one()
        return [store for store, waits in zip(stores, row, strict=True) if waits]

    async def claim(self, store: str, *, limit: int, lease: float) -> Sequence[Delivery]:
        """Row locks keep two workers from the same row, the order's lock from the same order."""
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            free = (
                select(
                    deliveries.c.id,
                    deliveries.c.order_id,
                    deliveries.c.order_number,
                    deliveries.c.lease,
                )
                .where(
                    deliveries.c.store == store,
                    WAITING,
                    deliveries.c.due_at <= now,
                    is_first_of_its_order(now),
                )
                .order_by(deliveries.c.due_at, deliveries.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            found = (await connection.execute(free)).all()
            mine = await self._lockable(
                connection,
                {row.id: order_locks(store, row.order_id, row.order_number) for row in found},
            )
            if not mine:
                return []
            take = (
                update(deliveries)
                .where(
                    deliveries.c.id.in_(mine),
                    WAITING,
                    deliveries.c.due_at <= now,
                    is_first_of_its_order(now),
                )
                .values(
                    **write_lease(now, lease, secrets.token_hex(8)),
                    attempts=deliveries.c.attempts
                    + case((deliveries.c.lease.is_not(None), 1), else_=0),
                )
                .returning(deliveries)
            )
            claimed = [read_delivery(row) for row in (await connection.execute(take)).mappings()]
            lapsed = {row.id for row in found if row.lease is not None} & {
                delivery.id for delivery in claimed
            }
            if lapsed:
                lost = record_interrupted(now)
                await connection.execute(
                    _INSERT_ATTEMPT, [write_attempt(number, lost) for number in sorted(lapsed)]
                )
            return sorted(claimed, key=lambda delivery: delivery.id)

    async def earlier(self, delivery: Delivery) -> Sequence[Shipment]:
        """What the shop already has of this order."""
        async with self._database.reading() as connection:
            return await find_earlier(
                connection, delivery.store, delivery.shipment, but=delivery.id
            )

    async def mark_delivered(self, delivery: Delivery, attempt: Attempt) -> None:
        """Final."""
        await self._settle(
            delivery, attempt, finished=True, state=DeliveryState.DELIVERED.value, last_error=""
        )

    async def retry_at(
        self, delivery: Delivery, when: datetime, attempt: Attempt, *, counted: bool
    ) -> None:
        """Back in the queue until `when`."""
        failed = delivery.attempts + (1 if counted else 0)
        await self._settle(
            delivery, attempt, due_at=when, attempts=failed, last_error=attempt.message
        )

    async def mark_dead(self, delivery: Delivery, attempt: Attempt) -> None:
        """Dead until a person, or a repeat of the notice, brings it back."""
        failed = delivery.attempts + 1
        await self._settle(
            delivery,
            attempt,
            finished=True,
            state=DeliveryState.DEAD.value,
            attempts=failed,
            last_error=attempt.message,
        )

    async def give_back(self, delivery: Delivery, *, when: datetime | None = None) -> None:
        """As if it had not been taken."""
        changes: dict[str, Any] = {} if when is None else {"due_at": when}
        await self._settle(delivery, None, **changes)

    async def now(self) -> datetime:
        """The database's time on PostgreSQL, the machine's on SQLite."""
        async with self._database.reading() as connection:
            return await self._database.now(connection)

    async def _settle(
        self, delivery: Delivery, attempt: Attempt | None, *, finished: bool = False, **changes: Any
    ) -> None:
        async with self._database.writing() as connection:
            now = self._database.moment()
            values = {
                "due_at": now,
                "lease": None,
                "finished_at": now if finished else None,
                **changes,
            }
            mine = and_(
                deliveries.c.id == delivery.id, WAITING, deliveries.c.lease == delivery.lease
            )
            result = await connection.execute(update(deliveries).where(mine).values(values))
            if result.rowcount == 0:
                raise LeaseLostError(
                    f"delivery {delivery.id} is no longer ours: the lease had lapsed"
                )
            if attempt is not None:
                await connection.execute(_INSERT_ATTEMPT, write_attempt(delivery.id, attempt))
                if attempt.outcome is not AttemptOutcome.DELIVERED:
                    await connection.execute(forget_exchanges(delivery.id))

    async def _lockable(
        self, connection: AsyncConnection, wanted: Mapping[int, set[int]]
    ) -> list[int]:
        """Those rows whose orders could be locked without waiting."""
        numbers = sorted({number for locks in wanted.values() for number in locks})
        if not self._database.is_postgresql or not numbers:
            return list(wanted)
        tried = await connection.execute(
            select(*(func.pg_try_advisory_xact_lock(number) for number in numbers))
        )
        held = {number for number, got in zip(numbers, tried.one(), strict=True) if got}
        return [row for row, locks in wanted.items() if locks <= held]
