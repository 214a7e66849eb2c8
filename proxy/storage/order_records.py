"""All that is recorded about single orders, for an operator who asks about them: as what and in
which window they were given, whether they are held, and the deliveries of their parcels.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.rules.addressees import name_part
from proxy.rules.matching import GivenOrder
from proxy.storage.database import Database
from proxy.storage.export.given import read_given
from proxy.storage.export.records import HeldOrder, HintReason, Told
from proxy.storage.export.rows import portions
from proxy.storage.outbox.interface import Delivery
from proxy.storage.outbox.rows import read_delivery
from proxy.storage.tables import (
    account_parcels,
    deliveries,
    given_orders,
    held_orders,
    hints,
    told_orders,
)

HeldPlace = tuple[str, str]
"""A store, and the id of an order held there: what a list of held orders goes on from."""

# What a person may call an order that was given.
_NAMES = ("order_id", "number", "former_number", "shop_id", "shop_number")
_TOLD = [told_orders.c[name] for name in (*Told.__struct_fields__, "told_at")]


class GivenRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it was last given. `given_at` is when the page that holds it was made.

    `told` is what ShipStation was sent last that it did not have before, at `told_at`; None where
    that page was never asked for, or where it is too long ago.
    """

    order: GivenOrder
    former_number: str
    given_at: datetime
    told: Told | None = None
    told_at: datetime | None = None

    @property
    def told_id(self) -> str:
        """By what the order is known where it is recorded what was told."""
        return name_part(self.order.shop_id, self.order.part)


class OrderRecords:
    """Looks and changes nothing. Every method raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_orders(self, store: str, shop_ids: Collection[str]) -> Sequence[GivenRecord]:
        """What was given of these orders of the shop, by their ids there."""
        return await self._find_given(store, "shop_id", shop_ids)

    async def find_numbers(self, store: str, numbers: Collection[str]) -> Sequence[GivenRecord]:
        """What was given under these numbers."""
        return await self._find_given(store, "number", numbers)

    async def find_word(self, store: str, words: Collection[str]) -> Sequence[GivenRecord]:
        """What was given of the orders that a person calls by one of these words: a number of now
        or before, or an id, ShipStation's or the shop's.
        """
        named = or_(*(given_orders.c[name].in_(words) for name in _NAMES))
        async with self._database.reading() as connection:
            return await _read_records(connection, store, [named])

    async def list_told(self, store: str, since: datetime) -> Sequence[GivenRecord]:
        """The orders of which ShipStation was told something new since then."""
        wanted = select(*_TOLD).where(told_orders.c.store == store, told_orders.c.told_at >= since)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        # A part's id is that of its order, with a suffix.
        ids = {row["order_id"] for row in rows} | {
            row["order_id"].rpartition("~")[0] for row in rows if "~" in row["order_id"]
        }
        told = {row["order_id"] for row in rows}
        return [each for each in await self.find_orders(store, ids) if each.told_id in told]

    async def find_held(self, store: str, words: Collection[str]) -> Sequence[HeldOrder]:
        """The orders that are held, by their ids in the shop or their numbers."""
        named = [
            or_(held_orders.c.order_id.in_(some), held_orders.c.number.in_(some))
            for some in portions(words)
        ]
        return await self._read_held(store, named)

    async def list_held(self, store: str, since: datetime) -> Sequence[HeldOrder]:
        """The orders that were met since then and held."""
        return await self._read_held(store, [held_orders.c.last_seen >= since])

    async def page_held(
        self,
        stores: Sequence[str],
        kinds: Collection[str] = (),
        *,
        after: HeldPlace | None,
        limit: int,
    ) -> Sequence[tuple[str, HeldOrder]]:
        """The orders held in these stores, of these kinds or of any, by store and id, beyond
        `after`.
        """
        columns = held_orders.c
        wanted = select(held_orders).where(columns.store.in_(stores))
        if kinds:
            wanted = wanted.where(columns.kind.in_(kinds))
        if after is not None:
            wanted = wanted.where(tuple_(columns.store, columns.order_id) > tuple_(*after))
        wanted = wanted.order_by(columns.store, columns.order_id).limit(limit)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        return [(row["store"], _read_held(row)) for row in rows]

    async def find_deliveries(
        self, store: str, shop_ids: Collection[str], numbers: Collection[str]
    ) -> Sequence[Delivery]:
        """The deliveries of orders, in the shop's ids or numbers, the oldest first."""
        named = [deliveries.c.order_id.in_(some) for some in portions(shop_ids)]
        named += [deliveries.c.order_number.in_(some) for some in portions(numbers)]
        found = dict[int, Delivery]()
        async with self._database.reading() as connection:
            for each in named:
                for row in await _select(connection, deliveries, store, each):
                    found[row["id"]] = read_delivery(row)
        return [found[number] for number in sorted(found)]

    async def find_withdrawn(self, found: Collection[Delivery]) -> frozenset[int]:
        """Those of these deliveries whose labels were voided, and which the shop was told so
        about.
        """
        table, numbers = account_parcels.c, [str(each.id) for each in found]
        async with self._database.reading() as connection:
            return frozenset(
                [
                    number
                    for some in portions(numbers)
                    for number in (
                        await connection.execute(
                            select(table.delivery_id).where(
                                table.delivery_id.in_([int(each) for each in some]),
                                table.withdrawn_at.is_not(None),
                            )
                        )
                    ).scalars()
                ]
            )

    async def find_hints(
        self, store: str, shop_ids: Collection[str]
    ) -> Mapping[str, tuple[datetime, HintReason]]:
        """Which of these orders are asked for by id with a coming window: from when on, and why."""
        async with self._database.reading() as connection:
            return {
                row["order_id"]: (row["due_at"], HintReason(row["reason"]))
                for some in portions(shop_ids)
                for row in await _select(connection, hints, store, hints.c.order_id.in_(some))
            }

    async def _find_given(
        self, store: str, name: str, values: Collection[str]
    ) -> Sequence[GivenRecord]:
        wanted = [given_orders.c[name].in_(some) for some in portions(values)]
        async with self._database.reading() as connection:
            return await _read_records(connection, store, wanted)

    async def _read_held(
        self, store: str, wanted: Sequence[ColumnElement[bool]]
    ) -> Sequence[HeldOrder]:
        async with self._database.reading() as connection:
            return [
                _read_held(row)
                for each in wanted
                for row in await _select(connection, held_orders, store, each)
            ]


def _read_held(row: Mapping[Any, Any]) -> HeldOrder:
    return HeldOrder(**{name: row[name] for name in HeldOrder.__struct_fields__})


async def _read_records(
    connection: AsyncConnection, store: str, wanted: Sequence[ColumnElement[bool]]
) -> Sequence[GivenRecord]:
    records = [
        GivenRecord(
            order=read_given(row),
            former_number=row["former_number"],
            given_at=row["given_at"],
        )
        for each in wanted
        for row in await _select(connection, given_orders, store, each)
    ]
    told = {
        row["order_id"]: row
        for some in portions([record.told_id for record in records])
        for row in await _select(connection, told_orders, store, told_orders.c.order_id.in_(some))
    }
    return [_add_told(record, told.get(record.told_id)) for record in records]


def _add_told(record: GivenRecord, row: Mapping[Any, Any] | None) -> GivenRecord:
    if row is None:
        return record
    told = Told(**{name: row[name] for name in Told.__struct_fields__})
    return msgspec.structs.replace(record, told=told, told_at=row["told_at"])


async def _select(
    connection: AsyncConnection, table: Table, store: str, wanted: ColumnElement[bool]
) -> Sequence[Any]:
    statement = select(table).where(table.c.store == store, wanted)
    return (await connection.execute(statement)).mappings().all()
