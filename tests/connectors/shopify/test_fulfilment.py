"""Shipments on their way to Shopify, over both of its APIs: what is written, what is not written twice, and what is said instead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.errors import AuthenticationError, ConflictError, OrderNotFoundError, RefusedError, TemporaryError
from connectors.orders import OrderStatus
from connectors.shipments import Shipment, ShippedItem
from connectors.testing.book import BookOrder
from connectors.testing.faults import Answer, DropAnswer, Reset, Spare
from connectors.testing.shops.shopify import ALL_SCOPES, FakeShopify
from connectors.testing.shops.shopify_book import MAIN_LOCATION, FakeFulfillmentOrder, hold, schedule
from connectors.testing.trial import at, failure
from tests.connectors.shopify.shops import ShopifyHarness, open_shop

EAST = 2


@pytest.fixture(params=["rest", "graphql"])
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[ShopifyHarness]:
    async with FakeShopify() as shop:
        yield ShopifyHarness(shop, request.param)


def notice(order: BookOrder, number: str = "T1", carrier: str = "UPS", notify: bool = False, **units: int) -> Shipment:  # noqa: FBT001, FBT002
    lines = {line.sku: line.id for line in order.lines}
    items = tuple(ShippedItem(line_id=lines[sku], sku=sku, quantity=quantity) for sku, quantity in units.items())
    return Shipment(
        order_id=order.id, order_number=order.number, carrier=carrier, tracking_number=number, items=items, notify_customer=notify
    )


async def ship(harness: ShopifyHarness, shipment: Shipment, *earlier: Shipment, **settings: Any) -> Any:
    async with open_shop(harness.shop, transport=harness.transport, **settings) as connector:
        return await connector.ship(shipment, earlier)


async def refused(harness: ShopifyHarness, shipment: Shipment, kind: type[Any], **settings: Any) -> str:
    async with open_shop(harness.shop, transport=harness.transport, **settings) as connector:
        return str(await failure(connector.ship(shipment, ()), kind))


def parcels(harness: ShopifyHarness, order: BookOrder) -> list[tuple[str, int, int]]:
    """(number, location, units) of each parcel."""
    shop = harness.shop
    return [(parcel.tracking_number, shop.locations[parcel.id], sum(parcel.quantities.values())) for parcel in order.parcels]


def writes(harness: ShopifyHarness) -> int:
    return sum(harness.is_write(seen) for seen in harness.shop.requests)


async def test_a_shipment_costs_two_reads_and_one_write(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    await ship(harness, notice(order, A=1))
    assert (len(harness.shop.requests), writes(harness)) == (3, 1)


async def test_one_write_for_each_location_and_none_for_one_that_gives_nothing(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 3), ("B", 2)))
    harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"A": 2}), (EAST, {"B": 2}), (4, {}))
    outcome = await ship(harness, notice(order, A=3, B=1))
    assert sorted(parcels(harness, order)) == [("T1", EAST, 3), ("T1", MAIN_LOCATION, 1)]
    assert not outcome.completed


async def test_one_parcel_comes_from_the_location_that_can_give_most_of_it(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 3),))
    harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"A": 2}))
    await ship(harness, notice(order, A=2))
    assert parcels(harness, order) == [("T1", EAST, 2)]


async def test_quantities_are_clamped_to_what_is_left_and_the_outcome_says_so(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 2), ("B", 1)))
    outcome = await ship(harness, notice(order, A=5))
    assert parcels(harness, order) == [("T1", MAIN_LOCATION, 2)]
    assert outcome.detail == "3 units of the notice are not left to ship in Shopify and were left out"


async def test_items_without_a_line_id_are_matched_by_sku(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 2)))
    items = (ShippedItem(sku="B", quantity=2), ShippedItem(line_id=f"{order.id}-discount", name="Discount", quantity=1))
    await ship(harness, Shipment(order_id=order.id, order_number=order.number, carrier="UPS", tracking_number="T1", items=items))
    assert order.parcels[0].quantities == {order.lines[1].id: 2}


async def test_an_item_shopify_does_not_know_is_named(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    items = (ShippedItem(sku="NOPE", quantity=1),)
    told = Shipment(order_id=order.id, order_number=order.number, carrier="UPS", tracking_number="T1", items=items)
    assert "nothing of NOPE is left to ship" in await refused(harness, told, ConflictError)
    assert order.parcels == []


async def test_a_crash_between_two_locations_is_finished_by_the_next_try(harness: ShopifyHarness) -> None:
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


async def test_a_repeated_notice_of_everything_takes_nothing_that_was_added_since(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    one = harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}))[0]
    await ship(harness, notice(order, "T1"))
    assert len(order.parcels) == 1
    added = harness.shop.shelves.split(order, (MAIN_LOCATION, {"B": 1}))[0]
    assert (one.left, added.left) == (0, 1)
    assert (await ship(harness, notice(order, "T1"))).already
    assert len(order.parcels) == 1


async def test_a_lost_answer_is_looked_into_before_anything_is_repeated(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    harness.shop.faults.add(DropAnswer(), when=harness.is_write)
    outcome = await ship(harness, notice(order, A=1))
    assert outcome.completed
    assert (len(order.parcels), writes(harness)) == (1, 1)


async def test_the_second_locations_lost_answer_is_not_taken_for_the_firsts(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"B": 1}))
    harness.shop.faults.add(Spare(), Answer(503), when=harness.is_write)
    await refused(harness, notice(order), TemporaryError)
    assert len(order.parcels) == 1


async def test_422_is_believed_only_while_something_is_left(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    one = harness.shop.shelves.of(order)[0]
    body = '{"errors":["Invalid quantity"]}'
    if harness.transport == "graphql":
        body = '{"data":{"fulfillmentCreate":{"fulfillment":null,"userErrors":[{"field":["x"],"message":"Invalid quantity"}]}}}'
    no = Answer(422 if harness.transport == "rest" else 200, body)

    harness.shop.faults.add(no, when=harness.is_write)
    assert "Invalid quantity" in await refused(harness, notice(order, A=1), RefusedError)

    def somebody_else_was_faster(seen: Any) -> None:
        if harness.is_write(seen):
            for line in one.lines:
                line.left = 0

    harness.shop.on_request.append(somebody_else_was_faster)
    harness.shop.faults.add(no, when=harness.is_write)
    await ship(harness, notice(order, A=1))


async def test_a_number_written_with_blanks_or_in_small_letters_is_the_same(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 2),))
    await ship(harness, notice(order, "1z 999 aa1", A=1))
    assert (await ship(harness, notice(order, "1Z999AA1", A=1))).already


async def test_another_number_for_the_same_lines_replaces_the_first(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    await ship(harness, notice(order, "T1", A=1))
    await ship(harness, notice(order, "T2", B=1))
    outcome = await ship(harness, notice(order, "T3", A=1))
    assert [parcel.tracking_number for parcel in order.parcels] == ["T3", "T2"]
    assert "new number" in outcome.detail
    assert (await ship(harness, notice(order, "T3", A=1))).already


async def test_a_parcel_marked_by_hand_gets_the_number(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 2),))
    async with open_shop(harness.shop, transport=harness.transport) as connector:
        await connector.ship(notice(order, "", A=2), ())
    await ship(harness, notice(order, "T1", A=1))
    assert [parcel.tracking_number for parcel in order.parcels] == ["T1"]


async def test_nothing_left_and_no_parcel_to_relabel_is_a_conflict(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    await ship(harness, notice(order, "T1", A=1, B=1))
    assert "nothing is left to ship" in await refused(harness, notice(order, "T2", A=1), ConflictError)


async def test_a_cancelled_parcel_does_not_count(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 2),))
    await ship(harness, notice(order, "T1", A=1))
    order.extra["parcel_status"] = {order.parcels[0].id: "cancelled"}
    await ship(harness, notice(order, "T1", A=1))
    assert len(order.parcels) == 2


async def test_partial_shipments_without_a_number_are_counted_by_what_was_told_before(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 3),))
    first, second = notice(order, "", carrier="UPS", A=1), notice(order, "", carrier="FedEx", A=1)
    await ship(harness, first)
    assert (await ship(harness, first)).already
    await ship(harness, second, first)
    assert (await ship(harness, second, first)).already
    assert (await ship(harness, second, first, second)).already
    assert [parcel.quantities for parcel in order.parcels] == [{order.lines[0].id: 1}] * 2


@pytest.mark.parametrize("released", [False, True])
async def test_a_hold_is_reported_or_released_as_configured(harness: ShopifyHarness, *, released: bool) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    hold(harness.shop.shelves.of(order)[0], "high_risk_of_fraud", "Call the buyer")
    if released:
        assert (await ship(harness, notice(order, A=1), release_holds=True)).completed
    else:
        said = await refused(harness, notice(order, A=1), ConflictError)
        assert "On hold: Call the buyer" in said
        assert "release_holds" in said
    assert len(order.parcels) == released


@pytest.mark.parametrize("opened", [False, True])
async def test_a_scheduled_order_is_reported_or_opened_as_configured(harness: ShopifyHarness, *, opened: bool) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    schedule(harness.shop.shelves.of(order)[0], "2026-09-01")
    if opened:
        assert (await ship(harness, notice(order, A=1), open_scheduled=True)).completed
    else:
        said = await refused(harness, notice(order, A=1), ConflictError)
        assert "Scheduled for 2026-09-01" in said
        assert "open_scheduled" in said
    assert len(order.parcels) == opened


async def test_what_is_free_ships_before_the_held_rest_is_reported(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    free, held = harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"B": 1}))
    hold(held, "other")
    shipment = notice(order, A=1, B=1)
    assert "the rest is not" in await refused(harness, shipment, ConflictError)
    assert parcels(harness, order) == [("T1", MAIN_LOCATION, 1)]
    held.status, held.actions = "open", free.actions or ("create_fulfillment",)
    assert (await ship(harness, shipment)).completed
    assert len(order.parcels) == 2


def _state(status: str, request_status: str, *actions: str) -> tuple[str, str, tuple[str, ...]]:
    return status, request_status, actions


@pytest.mark.parametrize(
    ("state", "ships"),
    [
        (_state("open", "unsubmitted", "create_fulfillment", "move", "hold"), True),
        (_state("open", "unsubmitted", "request_fulfillment", "move"), False),
        (_state("open", "submitted", "cancel_fulfillment_order"), False),
        (_state("open", "rejected", "request_fulfillment", "create_fulfillment"), True),
        (_state("in_progress", "accepted", "create_fulfillment", "request_cancellation"), True),
        (_state("in_progress", "cancellation_requested", "create_fulfillment"), True),
        (_state("incomplete", "closed", "request_fulfillment", "create_fulfillment"), True),
        (_state("on_hold", "unsubmitted", "release_hold"), False),
        (_state("scheduled", "unsubmitted", "mark_as_open"), False),
    ],
)
async def test_only_the_supported_actions_decide(harness: ShopifyHarness, state: tuple[str, str, tuple[str, ...]], *, ships: bool) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    one: FakeFulfillmentOrder = harness.shop.shelves.of(order)[0]
    one.status, one.request_status, one.actions = state
    if ships:
        await ship(harness, notice(order, A=1))
    else:
        await refused(harness, notice(order, A=1), ConflictError)
    assert len(order.parcels) == ships


async def test_fulfilment_orders_that_are_not_there_yet_are_waited_for(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    harness.shop.job_reads = 1
    async with open_shop(harness.shop, transport=harness.transport) as connector:
        error = await failure(connector.ship(notice(order, A=1), ()), TemporaryError)
        assert error.retry_after == 60
        await connector.ship(notice(order, A=1), ())
    assert len(order.parcels) == 1


async def test_fulfilment_orders_hidden_by_a_missing_right_are_diagnosed(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    harness.shop.scopes = ALL_SCOPES - {"read_merchant_managed_fulfillment_orders", "write_merchant_managed_fulfillment_orders"}
    said = await refused(harness, notice(order, A=1), AuthenticationError)
    assert "read_merchant_managed_fulfillment_orders" in said


async def test_a_part_hidden_by_a_missing_right_is_diagnosed(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    _, hidden = harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"B": 1}))
    hidden.kind = "third_party"
    said = await refused(harness, notice(order, A=1, B=1), AuthenticationError)
    assert "B is in a fulfilment order that this app may not see" in said
    assert parcels(harness, order) == [("T1", MAIN_LOCATION, 1)]


async def test_a_cancelled_order_is_a_conflict_in_words(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(status=OrderStatus.CANCELLED)
    assert "it is cancelled in Shopify" in await refused(harness, notice(order), ConflictError)


async def test_a_notice_with_only_a_number_finds_its_order(harness: ShopifyHarness) -> None:
    harness.shop.book.add(lines=(("A", 1),))
    order = harness.shop.book.add(lines=(("A", 1),))
    for number in (order.number, f"#{order.number}"):
        await ship(harness, Shipment(order_number=number, carrier="UPS", tracking_number="T1"))
    assert [parcel.tracking_number for parcel in order.parcels] == ["T1"]
    await refused(harness, Shipment(order_number="77", carrier="UPS", tracking_number="T1"), OrderNotFoundError)


async def test_two_orders_of_one_number_are_not_guessed_between(harness: ShopifyHarness) -> None:
    first = harness.shop.book.add(modified_at=at(1))
    harness.shop.book.add(modified_at=at(2)).number = first.number
    told = Shipment(order_number=first.number, carrier="UPS", tracking_number="T1")
    assert "does not say which one" in await refused(harness, told, ConflictError)


@pytest.mark.parametrize(
    ("carrier", "company", "linked"),
    [
        ("USPS", "USPS", False),
        ("stamps_com", "USPS", False),
        ("fedex", "FedEx", False),
        ("DHL", "DHL Express", False),
        ("CanadaPost", "Canada Post", False),
        ("Asendia", "Asendia USA", False),
        ("royalmail", "Royal Mail", False),
        ("Newgistics", "Newgistics", True),
        ("FirstMile", "FirstMile", True),
        ("Pigeon Post", "Pigeon Post", False),
    ],
)
async def test_companies_go_by_shopifys_names_or_with_a_link(harness: ShopifyHarness, carrier: str, company: str, *, linked: bool) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    await ship(harness, notice(order, "T 1", carrier, A=1))
    (parcel,) = order.parcels
    assert parcel.carrier == company
    assert bool(order.extra["urls"][parcel.id]) == linked


@pytest.mark.parametrize("notify", [False, True])
async def test_the_buyer_is_mailed_only_as_told(harness: ShopifyHarness, *, notify: bool) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    await ship(harness, notice(order, "T1", "UPS", notify, A=1))
    assert order.parcels[0].notified is notify
