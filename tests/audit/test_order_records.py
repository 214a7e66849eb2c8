"""What an operator finds recorded about single orders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from connectors.shipments import Shipment
from proxy.rules.matching import GivenOrder
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.records import HeldOrder, HintReason, Told
from proxy.storage.names import BooksName
from proxy.storage.order_records import OrderRecords
from proxy.storage.outbox.database import DatabaseOutbox
from tests.storage.conftest import HandClock

NORTH = BooksName("north")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def database(migrated_url: str, clock: HandClock) -> AsyncIterator[Database]:
    async with Database.open(migrated_url, clock=clock) as database:
        yield database


def build_given(order_id: str, number: str, part: int = 0, shop_id: str = "") -> GivenOrder:
    shop_id = shop_id or order_id
    return GivenOrder(
        id=order_id, number=number, shop_id=shop_id, shop_number=number.partition("-")[0], part=part
    )


def build_told(order_id: str, clock: HandClock, *, confirmed: bool = False) -> Told:
    now = clock()
    return Told(
        order_id=order_id,
        digest="d1",
        snapshot_id=1,
        page=2,
        read_by=now,
        confirmed=confirmed,
        window_start=now - timedelta(hours=1),
        window_end=now,
    )


async def test_an_order_is_found_with_its_window_by_each_of_its_names(
    database: Database, clock: HandClock
) -> None:
    storage, records = DatabaseExportStorage(database), OrderRecords(database)
    told = build_told("55", clock)
    async with storage.writing(NORTH) as rows:
        await rows.put_given([build_given("55", "1001"), build_given("56", "1002")])
        await rows.put_told([told])
    clock.forward(60)
    async with storage.writing(NORTH) as rows:
        await rows.put_given([build_given("55", "A-1001")])
    for word in ("55", "1001", "A-1001"):
        (found,) = await records.find_word("north", [word])
        assert (found.order.number, found.former_number) == ("A-1001", "1001")
        assert (found.told, found.told_at) == (told, told.window_end)
    assert await records.find_word("north", ["100"]) == []
    assert await records.find_word("south", ["1001"]) == []
    (other,) = await records.find_orders("north", ["56"])
    assert (other.told, other.former_number) == (None, "")


async def test_the_former_number_stays_while_the_number_does(database: Database) -> None:
    storage, records = DatabaseExportStorage(database), OrderRecords(database)
    for number in ("1001", "A-1001", "A-1001"):
        async with storage.writing(NORTH) as rows:
            await rows.put_given([build_given("55", number)])
    (found,) = await records.find_numbers("north", ["A-1001"])
    assert found.former_number == "1001"


async def test_parts_of_an_order_are_found_with_what_was_told_of_them(
    database: Database, clock: HandClock
) -> None:
    storage, records = DatabaseExportStorage(database), OrderRecords(database)
    parts = [build_given("55~1", "1001-1", 1, "55"), build_given("55~2", "1001-2", 2, "55")]
    async with storage.writing(NORTH) as rows:
        await rows.put_given([*parts, build_given("56", "1002")])
        await rows.put_told([build_told("56", clock)])
    clock.forward(60)
    async with storage.writing(NORTH) as rows:
        await rows.put_told([build_told("55~1", clock), build_told("55~2", clock)])
    told = await records.list_told("north", clock() - timedelta(seconds=30))
    assert sorted(each.order.number for each in told) == ["1001-1", "1001-2"]
    assert {each.order.id for each in await records.find_word("north", ["1001"])} == {
        "55~1",
        "55~2",
    }


async def test_doubt_takes_back_that_shipstation_has_it(
    database: Database, clock: HandClock
) -> None:
    storage, records = DatabaseExportStorage(database), OrderRecords(database)
    told = [build_told("55", clock, confirmed=True), build_told("56", clock, confirmed=True)]
    async with storage.writing(NORTH) as rows:
        await rows.put_given([build_given("55", "1001"), build_given("56", "1002")])
        await rows.put_told(told)
        await rows.doubt_told(["55"])
    found = {each.order.id: each.told for each in await records.find_orders("north", ["55", "56"])}
    assert {key: each and each.confirmed for key, each in found.items()} == {
        "55": False,
        "56": True,
    }


async def test_held_orders_hints_and_deliveries_are_found_by_order(
    database: Database, clock: HandClock
) -> None:
    storage, records = DatabaseExportStorage(database), OrderRecords(database)
    held = HeldOrder(
        order_id="57",
        number="1003",
        kind="filtered",
        reason="filters.tags",
        first_seen=clock(),
        last_seen=clock(),
    )
    async with storage.writing(NORTH) as rows:
        await rows.hold([held])
        await rows.add_hints(["55"], clock(), HintReason.NEWS)
    outbox = DatabaseOutbox(database)
    for number in ("1001", "1009"):
        await outbox.put(
            "north", Shipment(order_number=number, tracking_number=f"T-{number}"), lease=None
        )
    assert await records.find_held("north", ["1003"]) == [held]
    assert await records.find_held("north", ["57"]) == [held]
    assert await records.list_held("north", clock()) == [held]
    clock.forward(1)
    assert await records.list_held("north", clock()) == []
    assert set(await records.find_hints("north", ["55", "56"])) == {"55"}
    (delivery,) = await records.find_deliveries("north", ["55"], ["1001"])
    assert delivery.shipment.tracking_number == "T-1001"
