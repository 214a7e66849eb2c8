"""What counts as told: a parcel that Shopify shows; and what is told apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.errors import TemporaryError
from connectors.orders import OrderStatus
from connectors.shipments import ShippingRules
from connectors.testing.book import BookOrder
from connectors.testing.faults import Answer
from tests.connectors.shopify.fake.fulfillment_orders import MAIN_LOCATION
from tests.connectors.shopify.shipping.notices import (
    EAST,
    harness,
    notice,
    numbers,
    refused,
    ship,
    writes,
)
from tests.connectors.shopify.shops import ShopifyHarness

__all__ = ["harness"]
NO_LOOK = ShippingRules(confirm=False)


def say(harness: ShopifyHarness, rest: str, graphql: str) -> Answer:
    """A success with this body."""
    return Answer(200, rest if harness.transport == "rest" else graphql)


def errs(harness: ShopifyHarness) -> list[Answer]:
    """Successes that say that nothing was done, or nothing at all."""
    return [
        say(harness, rest, graphql)
        for rest, graphql in (
            ('{"error":"location_id must be specified"}', '{"data":null}'),
            ('{"errors":{"base":["location_id must be specified"]}}', '{"data":{}}'),
            ("{}", '{"data":{"fulfillmentCreate":null}}'),
            ("null", "null"),
            ("[]", "[]"),
            ('"ok"', '{"data":{"fulfillmentCreate":{"fulfillment":null,"userErrors":[]}}}'),
        )
    ]


@pytest.mark.parametrize("kind", range(6))
@pytest.mark.parametrize("confirm", [True, False])
async def test_a_success_that_says_otherwise_is_not_told_and_is_tried_again(
    harness: ShopifyHarness, kind: int, *, confirm: bool
) -> None:
    silent = (2, 3) if harness.transport == "rest" else (5,)
    order = harness.shop.book.add(lines=(("A", 1),))
    harness.shop.faults.add(errs(harness)[kind], when=harness.is_write)
    if kind in silent and not confirm:
        assert (await ship(harness, notice(order, A=1), rules=NO_LOOK)).completed
        return
    said = await refused(
        harness, notice(order, A=1), TemporaryError, rules=ShippingRules(confirm=confirm)
    )
    if kind == 0 and harness.transport == "rest":
        assert "location_id must be specified" in said
    assert order.parcels == []
    assert (await ship(harness, notice(order, A=1))).completed
    assert len(order.parcels) == 1


async def test_an_answer_that_says_nothing_is_told_if_the_order_shows_the_parcel(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    one = harness.shop.shelves.of(order)[0]

    def carry_out(seen: Any) -> None:
        if harness.is_write(seen):
            picks = [(one.id, [(one.lines[0].id, 1)])]
            harness.shop.fulfill(picks, tracking="T1", company="UPS", url="", notify=False)

    harness.shop.on_request.append(carry_out)
    harness.shop.faults.add(say(harness, "{}", '{"data":{}}'), when=harness.is_write)
    assert (await ship(harness, notice(order, A=1))).completed
    assert (len(order.parcels), writes(harness)) == (1, 1)


def _made(harness: ShopifyHarness, order: BookOrder, **odd: Any) -> Answer:
    """An answer that shows a parcel which is not the one that was asked for."""
    line, quantity = order.lines[0].id, odd.get("quantity", 1)
    number, status = odd.get("number", "T1"), odd.get("status", "success")
    rest = {
        "id": 77,
        "status": status,
        "tracking_numbers": [number],
        "line_items": [{"id": int(line), "quantity": quantity}],
    }
    graphql = {
        "id": "gid://shopify/Fulfillment/77",
        "status": status.upper(),
        "trackingInfo": [{"number": number}],
        "fulfillmentLineItems": {
            "nodes": [{"quantity": quantity, "lineItem": {"id": f"gid://shopify/LineItem/{line}"}}]
        },
    }
    made = {"fulfillmentCreate": {"fulfillment": graphql, "userErrors": []}}
    return say(harness, json.dumps({"fulfillment": rest}), json.dumps({"data": made}))


@pytest.mark.parametrize(
    "odd", [{"status": "failure"}, {"status": "error"}, {"number": ""}, {"quantity": 0}]
)
async def test_a_parcel_that_does_not_count_as_asked_is_looked_for_once_and_not_told(
    harness: ShopifyHarness, odd: dict[str, Any]
) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    harness.shop.faults.add(_made(harness, order, **odd), when=harness.is_write)
    said = await refused(harness, notice(order, A=1), TemporaryError)
    assert "the order does not show it" in said
    assert len(harness.shop.requests) == 4


async def test_without_the_look_an_answer_is_believed(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    harness.shop.faults.add(_made(harness, order, status="failure"), when=harness.is_write)
    assert (await ship(harness, notice(order, A=1), rules=NO_LOOK)).completed
    assert len(harness.shop.requests) == 3


async def test_a_further_number_that_does_not_show_is_not_told(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    await ship(harness, notice(order, "T1", A=1))
    answer = Answer(
        200,
        '{"data":{"fulfillmentTrackingInfoUpdate":{"fulfillment":null,"userErrors":[]}}}',
    )
    harness.shop.faults.add(answer, when=harness.is_write)
    assert "does not show it" in await refused(harness, notice(order, "T2", A=1), TemporaryError)
    harness.shop.faults.add(answer, when=harness.is_write)
    assert (await ship(harness, notice(order, "T2", A=1), rules=NO_LOOK)).completed
    await ship(harness, notice(order, "T2", A=1))
    assert numbers(harness, order) == [["T1", "T2"]]


async def test_the_same_number_with_other_items_is_another_part(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 3), ("B", 1)))
    first, second = notice(order, "T1", "UPS", A=1), notice(order, "T1", "USPS", A=2, B=1)
    await ship(harness, first)
    assert not (await ship(harness, second, first)).already
    assert [sum(one.quantities.values()) for one in order.parcels] == [1, 3]
    assert (await ship(harness, second, first)).already


def with_gift_card(harness: ShopifyHarness, *, apart: bool) -> BookOrder:
    """An order of two pieces of goods and a gift card, which Shopify refuses to ship with them."""
    order = harness.shop.book.add(lines=(("A", 2), ("CARD", 1)))
    order.lines[1].shippable = False
    harness.shop.refuses_gift_cards = True
    shares = ({"A": 2}, {"CARD": 1}) if apart else ({"A": 2, "CARD": 1},)
    made = harness.shop.shelves.split(order, *((MAIN_LOCATION, units) for units in shares))
    if apart:
        made[1].method = "none"
    return order


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("units", [{}, {"A": 2, "CARD": 1}])
async def test_a_gift_card_never_holds_up_the_goods(
    harness: ShopifyHarness, units: dict[str, int], *, apart: bool
) -> None:
    order = with_gift_card(harness, apart=apart)
    shipment = notice(order, "T1", "UPS", notify=False, **units)
    outcome = await ship(harness, shipment)
    assert [one.quantities for one in order.parcels] == [{order.lines[0].id: 2}]
    assert outcome.completed or not apart
    if apart and units:
        assert "1 units of the notice need no shipping" in outcome.detail
    if apart:
        assert (await ship(harness, shipment)).already
        assert len(order.parcels) == 1


async def test_a_notice_of_the_gift_card_alone_tells_it_apart(harness: ShopifyHarness) -> None:
    order = with_gift_card(harness, apart=True)
    await ship(harness, notice(order, "T1", CARD=1))
    assert [one.quantities for one in order.parcels] == [{order.lines[1].id: 1}]


async def test_what_another_service_ships_is_left_to_it_and_the_rest_is_told(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1), ("B", 1)))
    _, theirs = harness.shop.shelves.split(order, (MAIN_LOCATION, {"A": 1}), (EAST, {"B": 1}))
    theirs.request_status, theirs.actions = "submitted", ("cancel_fulfillment_order",)
    outcome = await ship(harness, notice(order, A=1, B=1))
    assert "left to the fulfillment service" in outcome.detail
    assert [one.quantities for one in order.parcels] == [{order.lines[0].id: 1}]
    assert order.status is not OrderStatus.SHIPPED
