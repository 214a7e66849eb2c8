"""A page of orders costs as few requests as it can, side by side as far as they can be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing

import msgspec
import pytest

from connectors.interface import Connector, ConnectorContext, Memory
from connectors.orders import Window
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, WINDOW, at
from connectors.woocommerce import connector_type
from tests.connectors.rounds import expect_rounds
from tests.connectors.woocommerce.harness import settings_for
from tests.storage.memory_shops import MemoryMemory

POLICY = msgspec.structs.replace(QUICK, concurrency=8)
_PAGE, _SECOND = 100, 2


def stock(shop: FakeWooCommerceShop, orders: int, *, deleted: int = 0, apart: bool = False) -> None:
    """Orders of a variation and a simple product each, a product for each of a hundred orders, or
    two where they are `apart`; every fifth order has a refund.
    """
    for number in range(1000 + deleted, 1000 + _PAGE):
        shop.catalog.add(
            [{"id": one, "weight": "900", "images": []} for one in (number, number + 5000)]
        )
        shop.catalog.add_variations(number, [{"id": number + 1000, "weight": "4"}])
    for place in range(orders):
        order = shop.book.add(modified_at=at(place / 20), lines=(("A", 2), ("B", 1)))
        number = 1000 + place % _PAGE
        order.extra["line_items"] = [
            {
                "id": line,
                "name": "shirt",
                "product_id": number + (5000 if apart and line == _SECOND else 0),
                "variation_id": variation,
                "quantity": 2,
                "subtotal": "1",
                "total": "1",
            }
            for line, variation in ((1, number + 1000), (_SECOND, 0))
        ]
        order.lines[0].refunded = int(place % 5 == 0)


async def take_page(connector: Connector) -> None:
    """The first hundred orders of the window."""
    count = 0
    async with aclosing(connector.list_orders(WINDOW)) as orders:
        async for _ in orders:
            count += 1
            if count == _PAGE:
                return
    assert count


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


def open_again(shop: FakeWooCommerceShop, memory: Memory) -> AbstractAsyncContextManager[Connector]:
    """As a process opens it when it starts."""
    context = ConnectorContext(store="test", upstream=POLICY, memory=memory)
    return connector_type.open(settings_for(shop), context)


async def meet(shop: FakeWooCommerceShop, memory: Memory) -> None:
    """A process that learns the shop's units, that it counts, and one product."""
    order = shop.book.add(modified_at=at(-600))
    other = shop.book.add(modified_at=at(-600))
    window = Window(start=at(-601), end=at(-599))
    async with open_again(shop, memory) as connector:
        assert {one.id async for one in connector.list_orders(window)} == {order.id, other.id}


@pytest.mark.parametrize("apart", [False, True])
async def test_a_cold_page_takes_the_list_and_the_trash_and_then_at_once_what_belongs_to_it(
    shop: FakeWooCommerceShop, *, apart: bool
) -> None:
    memory = MemoryMemory()
    await meet(shop, memory)
    stock(shop, 160, apart=apart)
    # The next page of the list, refunds, variations, and products by the hundred.
    expected = expect_rounds(shop, 2, 5 if apart else 4)
    async with open_again(shop, memory) as connector, expected:
        await take_page(connector)


async def test_deleted_products_and_variations_take_one_request_more_for_a_hundred(
    shop: FakeWooCommerceShop,
) -> None:
    memory = MemoryMemory()
    await meet(shop, memory)
    stock(shop, 160, deleted=20)
    async with open_again(shop, memory) as connector, expect_rounds(shop, 2, 4, 2):
        await take_page(connector)


@pytest.mark.parametrize("again", [False, True])
async def test_a_warm_page_takes_one_round_after_a_restart_too(
    shop: FakeWooCommerceShop, *, again: bool
) -> None:
    memory = MemoryMemory()
    await meet(shop, memory)
    stock(shop, 99, deleted=20)
    async with open_again(shop, memory) as connector:
        await take_page(connector)
        if not again:
            async with expect_rounds(shop, 2):
                await take_page(connector)
    # Refunds are known to one process alone.
    async with open_again(shop, memory) as connector, expect_rounds(shop, 2, 1):
        await take_page(connector)


async def test_refunds_of_a_shop_without_a_list_of_them_take_a_request_for_each_order(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.lists_refunds = False
    stock(shop, 99)
    async with open_again(shop, MemoryMemory()) as connector:
        await take_page(connector)
        assert shop.count("GET", "/refunds?") == 1 + 20


async def test_an_empty_window_takes_the_list_and_the_trash_side_by_side(
    shop: FakeWooCommerceShop,
) -> None:
    async with open_again(shop, MemoryMemory()) as connector, expect_rounds(shop, 2):
        assert [one async for one in connector.list_orders(WINDOW)] == []
