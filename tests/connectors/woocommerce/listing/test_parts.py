"""Parts of orders that a shop fails over for good: what is needed costs its order, decoration none,
and the shop is never left alone for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from connectors.interface import ConnectorContext, Remark
from connectors.orders import Order, RejectedOrder
from connectors.testing.faults import Answer, Handler
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import at, walk
from connectors.upstream.policy import UpstreamPolicy
from connectors.woocommerce import connector_type
from tests.connectors.woocommerce.harness import place, settings_for
from tests.connectors.woocommerce.listing.test_breakdown import break_over

# The usual breaker, without waits.
USUAL = UpstreamPolicy(rate=10_000, backoff=0.0001, patience=0.001)


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


async def read(
    shop: FakeWooCommerceShop, **settings: Any
) -> tuple[list[Order | RejectedOrder], list[Remark]]:
    """Two walks: what the second one gives, and all remarks."""
    remarks: list[Remark] = []
    context = ConnectorContext(store="test", upstream=USUAL, remark=remarks.append)
    async with connector_type.open(settings_for(shop, **settings), context) as connector:
        await walk(connector)
        return await walk(connector), remarks


async def test_a_row_of_orders_that_fail_does_not_make_us_leave_the_shop_alone(
    shop: FakeWooCommerceShop,
) -> None:
    placed = place(shop, 24)
    bad = placed[4:20]
    break_over(shop, *bad)
    found, _ = await read(shop, page_size=4)
    assert [order.id for order in found] == placed
    assert [order.id for order in found if isinstance(order, RejectedOrder)] == bad


@pytest.mark.parametrize("fault", ["refunds", "order"])
async def test_a_bad_order_that_is_alone_is_held_at_each_of_twenty_polls(
    shop: FakeWooCommerceShop, fault: str
) -> None:
    (bad,) = place(shop, 1)
    shop.book[bad].lines[0].refunded = 1
    if fault == "refunds":
        shop.faults.add(Answer(500), times=None, path="/refunds")
    else:
        break_over(shop, bad)
    context = ConnectorContext(store="test", upstream=USUAL)
    async with connector_type.open(settings_for(shop), context) as connector:
        for _ in range(20):
            (held,) = await walk(connector)
            assert isinstance(held, RejectedOrder)


@pytest.mark.parametrize("part", ["settings", "notes"])
async def test_decoration_that_fails_for_all_keeps_no_order_back(
    shop: FakeWooCommerceShop, part: str
) -> None:
    placed = place(shop, 24)
    shop.faults.add(Answer(500), times=None, path=f"/(orders/[0-9]+/)?{part}")
    found, remarks = await read(shop, page_size=4, internal_notes=True)
    assert [order.id for order in found if isinstance(order, Order)] == placed
    assert remarks


async def test_refunds_are_asked_for_one_by_one_where_their_list_fails(
    shop: FakeWooCommerceShop,
) -> None:
    for number in range(8):
        order = shop.book.add(modified_at=at(number), lines=[("A", 2)])
        order.lines[0].refunded = 1
    shop.faults.add(Answer(500), times=None, path="/v3/refunds")
    found, _ = await read(shop)
    assert [order.items[0].quantity for order in found if isinstance(order, Order)] == [1] * 8


def spoil_lists(shop: FakeWooCommerceShop, spoil: Any) -> None:
    """Do something to the text of each list of orders."""

    async def respond(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        assert isinstance(answer, web.Response)
        answer.text = spoil(answer.text or "")
        return answer

    shop.faults.add(respond, times=None, when=lambda seen: seen.path.endswith("/orders"))


async def test_rows_that_a_page_holds_twice_hide_no_order_of_a_second_longer_than_a_page(
    shop: FakeWooCommerceShop,
) -> None:
    placed = place(shop, 9, every=0)
    spoil_lists(shop, lambda text: text if text == "[]" else f"{text[:-1]},{text[1:]}")
    found, _ = await read(shop, page_size=2)
    assert sorted(order.id for order in found) == placed


async def test_a_row_that_cannot_be_read_is_held_in_a_second_longer_than_a_page_too(
    shop: FakeWooCommerceShop,
) -> None:
    placed = place(shop, 9, every=0)
    spoil_lists(shop, lambda text: text.replace(f'{{"id":{placed[3]},', '{"was":0,'))
    found, _ = await read(shop, page_size=2)
    assert {order.id for order in found if isinstance(order, Order)} == {*placed} - {placed[3]}
    assert any(isinstance(order, RejectedOrder) for order in found)
