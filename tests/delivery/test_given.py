"""A notice is understood by what was given to ShipStation, before the shop is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from lxml import etree

from connectors.errors import SharedNumberError
from connectors.orders import Destination, LineItem
from connectors.shipments import Shipment, ShippedItem
from proxy.delivery.intake import NoticeOutcome
from proxy.doors.custom_store.given import describe_given
from proxy.doors.custom_store.orders_xml import encode_order
from proxy.doors.custom_store.requests import parse_notify
from proxy.rules.addressees import divide_order
from proxy.rules.matching import GivenOrder
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.names import BooksName
from proxy.storage.outbox.interface import DeliveryFilter, DeliveryState
from tests.builders import build_address, build_given, build_item, build_order
from tests.delivery.conftest import Process, World, until
from tests.doors.custom_store.notices import QUERY

LONG_ID = "T3JkZXI6" * 8
LINES = (build_item(id="7", sku="CUP"), build_item(id="8", sku="POT"))


async def give(world: World, *given: GivenOrder) -> None:
    async with DatabaseExportStorage(world.database).writing(BooksName("north")) as rows:
        await rows.put_given(given)


def order(
    order_id: str = "55", number: str = "1001", items: Sequence[LineItem] = LINES
) -> GivenOrder:
    return build_given(build_order(id=order_id, number=number, items=tuple(items)))


def told(number: str, *items: ShippedItem, tracking: str = "A", order_id: str = "") -> Shipment:
    return Shipment(
        order_id=order_id, order_number=number, tracking_number=tracking, carrier="UPS", items=items
    )


async def accept(process: Process, shipment: Shipment) -> NoticeOutcome:
    return (await process.deliverer.accept(process.store, shipment)).outcome


async def test_a_number_alone_is_the_order_given_under_it(world: World) -> None:
    await give(world, order())
    process = await world.process()
    cup = ShippedItem(sku="CUP", quantity=1)
    assert await accept(process, told("1001", cup)) is NoticeOutcome.DELIVERED
    shipment = (await world.only()).shipment
    assert (shipment.order_id, shipment.items[0].line_id) == ("55", "7")
    with_id = told("1001", ShippedItem(line_id="7", quantity=1), order_id="55")
    assert await accept(process, with_id) is NoticeOutcome.REPEATED


@pytest.mark.parametrize("number", [" 1001\t", "No  1001", "\u00a01001 "])
async def test_a_number_with_blanks_finds_its_order_again(world: World, number: str) -> None:
    ordered = build_order(id="55", number=number, items=LINES)
    await give(world, build_given(ordered))
    process = await world.process()
    sent = etree.fromstring(encode_order(ordered)).findtext("OrderNumber") or ""
    notice = parse_notify(QUERY | {"order_number": sent}, b"")
    assert await accept(process, notice) is NoticeOutcome.DELIVERED
    told_to_shop = (await world.only()).shipment
    assert (told_to_shop.order_id, told_to_shop.order_number) == ("55", number)


@pytest.mark.parametrize("shop_id", [LONG_ID, " 55"])
async def test_an_alias_comes_back_as_the_shops_own_id(world: World, shop_id: str) -> None:
    given = order(shop_id)
    await give(world, given)
    process = await world.process()
    assert await accept(process, told("1001", order_id=given.id.strip())) is NoticeOutcome.DELIVERED
    assert (await world.only()).shipment.order_id == shop_id
    assert [shipment.order_id for shipment in world.delivered] == [shop_id]


async def test_a_split_orders_number_is_read_without_its_suffix_if_the_shop_does_not_know_it(
    world: World,
) -> None:
    await give(world, order())
    world.shop.unknown = {"1001-1", "1001-2"}
    process = await world.process()
    for tracking, number in (("A", "1001-1"), ("B", "1001-2")):
        notice = told(
            number, ShippedItem(sku="CUP", quantity=1), tracking=tracking, order_id=number
        )
        assert await accept(process, notice) is NoticeOutcome.DELIVERED
    assert world.shop.of("1001") == ["A", "B"]
    assert world.shop.parcels[1]["earlier"] == ["A"]
    assert [shipment.order_id for shipment in world.delivered] == ["55", "55"]
    rows = await world.deliveries.find(DeliveryFilter())
    assert {row.shipment.order_id for row in rows} == {"55"}


async def test_a_number_that_ends_like_a_split_is_taken_as_it_stands_where_the_shop_knows_it(
    world: World,
) -> None:
    await give(world, order())
    process = await world.process()
    assert await accept(process, told("1001-1", order_id="77")) is NoticeOutcome.DELIVERED
    assert (world.shop.of("1001-1"), world.shop.of("1001")) == (["A"], [])


async def test_a_number_given_as_it_stands_is_never_taken_for_a_split_one(world: World) -> None:
    await give(world, order(), order("56", "1001-1"))
    world.shop.unknown = {"1001-1"}
    process = await world.process()
    assert await accept(process, told("1001-1")) is NoticeOutcome.REFUSED
    assert world.shop.of("1001") == []


@pytest.mark.parametrize("number", ["1001", "1001-1"])
async def test_a_number_of_two_orders_is_refused_with_both_ids_and_the_shop_is_not_asked_to_guess(
    world: World, number: str
) -> None:
    await give(world, order(), order("56"))
    world.shop.unknown = {"1001-1"}
    process = await world.process()
    for _ in range(2):
        result = await process.deliverer.accept(process.store, told(number))
        assert isinstance(result.error, SharedNumberError)
        assert "(ids: 55, 56)" in result.message
    assert (await world.only()).state is DeliveryState.DEAD
    assert world.shop.of("1001") == []
    assert await accept(process, told("1001", order_id="56")) is NoticeOutcome.DELIVERED
    assert await accept(process, told(number)) is NoticeOutcome.REFUSED
    row = (await world.deliveries.find(DeliveryFilter(states=(DeliveryState.DEAD,))))[0]
    await world.deliveries.discard(DeliveryFilter(ids=(row.id,)))
    assert await accept(process, told(number)) is NoticeOutcome.REPEATED
    assert world.shop.of("1001") == ["A"]


PLACES = tuple(Destination(key=key, ship_to=build_address()) for key in ("a", "b"))


@pytest.mark.parametrize("second", ["7", "8"], ids=["pieces of one line", "two lines"])
async def test_the_parts_of_an_order_for_two_addresses_are_told_as_that_order_each_with_its_own(
    world: World, second: str
) -> None:
    lines = [
        build_item(id=name, destination=key, quantity=1)
        for name, key in (("7", "a"), (second, "b"))
    ]
    whole = build_order(id="55", number="1001", items=tuple(lines), destinations=PLACES)
    parts = [describe_given(each, whole, is_part=True) for each in divide_order(whole)]
    await give(world, *parts)
    process = await world.process()
    for part in parts:
        notice = told(part.number, tracking="", order_id=part.id)
        assert await accept(process, notice) is NoticeOutcome.DELIVERED
        assert await accept(process, notice) is NoticeOutcome.REPEATED
    rows = await world.deliveries.find(DeliveryFilter())
    found = [(row.shipment.order_id, row.shipment.destination) for row in rows]
    assert sorted(found) == [("55", "a"), ("55", "b")]
    assert sorted(row.shipment.items[0].line_id for row in rows) == sorted(["7", second])


async def test_an_item_that_fits_no_line_of_the_order_given_is_told_as_it_is_and_named(
    world: World,
) -> None:
    await give(world, order())
    process = await world.process()
    notice = told("1001", ShippedItem(sku="HAT", quantity=1), ShippedItem(sku="CUP", quantity=1))
    result = await process.deliverer.accept(process.store, notice, ["ShipDate: expected a day"])
    assert result.outcome is NoticeOutcome.DELIVERED
    assert (await world.only()).doubts == (
        "ShipDate: expected a day",
        "Items: expected a line of order 1001 as it was given, found 'HAT'",
    )


async def test_an_item_of_a_split_order_that_fits_no_line_is_named_too(world: World) -> None:
    await give(world, order())
    world.shop.unknown = {"1001-1"}
    process = await world.process()
    notice = told("1001-1", ShippedItem(sku="HAT", quantity=1))
    assert await accept(process, notice) is NoticeOutcome.DELIVERED
    assert [doubt[-5:] for doubt in (await world.only()).doubts] == ["'HAT'"]


async def test_a_split_number_that_repeats_what_the_shop_has_is_not_told_again(
    world: World,
) -> None:
    await give(world, order())
    world.shop.unknown = {"1001-1"}
    process = await world.process()
    cup = ShippedItem(sku="CUP", quantity=1)
    assert await accept(process, told("1001", cup)) is NoticeOutcome.DELIVERED
    for message in (
        "delivered; the shop has it (the same shipment as delivery 1)",
        "known already; the shop has it",
    ):
        notice = told("1001-1", cup, tracking="a")
        result = await process.deliverer.accept(process.store, notice)
        assert result.message == message
    assert world.shop.of("1001") == ["A"]


async def test_a_split_number_that_repeats_what_waits_waits_for_it(world: World) -> None:
    await give(world, order())
    world.shop.unknown = {"1001-1"}

    async def fail(parcel: dict[str, Any]) -> web.Response | None:
        return web.Response(status=503) if parcel["order"] == "1001" else None

    world.shop.before = fail
    process = await world.process()
    cup = ShippedItem(sku="CUP", quantity=1)
    for number in ("1001", "1001-1"):
        assert await accept(process, told(number, cup)) is NoticeOutcome.WAITING
    second, first = await world.deliveries.find(DeliveryFilter())
    assert second.next_attempt_at is not None
    assert second.next_attempt_at > world.clock()
    world.shop.before = nothing
    for _ in range(2):
        world.clock.forward(timedelta(hours=1))
        await process.worker.look()
        await until(lambda: is_idle(process))
    states = [row.state for row in await world.deliveries.find(DeliveryFilter())]
    assert states == [DeliveryState.DELIVERED] * 2
    assert world.shop.of("1001") == ["A"]
    assert first.shipment.order_id == "55"


async def nothing(_parcel: dict[str, Any]) -> None:
    """The shop is well again."""


async def is_idle(process: Process) -> bool:
    return process.deliverer.count_running("north") == 0
