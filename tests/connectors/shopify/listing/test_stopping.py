"""A list that is closed before its end leaves no walk open and asks the shop for nothing more."""

from __future__ import annotations

import pytest

from connectors.testing.trial import WINDOW, at
from tests.connectors.generators import list_abandoned
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import open_shop


@pytest.mark.parametrize("transport", ["rest", "graphql"])
@pytest.mark.parametrize("way", ["in the shop's order", "in our order", "all open orders"])
async def test_a_list_that_is_closed_early_closes_all_walks_under_it(
    transport: str, way: str
) -> None:
    async with FakeShopify() as shop:
        for number in range(130):
            shop.book.add(modified_at=at(number / 10))
        shop.shuffles = way == "in our order"
        async with open_shop(shop, transport=transport, page_size=10) as connector:
            with list_abandoned() as abandoned:
                orders = (
                    connector.list_open_orders()
                    if way == "all open orders"
                    else connector.list_orders(WINDOW)
                )
                for _ in range(15):
                    await anext(orders)
                await orders.aclose()
                asked = len(shop.requests)
                del orders
        assert abandoned == []
        assert len(shop.requests) == asked
