"""A list that is closed before its end leaves no walk open and asks the shop for nothing more."""

from __future__ import annotations

import pytest

from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, WINDOW, at
from tests.connectors.generators import list_abandoned
from tests.connectors.woocommerce.harness import SMALL_PAGE, open_woocommerce, place


@pytest.mark.parametrize("way", ["by key", "by index", "within one second", "all open orders"])
async def test_a_list_that_is_closed_early_closes_all_walks_under_it(way: str) -> None:
    async with FakeWooCommerceShop() as shop:
        shop.traits.ignores_bounds = way == "by index"
        if way == "within one second":
            for _ in range(3 * SMALL_PAGE):
                shop.book.add(modified_at=at(1))
        else:
            place(shop, 3 * SMALL_PAGE)
        # Once a page and a half are out, the walk is in its innermost part.
        taken = SMALL_PAGE + SMALL_PAGE // 2
        async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
            with list_abandoned() as abandoned:
                orders = (
                    connector.list_open_orders()
                    if way == "all open orders"
                    else connector.list_orders(WINDOW)
                )
                for _ in range(taken):
                    await anext(orders)
                await orders.aclose()
                asked = len(shop.requests)
                del orders
        assert abandoned == []
        assert len(shop.requests) == asked
