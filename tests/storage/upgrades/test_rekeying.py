"""A database of an older Portside: each delivery in it is known again when its notice comes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from connectors.shipments import Shipment, ShippedItem
from proxy.storage.database import Database
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import DeliveryFilter, DeliveryState, PutResult
from proxy.storage.outbox.operator import DatabaseDeliveries

OLD = Path(__file__).parents[2] / "fixtures" / "databases" / "revision_0002.sql"
# The state of each order's delivery in that database; the buyers of the first two are forgotten.
STATES = {
    "1001": DeliveryState.DELIVERED,
    "1002": DeliveryState.DELIVERED,
    "1003": DeliveryState.DELIVERED,
    "1004": DeliveryState.DELIVERED,
    "1005": DeliveryState.WAITING,
    "1006": DeliveryState.DEAD,
    "1007": DeliveryState.DISCARDED,
    "1008": DeliveryState.DELIVERED,
    "1009": DeliveryState.DELIVERED,
}


@pytest.fixture
def old(tmp_path: Path) -> str:
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
    return f"sqlite:///{file}"


async def test_the_same_notices_come_again_and_none_is_told_twice(old: str) -> None:
    async with Database.open(old) as database:
        await database.migrate()
        outbox, deliveries = DatabaseOutbox(database), DatabaseDeliveries(database)
        stored = {row.shipment.order_number: row for row in await deliveries.find(DeliveryFilter())}
        for order, state in STATES.items():
            found = stored[order].shipment
            for notice in (found, spelled_otherwise(found)):
                result, known = await outbox.put("north", notice, lease=None)
                if state is DeliveryState.DEAD:
                    assert known.id == stored[order].id, "it is tried again, as before"
                else:
                    assert (result, known.state) == (PutResult.JOINED, state), order
        assert len(await deliveries.find(DeliveryFilter())) == len(STATES) + 1


async def test_what_was_stored_twice_under_two_words_for_its_carrier_is_told_once(
    old: str,
) -> None:
    async with Database.open(old) as database:
        await database.migrate()
        rows = await DatabaseDeliveries(database).find(DeliveryFilter(order="1009"))
        assert sorted(row.state for row in rows) == ["delivered", "discarded"]
        given_up = next(row for row in rows if row.state is DeliveryState.DISCARDED)
        kept = next(row for row in rows if row.state is DeliveryState.DELIVERED)
        assert given_up.last_error == f"given up: it is the same shipment as delivery {kept.id}"


async def test_other_items_of_an_old_parcel_are_news(old: str) -> None:
    async with Database.open(old) as database:
        await database.migrate()
        outbox = DatabaseOutbox(database)
        (row,) = await DatabaseDeliveries(database).find(DeliveryFilter(order="1003"))
        other = msgspec.structs.replace(row.shipment, items=(ShippedItem(line_id="8", quantity=1),))
        assert (await outbox.put("north", other, lease=60))[0] is PutResult.LEASED


def spelled_otherwise(shipment: Shipment) -> Shipment:
    """The same parcel as another spelling tells of it; one without a number has only its own."""
    if not shipment.tracking_number:
        return shipment
    return msgspec.structs.replace(
        shipment,
        carrier="stamps_com",
        tracking_number=f" {shipment.tracking_number.lower().replace('-', ' ')}",
    )
