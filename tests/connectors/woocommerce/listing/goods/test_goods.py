"""Products and variations cost few requests, and remembered ones none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from aiohttp import web

from connectors.orders import Order
from connectors.testing.faults import Answer, Handler
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, walk
from connectors.upstream.policy import UpstreamPolicy
from tests.connectors.woocommerce.harness import open_woocommerce

_PARENTS = 61


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    """Orders of a hundred and twenty variations of sixty products, one order of each product."""
    async with FakeWooCommerceShop() as shop:
        for parent in range(1000, 1000 + _PARENTS):
            shop.catalog.add([{"id": parent, "weight": "900", "images": []}])
            shop.catalog.add_variations(
                parent, [{"id": parent + 1000, "weight": "4"}, {"id": parent + 2000, "weight": ""}]
            )
            order = shop.book.add(modified_at=at((parent - 1000) / 10), lines=(("A", 1), ("B", 1)))
            order.extra["line_items"] = [
                {
                    "id": place,
                    "name": "shirt",
                    "product_id": parent,
                    "variation_id": parent + place * 1000,
                    "quantity": 1,
                    "subtotal": "1",
                    "total": "1",
                }
                for place in (1, 2)
            ]
        yield shop


async def weigh(
    shop: FakeWooCommerceShop, policy: UpstreamPolicy = QUICK, **settings: Any
) -> list[list[int]]:
    """The weights of all orders' lines."""
    async with open_woocommerce(shop, policy, **settings) as connector:
        found = await walk(connector)
    orders = [order for order in found if isinstance(order, Order)]
    assert len(orders) == len(found) == _PARENTS
    return [
        [int(item.weight.value) if item.weight else 0 for item in order.items] for order in orders
    ]


@pytest.mark.parametrize(
    ("namespaces", "lists", "by_product"),
    [
        (("wc/v3", "wc-analytics"), 2, 0),
        (("wc-analytics",), 4, 0),
        ((), 4, _PARENTS),
    ],
)
async def test_variations_of_many_products_come_a_hundred_at_a_time_where_the_shop_has_a_list(
    shop: FakeWooCommerceShop, namespaces: tuple[str, ...], lists: int, by_product: int
) -> None:
    shop.traits.variation_lists = namespaces
    assert await weigh(shop) == [[4, 900]] * _PARENTS
    assert shop.count("GET", "/variations?") == lists + by_product
    assert shop.count("GET", "/products/") == by_product


async def test_a_list_of_all_variations_that_fails_is_done_without(
    shop: FakeWooCommerceShop,
) -> None:
    shop.faults.add(Answer(500), path="/(v3|wc-analytics)/variations", times=None)
    assert await weigh(shop) == [[4, 900]] * _PARENTS


async def test_lists_of_products_and_variations_that_are_cut_short_leave_none_out(
    shop: FakeWooCommerceShop,
) -> None:
    # A signature would cover what this shop ignores.
    shop.access.https = True

    async def cut(request: web.Request, handler: Handler) -> web.StreamResponse:
        short = request.rel_url.update_query(per_page="40")
        return await handler(request.clone(rel_url=short))

    shop.faults.add(cut, path=r"/(products|variations)\?", times=None)
    assert await weigh(shop, auth="basic") == [[4, 900]] * _PARENTS


async def test_variations_that_are_too_large_together_are_asked_for_in_halves(
    shop: FakeWooCommerceShop,
) -> None:
    fitting, limit = 20, 1024 * 1024
    batches: list[int] = []

    async def swell(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        batches.append(len(request.query["include"].split(",")))
        if batches[-1] > fitting and isinstance(response, web.Response):
            response.text = (response.text or "") + " " * limit
        return response

    shop.faults.add(swell, path="/(v3|wc-analytics)/variations", times=None)
    policy = msgspec.structs.replace(QUICK, largest_answer=limit)
    assert await weigh(shop, policy) == [[4, 900]] * _PARENTS
    assert max(batches) > fitting >= min(batches)


async def test_a_list_of_all_variations_that_ignores_which_are_meant_is_seen_through(
    shop: FakeWooCommerceShop,
) -> None:
    other = '[{"id": 7, "weight": "1", "images": []}]'
    shop.faults.add(Answer(200, other), path="/(v3|wc-analytics)/variations", times=None)
    assert await weigh(shop) == [[4, 900]] * _PARENTS


async def test_a_page_of_orders_costs_the_fewest_requests_that_it_can(
    shop: FakeWooCommerceShop,
) -> None:
    for number, order in enumerate(shop.book):
        if number % 3 == 0:
            order.lines[0].refunded = 1
    await weigh(shop)
    asked = [seen.path.removeprefix("/wp-json/wc/v3/") for seen in shop.requests]
    once = ["settings/products"]
    # The list and the trash, a row that shows once whether the shop counts, and what belongs to
    # orders.
    assert sorted(asked) == sorted(
        [*once, "orders", "orders", "orders", "refunds", "products", "variations", "variations"]
    )
