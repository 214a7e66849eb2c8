"""Shipments on their way to Shopify, over both of its APIs: what is written, and what is not
written twice.
"""

from __future__ import annotations

from typing import Any

from connectors.errors import ConflictError, RefusedError, TemporaryError
from connectors.shipments import Shipment, ShippedItem
from connectors.testing.faults import Answer, DropAnswer, Reset, Spare
from tests.connectors.shopify.fake.fulfillment_orders import MAIN_LOCATION
from tests.connectors.shopify.shipping.notices import (
    EAST,
    harness,
    notice,
    numbers,
    parcels,
    refused,
    ship,
    writes,
)
from tests.connectors.shopify.shops import ShopifyHarness, open_shop

__all__ = ["harness"]


async def test_a_shipment_costs_two_reads_and_one_write(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    await ship(harness, notice(order, A=1))
    assert (len(harness.shop.requests), writes(harness)) == (3, 1)


async def test_one_write_for_each_location_and_none_for_one_that_gives_nothing(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 3), ("B", 2)))
    harness.shop.shelves.split(
        order, (MAIN_LOCATION, {"A": 1}), (EAST, {"A": 2}), (EAST, {"B": 2}), (4, {})
    )
    outcome = await ship(harness, notice(order, A=3, B=1))
    assert sorted(parcels(harness, order)) == [("T1", EAST, 3), ("T1", MAIN_LOCATION, 1)]
    assert not outcome.completed


async def test_one_parcel_comes_from_the_location_that_can_give_most_of_it(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 3),))
    harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"A": 2}))
    await ship(harness, notice(order, A=2))
    assert parcels(harness, order) == [("T1", EAST, 2)]


async def test_quantities_are_clamped_to_what_is_left_and_the_outcome_says_so(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 2), ("B", 1)))
    outcome = await ship(harness, notice(order, A=5))
    assert parcels(harness, order) == [("T1", MAIN_LOCATION, 2)]
    assert (
        outcome.detail == "kept as fulfillment 1; 3 units of the notice are not left to ship in"
        " Shopify and were left out"
    )


async def test_items_without_a_line_id_are_matched_by_sku(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 2)))
    items = (
        ShippedItem(sku="B", quantity=2),
        ShippedItem(line_id=f"{order.id}-discount", name="Discount", quantity=1),
    )
    await ship(
        harness,
        Shipment(
            order_id=order.id,
            order_number=order.number,
            carrier="UPS",
            tracking_number="T1",
            items=items,
        ),
    )
    assert order.parcels[0].quantities == {order.lines[1].id: 2}


async def test_an_item_shopify_does_not_know_is_named(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    items = (ShippedItem(sku="NOPE", quantity=1),)
    told = Shipment(
        order_id=order.id,
        order_number=order.number,
        carrier="UPS",
        tracking_number="T1",
        items=items,
    )
    assert "has no line for 'NOPE'" in await refused(harness, told, ConflictError)
    assert order.parcels == []


async def test_a_crash_between_two_locations_is_finished_by_the_next_try(
    harness: ShopifyHarness,
) -> None:
    for whole in (False, True):
        order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
        harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"B": 1}))
        harness.shop.faults.add(Spare(), Reset(), when=harness.is_write)
        shipment = notice(order, "T2") if whole else notice(order, "T1", A=1, B=1)
        await refused(harness, shipment, TemporaryError)
        assert len(order.parcels) == 1
        outcome = await ship(harness, shipment)
        assert outcome.completed
        assert {location for _, location, _ in parcels(harness, order)} == {MAIN_LOCATION, EAST}
        assert (await ship(harness, shipment)).already


async def test_a_repeated_notice_of_everything_takes_nothing_that_was_added_since(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    one = harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}))[0]
    await ship(harness, notice(order, "T1"))
    assert len(order.parcels) == 1
    added = harness.shop.shelves.split(order, (MAIN_LOCATION, {"B": 1}))[0]
    assert (one.left, added.left) == (0, 1)
    assert (await ship(harness, notice(order, "T1"))).already
    assert len(order.parcels) == 1


async def test_a_lost_answer_is_looked_into_before_anything_is_repeated(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    harness.shop.faults.add(DropAnswer(), when=harness.is_write)
    outcome = await ship(harness, notice(order, A=1))
    assert outcome.completed
    assert (len(order.parcels), writes(harness)) == (1, 1)


async def test_the_second_locations_lost_answer_is_not_taken_for_the_firsts(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"B": 1}))
    harness.shop.faults.add(Spare(), Answer(503), when=harness.is_write)
    await refused(harness, notice(order), TemporaryError)
    assert len(order.parcels) == 1


async def test_422_is_believed_only_while_something_is_left(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    one = harness.shop.shelves.of(order)[0]
    body = '{"errors":["Invalid quantity for ada@example.com"]}'
    if harness.transport == "graphql":
        body = (
            '{"data":{"fulfillmentCreate":{"fulfillment":null,"userErrors":[{"field":["x"],"message":"Invalid'
            ' quantity for ada@example.com"}]}}}'
        )
    no = Answer(422 if harness.transport == "rest" else 200, body)

    harness.shop.faults.add(no, when=harness.is_write)
    assert "Invalid quantity for ***" in await refused(harness, notice(order, A=1), RefusedError)

    def somebody_else_was_faster(seen: Any) -> None:
        if harness.is_write(seen) and one.left:
            shop = harness.shop
            line = one.lines[0]
            picks = [(one.id, [(line.id, line.left)])]
            shop.fulfill(picks, tracking="T0", company="UPS", url="", notify=False)

    harness.shop.on_request.append(somebody_else_was_faster)
    harness.shop.faults.add(no, when=harness.is_write)
    outcome = await ship(harness, notice(order, A=1))
    assert "further tracking number" in outcome.detail
    assert numbers(harness, order) == [["T0", "T1"]]


async def test_a_number_written_with_blanks_or_in_small_letters_is_the_same(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 2),))
    await ship(harness, notice(order, "1z 999 aa1", A=1))
    assert (await ship(harness, notice(order, "1Z999AA1", A=1))).already


async def test_another_number_for_the_same_lines_joins_the_first(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    await ship(harness, notice(order, "T1", A=1))
    await ship(harness, notice(order, "T2", B=1))
    outcome = await ship(harness, notice(order, "T3", A=1))
    assert numbers(harness, order) == [["T1", "T3"], ["T2"]]
    assert "was given to parcel 1 as a further tracking number" in outcome.detail
    assert (await ship(harness, notice(order, "T3", A=1))).already


async def test_a_parcel_marked_by_hand_gets_the_number(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 2),))
    async with open_shop(harness.shop, transport=harness.transport) as connector:
        await connector.ship(notice(order, "", A=2), ())
    await ship(harness, notice(order, "T1", A=1))
    assert [parcel.tracking_number for parcel in order.parcels] == ["T1"]


async def test_a_replacement_of_one_piece_joins_the_parcel_that_held_it(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1), ("C", 1)))
    await ship(harness, notice(order, "T1", A=1, B=1))
    await ship(harness, notice(order, "T2", C=1))
    await ship(harness, notice(order, "T3", A=1))
    assert numbers(harness, order) == [["T1", "T3"], ["T2"]]


async def test_nothing_left_and_no_parcel_to_label_is_a_conflict(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    for line in harness.shop.shelves.of(order)[0].lines:
        line.left = 0
    assert "nothing of the parcel is left to ship" in await refused(
        harness, notice(order, "T2", A=1), ConflictError
    )


async def test_a_number_of_another_carrier_brings_its_own_link(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    await ship(harness, notice(order, "T1", "UPS", A=1))
    await ship(harness, notice(order, "T2", "FedEx", A=1))
    assert numbers(harness, order) == [["T1", "T2"]]
    links = harness.shop.further_links[order.parcels[0].id]
    assert links == [
        "https://track.example/T1",
        "https://www.fedex.com/fedextrack/?trknbr=T2",
    ]


async def test_a_cancelled_parcel_does_not_count(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 2),))
    await ship(harness, notice(order, "T1", A=1))
    order.extra["parcel_status"] = {order.parcels[0].id: "cancelled"}
    await ship(harness, notice(order, "T1", A=1))
    assert len(order.parcels) == 2


async def test_partial_shipments_without_a_number_are_counted_by_what_was_told_before(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 3),))
    first, second = notice(order, "", carrier="UPS", A=1), notice(order, "", carrier="FedEx", A=1)
    await ship(harness, first)
    assert (await ship(harness, first)).already
    await ship(harness, second, first)
    assert (await ship(harness, second, first)).already
    assert (await ship(harness, second, first, second)).already
    assert [parcel.quantities for parcel in order.parcels] == [{order.lines[0].id: 1}] * 2
