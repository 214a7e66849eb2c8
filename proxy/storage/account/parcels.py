"""Parcels that the account has shown, beside our own books: which delivery tells the shop of each.

A row is put into the outbox under the identity of notices, so that the notice and the row are one
delivery whichever comes first. Its number is kept beside it, so that it never makes a second one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.shipments import Shipment
from proxy.rules.matching import GivenOrder, strip_suffixes
from proxy.storage.database import Database
from proxy.storage.export.given import read_given
from proxy.storage.export.rows import portions, upsert
from proxy.storage.outbox.interface import Delivery, DeliveryState, Origin
from proxy.storage.outbox.queries import find_known, find_untracked, name_order
from proxy.storage.outbox.rows import new_row, order_locks, read_delivery
from proxy.storage.tables import account_parcels, deliveries, given_orders

VOIDED: Final = "the label was voided in ShipStation"
"""What a delivery shows of its label."""


class ParcelKind(StrEnum):
    """A label, or an order that was marked as shipped."""

    SHIPMENT = "shipment"
    FULFILLMENT = "fulfillment"


class Fate(StrEnum):
    """What became of a row: a delivery tells the shop of it; it was voided before one did; or it
    is older than our books.
    """

    TOLD = "told"
    VOIDED = "voided"
    EARLIER = "earlier"


class ShownParcel(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a row of the account."""

    kind: ParcelKind
    number: int
    fate: Fate
    made_at: datetime
    voided_at: datetime | None = None
    delivery_id: int | None = None


class Parcels:
    """The rows of one store. Every method raises StorageError."""

    def __init__(self, database: Database, store: str) -> None:
        self._database = database
        self._store = store

    async def find_shown(
        self, kind: ParcelKind, numbers: Collection[int]
    ) -> Mapping[int, ShownParcel]:
        """What is kept of these rows, by number."""
        wanted = select(account_parcels).where(
            account_parcels.c.store == self._store, account_parcels.c.kind == kind.value
        )
        found = dict[int, ShownParcel]()
        async with self._database.reading() as connection:
            for some in portions([str(number) for number in numbers]):
                statement = wanted.where(account_parcels.c.number.in_([int(each) for each in some]))
                for row in (await connection.execute(statement)).mappings():
                    found[row["number"]] = _read_shown(row)
        return found

    async def record(self, shown: Collection[ShownParcel]) -> None:
        """Keep what became of these rows."""
        rows = [
            {**msgspec.structs.asdict(each), "store": self._store, "kind": each.kind.value}
            | {"fate": each.fate.value}
            for each in shown
        ]
        async with self._database.writing() as connection:
            await upsert(connection, account_parcels, rows, ("fate", "voided_at", "delivery_id"))

    async def find_given(self, numbers: Collection[str]) -> Mapping[str, Sequence[GivenOrder]]:
        """The orders that were given under these numbers, or under one that a split's suffix was
        put behind; by the number asked for. None is left out.
        """
        bases = {number: (number, *strip_suffixes(number)) for number in numbers}
        by_number = dict[str, list[GivenOrder]]()
        async with self._database.reading() as connection:
            for some in portions({each for names in bases.values() for each in names}):
                statement = select(given_orders).where(
                    given_orders.c.store == self._store, given_orders.c.number.in_(some)
                )
                for row in (await connection.execute(statement)).mappings():
                    by_number.setdefault(row["number"], []).append(read_given(row))
        return {
            number: next((by_number[name] for name in names if name in by_number), [])
            for number, names in bases.items()
        }

    async def find_deliveries(self, shipments: Sequence[Shipment]) -> Sequence[Delivery | None]:
        """The delivery that each of these repeats, if our books have one."""
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            return [await self._find_delivery(connection, each, now) for each in shipments]

    async def put(self, shipment: Shipment, due_at: datetime) -> tuple[Delivery, bool]:
        """Put a row into the outbox, due then, unless a delivery of the same shipment is there;
        that delivery, and whether it is new.
        """
        async with self._database.writing() as connection:
            meant = await name_order(connection, self._store, shipment)
            told = meant.shipment
            locks = order_locks(self._store, told.order_id, told.order_number)
            now = await self._database.locked_now(connection, locks)
            known = await self._find_delivery(connection, shipment, now)
            if known is not None:
                return known, False
            told = msgspec.structs.replace(told, items=told.items or meant.whole)
            values = new_row(self._store, told, now, meant.doubts)
            values |= {"origin": Origin.ACCOUNT.value, "due_at": due_at}
            statement = insert(deliveries).values(values).returning(deliveries)
            return read_delivery((await connection.execute(statement)).mappings().one()), True

    async def discard_voided(self, number: int) -> DeliveryState:
        """The label of a delivery was voided: unless the shop has it, or is being told, it need
        not hear of it. The state of the delivery then; one that the shop has says that it is void.
        """
        mine = deliveries.c.id == number
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            open_ = deliveries.c.state.in_((DeliveryState.WAITING, DeliveryState.DEAD))
            await connection.execute(
                update(deliveries)
                .where(mine, open_, deliveries.c.lease.is_(None))
                .values(state=DeliveryState.DISCARDED.value, finished_at=now, last_error=VOIDED)
            )
            has_told = deliveries.c.state == DeliveryState.DELIVERED.value
            await connection.execute(
                update(deliveries).where(mine, has_told).values(last_error=VOIDED)
            )
            state = (await connection.execute(select(deliveries.c.state).where(mine))).scalar()
            return DeliveryState(state) if state else DeliveryState.DISCARDED

    async def forget(self, before: datetime) -> None:
        """Forget rows that were made, and voided if they were, before then: the account's lists are
        not read back so far.
        """
        mine = account_parcels.c.store == self._store
        voided_at = func.coalesce(account_parcels.c.voided_at, account_parcels.c.made_at)
        old = (account_parcels.c.made_at < before, voided_at < before)
        async with self._database.writing() as connection:
            await connection.execute(delete(account_parcels).where(mine, *old))

    async def _find_delivery(
        self, connection: AsyncConnection, shipment: Shipment, now: datetime
    ) -> Delivery | None:
        meant = await name_order(connection, self._store, shipment)
        known, _ = await find_known(connection, self._store, meant, now)
        return known or await find_untracked(connection, self._store, meant.shipment, list(Origin))


def _read_shown(row: Mapping[Any, Any]) -> ShownParcel:
    return ShownParcel(
        kind=ParcelKind(row["kind"]),
        number=row["number"],
        fate=Fate(row["fate"]),
        made_at=row["made_at"],
        voided_at=row["voided_at"],
        delivery_id=row["delivery_id"],
    )
