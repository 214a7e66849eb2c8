"""A shop that breaks down while it shows certain orders, as with a plugin that fails over them."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from connectors.errors import UnavailableError
from connectors.orders import RejectedOrder
from connectors.testing.faults import Handler
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, failure, walk
from tests.connectors.woocommerce.harness import open_woocommerce, place


def break_over(shop: FakeWooCommerceShop, *bad: str) -> None:
    """Showing one of these orders whole ends in a fatal error."""

    async def break_down(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        shown = (
            json.loads(answer.body)
            if isinstance(answer, web.Response) and isinstance(answer.body, bytes)
            else []
        )
        broken = isinstance(shown, list) and any(
            str(order.get("id")) in bad and "status" in order for order in shown
        )
        return (
            web.json_response(
                {"message": "There has been a critical error on this website."}, status=500
            )
            if broken
            else answer
        )

    shop.faults.add(break_down, times=None, when=lambda seen: seen.path.endswith("/orders"))


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("hidden", [False, True])
async def test_one_order_that_breaks_the_shop_is_set_aside_and_the_others_come(
    *, refused: bool, hidden: bool
) -> None:
    async with FakeWooCommerceShop() as shop:
        shop.traits.refuses_modified_order, shop.traits.hides_totals = refused, hidden
        placed = place(shop, 40)
        break_over(shop, placed[17])
        async with open_woocommerce(shop, QUICK) as connector:
            found = await walk(connector)
    assert [order.id for order in found] == placed
    (aside,) = [order for order in found if isinstance(order, RejectedOrder)]
    assert (aside.id, "fails over this order" in aside.reason) == (placed[17], True)


async def test_a_shop_that_breaks_down_over_more_than_one_order_of_a_page_counts_as_down() -> None:
    async with FakeWooCommerceShop() as shop:
        placed = place(shop, 40)
        break_over(shop, placed[17], placed[18])
        async with open_woocommerce(shop, QUICK) as connector:
            await failure(walk(connector), UnavailableError)
