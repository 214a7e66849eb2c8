"""A list that is closed before its end leaves no walk open and asks the shop for nothing more."""

import pytest

from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.testing.trial import WINDOW, at
from tests.connectors.generators import list_abandoned
from tests.connectors.generic_json.shops import connected

ORDERS = 30
TAKEN = 13
AUTH = {"auth": {"kind": "bearer", "token": "sesame-opens-the-shop"}}


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("way", ["page by page", "once all are known", "all open orders"])
async def test_a_list_that_is_closed_early_closes_all_walks_under_it(
    way: str, style: Style
) -> None:
    changes = {**AUTH, "orders": {"sorted": way == "page by page"}}
    async with FakeJsonShop(style) as shop:
        for number in range(ORDERS):
            shop.book.add(modified_at=at(number % 5))
        async with connected(shop, changes, style) as connector:
            with list_abandoned() as abandoned:
                orders = (
                    connector.list_open_orders()
                    if way == "all open orders"
                    else connector.list_orders(WINDOW)
                )
                for _ in range(TAKEN):
                    await anext(orders)
                await orders.aclose()
                asked = len(shop.requests)
                del orders
        assert abandoned == []
        assert len(shop.requests) == asked
