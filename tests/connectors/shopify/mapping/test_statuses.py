"""Each state that Shopify has for an order means one of the five."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from connectors.orders import Order, OrderStatus, RejectedOrder
from connectors.shopify.mapping.order import decode_order, read_order
from connectors.shopify.mapping.statuses import Held
from tests.connectors.shopify.mapping.handwritten import accepted, both, line, order, rules


@pytest.mark.parametrize(
    ("facts", "status", "word", "known"),
    [
        ({"financial_status": "paid"}, OrderStatus.PAID, "paid", True),
        ({"financial_status": "partially_refunded"}, OrderStatus.PAID, "partially_refunded", True),
        ({"financial_status": "authorized"}, OrderStatus.UNPAID, "authorized", True),
        ({"financial_status": "pending"}, OrderStatus.UNPAID, "pending", True),
        ({"financial_status": "partially_paid"}, OrderStatus.UNPAID, "partially_paid", True),
        ({"financial_status": "expired"}, OrderStatus.UNPAID, "expired", True),
        ({"financial_status": None}, OrderStatus.UNPAID, "", True),
        ({"financial_status": "voided"}, OrderStatus.CANCELLED, "voided", True),
        ({"financial_status": "refunded"}, OrderStatus.CANCELLED, "refunded", True),
        (
            {"financial_status": "refunded", "fulfillment_status": "fulfilled"},
            OrderStatus.SHIPPED,
            "fulfilled",
            True,
        ),
        ({"fulfillment_status": "fulfilled"}, OrderStatus.SHIPPED, "fulfilled", True),
        ({"fulfillment_status": "restocked"}, OrderStatus.CANCELLED, "restocked", True),
        (
            {"cancelled_at": "2026-03-02T11:00:00Z", "fulfillment_status": "fulfilled"},
            OrderStatus.CANCELLED,
            "cancelled",
            True,
        ),
        ({"financial_status": "haggling"}, OrderStatus.ON_HOLD, "haggling", False),
    ],
)
def test_each_state_means_one_of_the_five(
    facts: dict[str, Any], status: OrderStatus, word: str, *, known: bool
) -> None:
    found = accepted(order(**facts))
    assert (found.status, found.shop_status, found.status_known) == (status, word, known)


def test_an_order_with_nothing_but_gift_cards_left_is_shipped_once_goods_went_out() -> None:
    sent = line(quantity=1, fulfillable_quantity=0)
    card = line(id=2, quantity=1, requires_shipping=False)
    goods = line(id=3, quantity=1)
    for rest, status in (((card,), OrderStatus.SHIPPED), ((card, goods), OrderStatus.PAID)):
        found = accepted(order(sent, *rest, fulfillment_status="partial"))
        assert found.status is status, rest
    assert accepted(order(sent, card)).status is OrderStatus.PAID


def test_an_order_emptied_by_refunds_is_cancelled_or_shipped_by_what_went_out() -> None:
    gone = line(quantity=2, current_quantity=0, fulfillable_quantity=0)
    assert (
        accepted(order(gone, financial_status="partially_refunded")).status is OrderStatus.CANCELLED
    )
    assert accepted(order(gone, fulfillment_status="partial")).status is OrderStatus.SHIPPED


def test_a_cancelled_order_shows_what_was_ordered() -> None:
    one = line(quantity=2, current_quantity=0, fulfillable_quantity=0)
    raw = order(
        one,
        total="20.00",
        cancelled_at="2026-03-02T11:00:00Z",
        current_total_price="0.00",
        current_total_price_set=both("0.00"),
    )
    found = accepted(raw)
    assert (found.items[0].quantity, found.total) == (2, Decimal("20.00"))


def held(raw: dict[str, Any], units: dict[int, int]) -> Order:
    decoded = decode_order(json.dumps(raw).encode())
    assert not isinstance(decoded, RejectedOrder)
    found = read_order(
        decoded, rules(), held=Held(units=units, reasons=("On hold: awaiting payment",))
    )
    assert isinstance(found, Order)
    return found


def test_an_order_held_as_a_whole_is_on_hold_and_one_held_in_part_ships_the_rest() -> None:
    raw = order(line(11, quantity=2), line(12))
    whole, part = held(raw, {11: 2, 12: 1}), held(raw, {11: 1})
    assert (whole.status, whole.shop_status) == (OrderStatus.ON_HOLD, "on_hold")
    assert [item.quantity for item in whole.items] == [2, 1]
    assert (part.status, [item.quantity for item in part.items]) == (OrderStatus.PAID, [1, 1])
    assert part.internal_notes == "On hold: awaiting payment"
