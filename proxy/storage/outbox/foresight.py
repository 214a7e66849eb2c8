"""What the outbox would make of a notice, without storing anything."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import or_, select

from connectors.shipments import Shipment
from proxy.rules.matching import GivenOrder
from proxy.storage.database import Database
from proxy.storage.export.given import read_given
from proxy.storage.outbox.interface import Delivery
from proxy.storage.outbox.queries import (
    MOST_NAMESAKES,
    find_earlier,
    find_known,
    find_namesakes,
    find_split,
    name_order,
)
from proxy.storage.tables import given_orders


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """What would be told: `shipment` in the shop's words, after the `earlier` ones of its order.

    `known` is the delivery that the notice would repeat. `is_behind`: others of the order are told
    first.
    """

    shipment: Shipment
    earlier: Sequence[Shipment]
    known: Delivery | None
    is_behind: bool


class DatabaseForesight:
    """Looks ahead on SQLite or PostgreSQL. Raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_given(self, store: str, word: str) -> Sequence[GivenOrder]:
        """The orders that were given under this number; if none was, the one with this id, whether
        it is the shop's or the alias that stands for it.
        """
        async with self._database.reading() as connection:
            if namesakes := await find_namesakes(connection, store, word):
                return namesakes
            named = or_(given_orders.c.order_id == word, given_orders.c.shop_id == word)
            statement = (
                select(given_orders)
                .where(given_orders.c.store == store, named)
                .limit(MOST_NAMESAKES)
            )
            return [read_given(row) for row in (await connection.execute(statement)).mappings()]

    async def find_split(self, store: str, number: str) -> GivenOrder | None:
        """The order that was given under this number without the suffix of a split."""
        async with self._database.reading() as connection:
            return await find_split(connection, store, Shipment(order_number=number))

    async def foresee(self, store: str, shipment: Shipment) -> Foreseen:
        """What `Outbox.put` and the first attempt would do, as far as the database knows."""
        async with self._database.reading() as connection:
            meant = await name_order(connection, store, shipment)
            now = await self._database.now(connection)
            known, is_behind = await find_known(connection, store, meant, now)
            told = msgspec.structs.replace(
                meant.shipment, items=meant.shipment.items or meant.whole
            )
            but = known.id if known is not None else 0
            earlier = await find_earlier(connection, store, told, but=but)
            return Foreseen(shipment=told, earlier=earlier, known=known, is_behind=is_behind)
