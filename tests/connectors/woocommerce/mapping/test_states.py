"""Every state of an order is told: the trash, carts, statuses of plugins, orders that cannot be
read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from connectors.orders import Order, OrderStatus, RejectedOrder
from connectors.testing.faults import Answer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, WINDOW, at, ids, walk
from connectors.woocommerce import connector_type
from proxy.settings.models import StoreSettings
from proxy.stores import open_store
from tests.connectors.woocommerce.harness import SMALL_PAGE, open_woocommerce, place, settings_for


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


async def test_the_trash_comes_as_cancelled_in_the_order_of_changes(
    shop: FakeWooCommerceShop,
) -> None:
    placed = place(shop, 25, every=1)
    for order in placed[3:20:4]:
        shop.book.trash(order, at(30 + int(order) % 10))
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        found = await walk(connector)
        assert await connector.count_orders(WINDOW) == 25
    times = [order.modified_at for order in found]
    assert times == sorted(times, key=lambda moment: moment or datetime.min.replace(tzinfo=UTC))
    assert {
        order.id
        for order in found
        if isinstance(order, Order) and order.status is OrderStatus.CANCELLED
    } == set(placed[3:20:4])
    assert len(found) == 25


async def test_carts_that_were_never_ordered_are_left_out(shop: FakeWooCommerceShop) -> None:
    cart = shop.book.add(modified_at=at(1))
    cart.word = "checkout-draft"
    order = shop.book.add(modified_at=at(2))
    async with open_woocommerce(shop, QUICK) as connector:
        assert await ids(connector) == [order.id]


async def test_a_status_nobody_knows_holds_the_order_and_says_so(shop: FakeWooCommerceShop) -> None:
    shop.traits.extra_statuses = ("awaiting-pickup",)
    shop.book.add(modified_at=at(1)).word = "awaiting-pickup"
    async with open_woocommerce(shop, QUICK) as connector:
        (found,) = await walk(connector)
        opened = [order.id async for order in connector.list_open_orders()]
    assert isinstance(found, Order)
    assert (found.status, found.shop_status, found.status_known) == (
        OrderStatus.ON_HOLD,
        "awaiting-pickup",
        False,
    )
    assert opened == [found.id]


async def test_a_store_may_write_its_statuses_with_the_prefix_that_the_database_has(
    shop: FakeWooCommerceShop,
) -> None:
    given = {
        "credentials": {"username": "a", "password": "b"},
        "statuses": {"wc-awaiting-pickup": "on_hold", "Packed": "paid"},
    }
    settings = StoreSettings.model_validate({**given, "connector": settings_for(shop)})
    async with open_store("north", settings, connector_type) as store:
        assert store.settings.statuses == {
            "awaiting-pickup": OrderStatus.ON_HOLD,
            "packed": OrderStatus.PAID,
        }


async def test_one_order_that_is_no_order_at_all_is_set_aside(shop: FakeWooCommerceShop) -> None:
    good = (
        '{"id":7,"number":"7","status":"processing","currency":"USD",'
        '"date_created_gmt":"2026-03-02T09:01:00","date_modified_gmt":"2026-03-02T09:01:00",'
        '"total":"1.00","billing":[],"shipping":[],"line_items":[]}'
    )
    bad = good.replace('"id":7', '"id":8').replace('"number":"7"', '"number":{"a":1}')
    shop.faults.add(
        Answer(200, f"[{good},{bad},null]", headers={"X-WP-Total": "3"}), path="orders[?]status=any"
    )
    async with open_woocommerce(shop, QUICK) as connector:
        one, two = sorted(await walk(connector), key=lambda order: order.id, reverse=True)
    assert isinstance(two, Order)
    assert isinstance(one, RejectedOrder)
    assert (one.id, one.modified_at, one.reason) == (
        "8",
        at(1),
        "number: expected text or a number, found an object",
    )
