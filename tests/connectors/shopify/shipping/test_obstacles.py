"""Shipments that Shopify does not simply take: holds, rights, states, numbers, names; over both of
its APIs.
"""

from __future__ import annotations

import msgspec
import pytest

from connectors.errors import (
    AuthenticationError,
    ConflictError,
    OrderNotFoundError,
    SharedNumberError,
    TemporaryError,
)
from connectors.orders import OrderStatus
from connectors.shipments import Shipment
from connectors.testing.trial import at, failure
from tests.connectors.shopify.fake.fulfillment_orders import (
    MAIN_LOCATION,
    FakeFulfillmentOrder,
    hold,
    schedule,
)
from tests.connectors.shopify.fake.shop import ALL_SCOPES
from tests.connectors.shopify.shipping.notices import EAST, harness, notice, parcels, refused, ship
from tests.connectors.shopify.shops import ShopifyHarness, open_shop

__all__ = ["harness"]


@pytest.mark.parametrize("released", [False, True])
async def test_a_hold_is_reported_or_released_as_configured(
    harness: ShopifyHarness, *, released: bool
) -> None:
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
async def test_a_scheduled_order_is_reported_or_opened_as_configured(
    harness: ShopifyHarness, *, opened: bool
) -> None:
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
async def test_only_the_supported_actions_decide(
    harness: ShopifyHarness, state: tuple[str, str, tuple[str, ...]], *, ships: bool
) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    one: FakeFulfillmentOrder = harness.shop.shelves.of(order)[0]
    one.status, one.request_status, one.actions = state
    if ships:
        await ship(harness, notice(order, A=1))
    else:
        await refused(harness, notice(order, A=1), ConflictError)
    assert len(order.parcels) == ships


async def test_fulfillment_orders_that_are_not_there_yet_are_waited_for(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    harness.shop.job_reads = 1
    async with open_shop(harness.shop, transport=harness.transport) as connector:
        error = await failure(connector.ship(notice(order, A=1), ()), TemporaryError)
        assert error.retry_after == 60
        await connector.ship(notice(order, A=1), ())
    assert len(order.parcels) == 1


async def test_fulfillment_orders_hidden_by_a_missing_right_are_diagnosed(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    harness.shop.scopes = ALL_SCOPES - {
        "read_merchant_managed_fulfillment_orders",
        "write_merchant_managed_fulfillment_orders",
    }
    said = await refused(harness, notice(order, A=1), AuthenticationError)
    assert "read_merchant_managed_fulfillment_orders" in said


async def test_a_part_hidden_by_a_missing_right_is_diagnosed(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    _, hidden = harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"B": 1}))
    hidden.kind = "third_party"
    said = await refused(harness, notice(order, A=1, B=1), AuthenticationError)
    assert "B is in a fulfillment order that this app may not see" in said
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
    await refused(
        harness,
        Shipment(order_number="77", carrier="UPS", tracking_number="T1"),
        OrderNotFoundError,
    )


async def test_two_orders_of_one_number_are_not_guessed_between(harness: ShopifyHarness) -> None:
    first = harness.shop.book.add(modified_at=at(1))
    second = harness.shop.book.add(modified_at=at(2))
    second.number = first.number
    told = Shipment(order_number=first.number, carrier="UPS", tracking_number="T1")
    said = await refused(harness, told, SharedNumberError)
    assert first.id in said
    assert second.id in said


async def test_the_carriers_code_decides_whatever_the_client_calls_it(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    told = msgspec.structs.replace(notice(order, "T1", "stamps_com", A=1), carrier_code="usps")
    await ship(harness, told)
    (parcel,) = order.parcels
    assert parcel.carrier == "USPS"


@pytest.mark.parametrize(
    ("carrier", "company", "linked"),
    [
        ("USPS", "USPS", False),
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
async def test_companies_go_by_shopifys_names_or_with_a_link(
    harness: ShopifyHarness, carrier: str, company: str, *, linked: bool
) -> None:
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
