"""A row that breaks the JSON of a list is held with its id by every connector, and costs no
other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from connectors.interface import Connector
from connectors.orders import Order, RejectedOrder
from connectors.testing.faults import Handler
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_shop import TOKEN, FakeJsonShop, Style
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, walk
from tests.connectors.generic_json.shops import connected
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import open_shop
from tests.connectors.woocommerce.harness import open_woocommerce

LOGIN = {"auth": {"kind": "bearer", "token": TOKEN}}
_TIMES = ("updated_at", "updatedAt", "date_modified_gmt", "changed")
Opener = Callable[[Any], AbstractAsyncContextManager[Connector]]
SHOPS: dict[str, tuple[Callable[[], FakeShop], Opener]] = {
    "woocommerce": (FakeWooCommerceShop, lambda shop: open_woocommerce(shop, QUICK)),
    "shopify by REST": (FakeShopify, lambda shop: open_shop(shop, transport="rest")),
    "shopify by GraphQL": (FakeShopify, lambda shop: open_shop(shop, transport="graphql")),
    **{
        f"generic_json by {style}": (
            partial(FakeJsonShop, style),
            lambda shop: connected(shop, LOGIN, shop.style),
        )
        for style in (Style.PAGE, Style.LINK, Style.CURSOR, Style.KEYSET, Style.GRAPHQL)
    },
}


def break_row(value: Any, bad: str) -> bool:
    """Put into each row of this id what `garble` turns into nonsense; whether there was one."""
    if isinstance(value, list):
        return any(break_row(each, bad) for each in value)
    if not isinstance(value, dict):
        return False
    if str(value.get("id", "")).rpartition("/")[2] == bad and any(word in value for word in _TIMES):
        value["__broken__"] = 1
        return True
    return any(break_row(each, bad) for each in value.values())


def break_lists(shop: FakeShop, bad: str) -> None:
    """Each list that holds this order breaks off its JSON behind the order's last member."""

    async def garble(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        assert isinstance(response, web.Response)
        assert isinstance(response.body, bytes)
        document = json.loads(response.body)
        if break_row(document, bad):
            response.body = json.dumps(document).replace('"__broken__": 1', '"x" 1').encode()
        return response

    shop.faults.add(garble, times=None)


@pytest.mark.parametrize("name", SHOPS)
async def test_a_row_that_breaks_the_list_is_held_and_the_others_come(name: str) -> None:
    make_shop, open_connector = SHOPS[name]
    async with make_shop() as shop:
        placed = [shop.book.add(modified_at=at(number)).id for number in range(5)]
        break_lists(shop, placed[2])
        async with open_connector(shop) as connector:
            found = await walk(connector)
    assert sorted(one.id for one in found) == sorted(placed)
    (held,) = [one for one in found if isinstance(one, RejectedOrder)]
    assert held.id == placed[2]
    # Of a row by GraphQL that cannot be read no time is known.
    assert held.modified_at == (None if name.endswith("GraphQL") else at(2))
    assert "row 3 is broken: JSON is malformed" in held.reason
    assert sum(isinstance(one, Order) for one in found) == 4
