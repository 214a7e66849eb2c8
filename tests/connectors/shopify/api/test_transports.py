"""Both of Shopify's APIs, one order book: equal orders, holds and goods read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.orders import Order, OrderId, OrderStatus
from connectors.testing.trial import WINDOW, at, ids, walk
from tests.connectors.shopify.fake.fulfillment_orders import MAIN_LOCATION, hold, schedule
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.mapping.handwritten import ADDRESS, both
from tests.connectors.shopify.shops import open_shop

BOTH = ("rest", "graphql")


@pytest.fixture
async def shop() -> AsyncIterator[FakeShopify]:
    async with FakeShopify() as fake:
        yield fake


def fill(shop: FakeShopify) -> None:
    """Orders in every state and shape the fake can play."""
    shop.book.add(modified_at=at(1), lines=(("A", 2), ("B", 1)))
    shop.book.add(modified_at=at(2), status=OrderStatus.UNPAID)
    shop.book.add(modified_at=at(3), status=OrderStatus.SHIPPED)
    shop.book.add(modified_at=at(4), status=OrderStatus.CANCELLED)
    shop.book.add(modified_at=at(5), lines=tuple((f"L{number}", 1) for number in range(130)))
    shop.book.add(
        modified_at=at(6), currency="USD", presentment_currency="EUR", rate="0.9", tip="3.00"
    )
    held = shop.book.add(modified_at=at(7), lines=(("A", 1), ("B", 2)))
    one, _ = shop.shelves.split(held, (MAIN_LOCATION, {"A": 1}), (2, {"B": 2}))
    hold(one, "other", "Ask the buyer first")
    later = shop.book.add(modified_at=at(8))
    schedule(shop.shelves.of(later)[0], "2026-05-01")
    partial = shop.book.add(modified_at=at(9), lines=(("A", 5),))
    shop.book.add_parcel(partial.id, "T1", {partial.lines[0].id: 2})
    shop.book.add(modified_at=at(10), json=odd_parts())
    spoiled = shop.book.add(modified_at=at(11))
    spoiled.spoiled = True
    refunded = shop.book.add(modified_at=at(12), lines=(("A", 3),))
    refunded.lines[0].refunded = 1
    shop.book.add(
        modified_at=at(13),
        json={"source_name": "pos", "shipping_address": None, "shipping_lines": []},
    )
    shop.book.add(modified_at=at(14), json={"test": True})
    shop.book.add(
        modified_at=at(15),
        json={"shipping_address": None, "billing_address": None, "customer": None, "email": None}
        | NO_BUYER,
    )
    # A line without a product: GraphQL knows no weight of it, so neither does this one.
    custom: dict[str, Any] = {
        "properties": [{"name": "Size", "value": "L"}, {"name": "_x", "value": "y"}],
        "variant_id": None,
        "grams": 0,
    }
    custom["discount_allocations"] = [{"amount": "1.50", "amount_set": both("1.50")}]
    custom["tax_lines"] = [{"price": "1.42", "rate": 0.2, "price_set": both("1.42")}]
    shop.book.add(modified_at=at(16), lines=(("C", 1),)).extra["lines"] = {"C": custom}


NO_BUYER = {"contact_email": None, "phone": None}


def odd_parts() -> dict[str, Any]:
    """Facts beside the lines."""
    removed = {
        "title": "Overnight",
        "code": "x",
        "price": "30.00",
        "price_set": both("30.00"),
        "is_removed": True,
        "tax_lines": [],
    }
    kept = {
        "title": "Van",
        "code": "van",
        "price": "4.00",
        "price_set": both("4.00"),
        "is_removed": False,
        "delivery_category": "local",
    }
    lines = [
        {
            **one,
            "discounted_price": one["price"],
            "discounted_price_set": one["price_set"],
            "tax_lines": [],
        }
        for one in (removed, kept)
    ]
    return {
        "note": "Ring twice",
        "note_attributes": [{"name": "gift note", "value": "Joy"}, {"name": "dock", "value": "4"}],
        "tags": "vip, first order",
        "discount_codes": [{"code": "SPRING", "amount": "1.00", "type": "fixed_amount"}],
        "shipping_lines": lines * 3,
        "shipping_address": {**ADDRESS, "name": "山田太郎", "country_code": "JP"},
        "current_total_duties_set": both("2.00"),
        "current_total_additional_fees_set": both("1.00"),
        "total_cash_rounding_payment_adjustment_set": both("0.02"),
        "po_number": "PO-7",
        "confirmation_number": "AB12",
        "taxes_included": True,
    }


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"money": "presentment"},
        {"discounts": "net", "partial_orders": "full", "test_orders": "export"},
        {"holds": False},
    ],
    ids=lambda one: "-".join(one) or "defaults",
)
async def test_both_transports_give_equal_orders(
    shop: FakeShopify, settings: dict[str, Any]
) -> None:
    fill(shop)
    line = shop.book["1001"].lines[0]
    shop.variants[8_000_000 + int(line.id)] = {
        "weight": (1.5, "POUNDS"),
        "barcode": "0123",
        "hs_code": "0902",
        "origin": "JP",
    }
    told = {}
    for transport in BOTH:
        async with open_shop(shop, transport=transport, **settings) as connector:
            told[transport] = await walk(connector)
    assert len(told["rest"]) == len(shop.book)
    # Only the decoder's words for a broken amount name each API's own field.
    spoiled = [index for index, order in enumerate(shop.book) if order.spoiled]
    for index, (one, other) in enumerate(zip(told["rest"], told["graphql"], strict=True)):
        assert one.id == other.id
        assert index in spoiled or one == other


@pytest.mark.parametrize("transport", BOTH)
async def test_held_and_scheduled_orders_are_on_hold_and_say_why(
    shop: FakeShopify, transport: str
) -> None:
    held, later = shop.book.add(modified_at=at(1)), shop.book.add(modified_at=at(2))
    hold(shop.shelves.of(held)[0], "inventory_out_of_stock")
    schedule(shop.shelves.of(later)[0], "2026-05-01")
    async with open_shop(shop, transport=transport) as connector:
        first, second = await walk(connector)
        alone = await connector.get_order(OrderId(held.id))
    assert isinstance(first, Order)
    assert isinstance(second, Order)
    assert first.status is second.status is OrderStatus.ON_HOLD
    assert (first.internal_notes, second.internal_notes) == (
        "On hold: inventory out of stock",
        "Scheduled for 2026-05-01",
    )
    assert alone == first


@pytest.mark.parametrize("transport", BOTH)
async def test_where_very_many_orders_are_held_those_at_hand_are_asked_about(
    shop: FakeShopify, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.shopify.listing.holds.MOST_PAGES", 2)
    for _ in range(45):
        old = shop.book.add(modified_at=at(-1000))
        schedule(shop.shelves.of(old)[0], "2027-01-01")
    free, held, shipped = (shop.book.add(modified_at=at(minute)) for minute in (1, 2, 3))
    hold(shop.shelves.of(held)[0], "other")
    shop.book.set_status(shipped.id, OrderStatus.SHIPPED, at(3))
    async with open_shop(shop, transport=transport) as connector:
        told = {
            order.id: order.status for order in await walk(connector) if isinstance(order, Order)
        }
    assert told == {
        free.id: OrderStatus.PAID,
        held.id: OrderStatus.ON_HOLD,
        shipped.id: OrderStatus.SHIPPED,
    }
    assert sum(b"query States(" in seen.body for seen in shop.requests) == 1


async def test_auto_uses_rest_and_turns_to_graphql_once_the_shop_has_no_rest(
    shop: FakeShopify,
) -> None:
    order = shop.book.add(modified_at=at(1))
    async with open_shop(
        shop, transport="auto", holds=False, product_details=False, delivery_methods=False
    ) as connector:
        assert await ids(connector) == [order.id]
        assert shop.count("POST", "graphql") == 0
    shop.has_rest = False
    async with open_shop(shop, transport="auto") as connector:
        assert await ids(connector) == [order.id]
        assert await connector.count_orders(WINDOW) == 1
        assert (await connector.get_order(OrderId(order.id))).id == order.id
    assert shop.count("GET", "shop.json") == 2


async def test_goods_are_read_once_for_many_orders(shop: FakeShopify) -> None:
    for number in range(60):
        shop.book.add(modified_at=at(number / 10)).extra["lines"] = {"SKU-1": {"variant_id": 7}}
    shop.variants[7] = {"images": ["https://cdn.example/own.jpg"], "weight": (2, "KILOGRAMS")}
    async with open_shop(shop, transport="rest") as connector:
        found = await walk(connector)
        await walk(connector)
    assert sum(b"query Variants(" in seen.body for seen in shop.requests) == 1
    assert isinstance(found[0], Order)
    assert found[0].items[0].image_url == "https://cdn.example/own.jpg"
    weight = found[0].items[0].weight
    assert weight is not None
    assert weight.value == Decimal(2000)


async def test_without_the_right_to_products_orders_go_out_without_images(
    shop: FakeShopify,
) -> None:
    shop.book.add(modified_at=at(1))
    shop.scopes -= {"read_products"}
    async with open_shop(shop, transport="rest") as connector:
        (found,) = await walk(connector)
    assert isinstance(found, Order)
    assert found.items[0].image_url == ""
    assert found.items[0].weight is not None
