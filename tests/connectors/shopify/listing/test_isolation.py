"""One bad part costs one order, over both of Shopify's APIs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from connectors.errors import UnavailableError
from connectors.interface import Remark
from connectors.orders import OrderId, RejectedOrder
from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import at, failure, ids, walk
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.listing.pages import BOTH, is_page, place, rows_of, shop
from tests.connectors.shopify.shops import open_shop

__all__ = ["shop"]


def breaks_over(numbers: set[str]) -> Callable[[SeenRequest], bool]:
    """Whether an answer would hold a broken order whole."""

    def is_broken(seen: SeenRequest) -> bool:
        if b"query Stamps" in seen.body or seen.query.get("fields") == "id,updated_at":
            return False
        if seen.path.endswith(".json") and "/orders/" in seen.path:
            return seen.path.rpartition("/")[2].removesuffix(".json") in numbers
        if "ids" in seen.query:
            return bool(numbers & set(seen.query["ids"].split(",")))
        if b"query OrdersById(" in seen.body:
            return any(b'Order/%s"' % number.encode() in seen.body for number in numbers)
        return is_page(seen)

    return is_broken


@pytest.mark.parametrize("transport", BOTH)
@pytest.mark.parametrize("bad", [1, 2, 9])
async def test_orders_over_which_the_shop_fails_are_held_and_the_rest_goes_out(
    shop: FakeShopify, transport: str, bad: int
) -> None:
    placed = place(shop, 30)
    broken = set(placed[3 : 3 + bad])
    shop.faults.add(
        Answer(500, '{"errors":"Internal Server Error"}'), when=breaks_over(broken), times=None
    )
    async with open_shop(shop, transport=transport, page_size=20, holds=False) as connector:
        for _ in range(2):
            found = {order.id: order for order in await walk(connector)}
            assert sorted(found) == placed
            held = {key for key, order in found.items() if isinstance(order, RejectedOrder)}
            assert held == broken
            reason = found[OrderId(placed[3])]
            assert isinstance(reason, RejectedOrder)
            assert "500" in reason.reason
            assert ("orders/1004.json" if transport == "rest" else "graphql.json") in reason.reason
        shop.faults.clear()
        assert not [one for one in await walk(connector) if isinstance(one, RejectedOrder)]


@pytest.mark.parametrize("transport", BOTH)
@pytest.mark.parametrize("fault", ["order", "delivery methods"])
async def test_a_bad_order_that_is_alone_is_held_at_each_of_twenty_polls(
    shop: FakeShopify, transport: str, fault: str
) -> None:
    placed = place(shop, 1)
    when = breaks_over({*placed}) if fault == "order" else lambda seen: b"Routes(" in seen.body
    shop.faults.add(Answer(500, "{}"), when=when, times=None)
    async with open_shop(shop, transport=transport, holds=False) as connector:
        for _ in range(20):
            (held,) = await walk(connector)
            assert isinstance(held, RejectedOrder)


@pytest.mark.parametrize("transport", BOTH)
async def test_a_shop_that_goes_down_while_slices_are_read_is_an_outage(
    shop: FakeShopify, transport: str
) -> None:
    place(shop, 6)
    shop.faults.add(Answer(500, "{}"), when=is_page, times=None)

    def go_down(seen: SeenRequest) -> None:
        if "since_id" in seen.query or b"query Stamps" in seen.body:
            stamps.append(seen)
            if len(stamps) == 2:
                shop.faults.add(Answer(503, "{}"), when=lambda _: True, times=None)

    stamps: list[SeenRequest] = []
    shop.on_request.append(go_down)
    async with open_shop(shop, transport=transport, page_size=10, holds=False) as connector:
        await failure(walk(connector), UnavailableError)


async def test_a_node_that_shopify_gives_as_null_with_an_error_is_held_with_its_words(
    shop: FakeShopify,
) -> None:
    placed = place(shop, 3)
    gid = f"gid://shopify/Order/{placed[1]}"

    def fail_node(told: Any, _response: web.Response) -> None:
        nodes = (
            told["data"]["orders"]["nodes"] if "orders" in told["data"] else told["data"]["nodes"]
        )
        root = ["orders", "nodes"] if "orders" in told["data"] else ["nodes"]
        for number, node in enumerate(nodes):
            if node and node["id"] == gid:
                nodes[number] = None
                fault = {"message": "Something broke", "path": [*root, number]}
                told["errors"] = [{**fault, "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]

    shop.changes.append((lambda seen: b"fragment order" in seen.body, fail_node))
    async with open_shop(shop, transport="graphql") as connector:
        found = {order.id: order for order in await walk(connector)}
    assert sorted(found) == placed
    held = found[OrderId(placed[1])]
    assert isinstance(held, RejectedOrder)
    assert "Something broke" in held.reason


async def test_a_field_that_failed_holds_its_order_unless_it_is_worth_less(
    shop: FakeShopify,
) -> None:
    placed = place(shop, 2)

    def fail_fields(told: Any, _response: web.Response) -> None:
        rows = rows_of(told)
        rows[0]["shippingAddress"] = rows[1]["customer"] = None
        told["errors"] = [
            {"message": "It broke", "path": ["orders", "nodes", 0, "shippingAddress"]},
            {"message": "It broke", "path": ["orders", "nodes", 1, "customer"]},
        ]

    shop.changes.append((lambda seen: b"query Orders(" in seen.body, fail_fields))
    async with open_shop(shop, transport="graphql") as connector:
        first, second = await walk(connector)
    assert isinstance(first, RejectedOrder)
    assert first.reason == "orders.nodes.shippingAddress: Shopify answered: It broke"
    assert second.id == placed[1]
    assert not isinstance(second, RejectedOrder)


@pytest.mark.parametrize("fault", ["cut", "circle", "500"])
async def test_lines_that_cannot_be_read_on_cost_their_order_alone(
    shop: FakeShopify, fault: str
) -> None:
    long = shop.book.add(modified_at=at(1), lines=[(f"S{number}", 1) for number in range(60)])
    short = shop.book.add(modified_at=at(2))
    if fault == "500":
        shop.faults.add(Answer(500, "{}"), when=lambda seen: b"MoreLines(" in seen.body, times=None)

    def mislead(told: Any, _response: web.Response) -> None:
        info = told["data"]["order"]["lineItems"]["pageInfo"]
        info |= {"hasNextPage": True, "endCursor": None if fault == "cut" else "000000004"}

    shop.changes.append((lambda seen: b"MoreLines(" in seen.body and fault != "500", mislead))
    async with open_shop(shop, transport="graphql") as connector:
        first, second = await walk(connector)
    assert isinstance(first, RejectedOrder)
    assert first.id == long.id
    assert first.reason.startswith("lines: ")
    assert second.id == short.id


@pytest.mark.parametrize("transport", BOTH)
async def test_holds_that_cannot_be_listed_are_asked_for_order_by_order(
    shop: FakeShopify, transport: str
) -> None:
    placed = place(shop, 4)
    shop.faults.add(Answer(500, "{}"), when=lambda seen: b"Held" in seen.body, times=None)
    bad = b'Order/%s"' % placed[2].encode()
    shop.faults.add(
        Answer(500, "{}"),
        when=lambda seen: b"query States" in seen.body and bad in seen.body,
        times=None,
    )
    async with open_shop(shop, transport=transport) as connector:
        found = await walk(connector)
    assert [order.id for order in found] == placed
    held = [order for order in found if isinstance(order, RejectedOrder)]
    assert [order.id for order in held] == [placed[2]]
    assert held[0].reason.startswith("holds: ")
    assert "500" in held[0].reason


@pytest.mark.parametrize("transport", BOTH)
async def test_a_held_row_that_is_null_costs_nothing(shop: FakeShopify, transport: str) -> None:
    placed = place(shop, 3)

    def spoil(told: Any, _response: web.Response) -> None:
        told["data"]["fulfillmentOrders"]["nodes"] = [None]

    shop.changes.append((lambda seen: b"query Held" in seen.body, spoil))
    async with open_shop(shop, transport=transport) as connector:
        assert await ids(connector) == placed


@pytest.mark.parametrize("bad", [1, 60])
async def test_orders_go_out_without_what_their_products_cannot_show(
    shop: FakeShopify, bad: int
) -> None:
    placed = place(shop, 60)
    broken = [
        b'ProductVariant/%d"' % (8_000_000 + int(shop.book[key].lines[0].id))
        for key in placed[:bad]
    ]
    shop.faults.add(
        Answer(500, "{}"),
        when=lambda seen: (
            b"query Variants" in seen.body and any(one in seen.body for one in broken)
        ),
        times=None,
    )
    said: list[Remark] = []
    async with open_shop(shop, transport="rest", remark=said.append) as connector:
        found = await walk(connector)
        assert [order.id for order in found] == placed
        assert not [order for order in found if isinstance(order, RejectedOrder)]
        asked = shop.count("POST", "graphql.json")
        await walk(connector)
        assert shop.count("POST", "graphql.json") == asked + 1, "what failed is asked for too soon"
    images = [
        bool(order.items[0].image_url) for order in found if not isinstance(order, RejectedOrder)
    ]
    assert images == [False] * bad + [True] * (60 - bad)
    assert said
    assert "go out without image" in said[0].text
