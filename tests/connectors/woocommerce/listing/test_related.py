"""What orders do not hold is fetched in batches, remembered, and never missed silently."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from connectors.errors import UnavailableError
from connectors.orders import Order, RejectedOrder
from connectors.testing.faults import Answer, Handler
from connectors.testing.shops.woocommerce import FakeWooCommerceShop, varied_orders
from connectors.testing.trial import QUICK, WINDOW, at, failure, walk
from tests.connectors.woocommerce.harness import open_woocommerce


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


async def orders(shop: FakeWooCommerceShop, **settings: Any) -> list[Order]:
    """All orders of the window, which must be readable."""
    async with open_woocommerce(shop, QUICK, **settings) as connector:
        found = await walk(connector)
    assert all(isinstance(order, Order) for order in found), [
        order for order in found if isinstance(order, RejectedOrder)
    ]
    return [order for order in found if isinstance(order, Order)]


async def test_a_page_of_orders_costs_one_request_for_its_products_and_the_next_page_none(
    shop: FakeWooCommerceShop,
) -> None:
    for number in range(60):
        shop.book.add(modified_at=at(number), lines=((f"S{number % 7}", 1), (f"S{number % 5}", 2)))
    found = await orders(shop, page_size=20)
    assert shop.count("GET", "/v3/products?") == 1
    assert all(
        item.weight is not None and item.weight.value == 250
        for order in found
        for item in order.items
    )


async def test_more_products_than_fit_one_request_come_in_several(
    shop: FakeWooCommerceShop,
) -> None:
    shop.book.add(modified_at=at(1), lines=tuple((f"S{number}", 1) for number in range(230)))
    (found,) = await orders(shop)
    assert shop.count("GET", "/v3/products?") == 3
    assert all(item.weight is not None for item in found.items)


async def test_variations_and_products_in_the_trash_are_found(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1), lines=(("A", 1), ("B", 1), ("C", 1)))
    shop.catalog.add(
        [{"id": 50, "weight": "9", "images": []}, {"id": 60, "weight": "7", "status": "trash"}]
    )
    shop.catalog.add_variations(50, [{"id": 51, "weight": "4"}])
    lines = [
        {"id": 1, "name": "variation", "product_id": 50, "variation_id": 51},
        {"id": 2, "name": "lost variation", "product_id": 50, "variation_id": 52},
        {"id": 3, "name": "in the trash", "product_id": 60},
        {"id": 4, "name": "gone", "product_id": 70, "variation_id": 71},
    ]
    order.extra["line_items"] = [
        {**line, "quantity": 1, "subtotal": "1", "total": "1"} for line in lines
    ]
    (found,) = await orders(shop)
    assert [(item.name, item.weight and item.weight.value) for item in found.items] == [
        ("variation", 4),
        ("lost variation", 9),
        ("in the trash", 7),
        ("gone", None),
    ]
    assert all(item.shippable for item in found.items)


async def test_a_shop_that_hides_its_units_gets_no_weights_rather_than_wrong_ones(
    shop: FakeWooCommerceShop,
) -> None:
    shop.book.add(modified_at=at(1))
    shop.traits.hides_settings = True
    (found,) = await orders(shop)
    assert found.items[0].weight is None


@pytest.mark.parametrize("lists", [True, False])
async def test_refunds_are_listed_at_once_or_asked_for_one_by_one_where_the_shop_has_no_list(
    shop: FakeWooCommerceShop, *, lists: bool
) -> None:
    shop.traits.lists_refunds = lists
    for number in range(12):
        order = shop.book.add(modified_at=at(number), lines=(("A", 3),))
        order.lines[0].refunded = number % 3
    found = await orders(shop)
    assert [order.items[0].quantity for order in found] == [3 - number % 3 for number in range(12)]
    assert shop.count("GET", "/wc/v3/refunds") == 1
    assert shop.count("GET", "/refunds") == (1 if lists else 9)


async def test_an_order_whose_refund_cannot_be_read_is_set_aside_and_not_shipped_in_full(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1), lines=(("A", 3),))
    order.lines[0].refunded = 1
    shop.faults.add(Answer(200, "[]"), path="/refunds", times=None)
    async with open_woocommerce(shop, QUICK) as connector:
        (found,) = await walk(connector)
    assert isinstance(found, RejectedOrder)
    assert found.reason.startswith("refunds[0]: expected a refund")


@pytest.mark.parametrize("turns", [True, False])
async def test_refunds_that_come_one_a_page_are_read_on_and_where_they_do_not_the_order_is_held(
    shop: FakeWooCommerceShop, *, turns: bool
) -> None:
    order = shop.book.add(modified_at=at(1), lines=(("A", 4),))
    known = {"meta_data": [{"key": "_refunded_item_id", "value": order.lines[0].id}]}
    rows = [{"id": number, "line_items": [{"quantity": -1} | known]} for number in (1, 2, 3)]
    order.extra["refunds"] = [{"id": row["id"], "total": "-10.00"} for row in rows]

    async def give_one(request: web.Request, handler: Handler) -> web.StreamResponse:  # noqa: ARG001
        first = int(request.query.get("offset", "0")) if turns else 0
        return web.json_response(rows[first : first + 1])

    shop.faults.add(give_one, path=f"/orders/{order.id}/refunds", times=None)
    async with open_woocommerce(shop, QUICK) as connector:
        (found,) = await walk(connector)
    if turns:
        assert isinstance(found, Order)
        assert found.items[0].quantity == 1
    else:
        assert isinstance(found, RejectedOrder)
        assert found.reason.startswith("refunds[1]: expected a refund that the shop shows")


async def test_private_notes_of_people_come_only_if_wanted(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1))
    shop.desk.notes[order.id] = [
        {
            "id": 4,
            "author": "Olga",
            "date_created_gmt": "2026-03-02T09:30:00",
            "note": "Fragile &amp; heavy",
            "customer_note": False,
        },
        {
            "id": 3,
            "author": "WooCommerce",
            "date_created_gmt": "2026-03-02T09:20:00",
            "note": "Order status changed",
            "customer_note": False,
        },
        {
            "id": 2,
            "author": "Olga",
            "date_created_gmt": "2026-03-02T09:10:00",
            "note": "On its way",
            "customer_note": True,
        },
        {
            "id": 1,
            "author": "Otto",
            "date_created_gmt": "2026-03-02T09:00:00",
            "note": "Call first",
            "customer_note": False,
        },
    ]
    (without,) = await orders(shop)
    assert without.internal_notes == ""
    assert shop.count("GET", "/notes") == 0
    (found,) = await orders(shop, internal_notes=True)
    assert found.internal_notes == "Fragile & heavy | Call first"


async def test_a_failure_beside_the_orders_fails_the_walk(shop: FakeWooCommerceShop) -> None:
    shop.book.add(modified_at=at(1))
    shop.faults.add(Answer(503), path="/products[?]", times=None)
    async with open_woocommerce(shop, QUICK) as connector:
        await failure(walk(connector), UnavailableError)


async def test_a_varied_order_book_is_the_same_for_the_same_seed_and_all_of_it_can_be_read(
    shop: FakeWooCommerceShop,
) -> None:
    assert list(varied_orders(7, 50, until=WINDOW.end)) == list(
        varied_orders(7, 50, until=WINDOW.end)
    )
    shop.stock(count=250, until=WINDOW.end)
    async with open_woocommerce(shop, QUICK) as connector:
        found = [order async for order in connector.list_orders(WINDOW)]
        week = await connector.count_orders(
            WINDOW.__class__(start=WINDOW.end.replace(day=1, month=2), end=WINDOW.end)
        )
    assert found
    assert week == 250
    assert all(isinstance(order, Order) for order in found)
