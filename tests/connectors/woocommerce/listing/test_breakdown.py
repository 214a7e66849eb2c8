"""A shop that breaks down while it shows certain orders, as with a plugin that fails over them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from aiohttp import web

from connectors.errors import UnavailableError
from connectors.orders import Order, RejectedOrder
from connectors.testing.faults import Handler
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, WINDOW, failure, walk
from tests.connectors.woocommerce.harness import open_woocommerce, place


def break_over(shop: FakeWooCommerceShop, *bad: str, whole: bool = True) -> None:
    """Showing one of these orders ends in a fatal error; `whole`: not if its id alone is asked
    for.
    """

    async def break_down(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        shown = (
            json.loads(answer.body)
            if isinstance(answer, web.Response) and isinstance(answer.body, bytes)
            else []
        )
        broken = isinstance(shown, list) and any(
            str(order.get("id")) in bad and ("status" in order or not whole) for order in shown
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


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("bad", [range(1), range(6), range(17, 19), range(3, 36), range(1, 40, 2)])
async def test_however_many_orders_break_the_shop_the_others_come(
    *, bad: range, hidden: bool
) -> None:
    async with FakeWooCommerceShop() as shop:
        shop.traits.hides_totals = hidden
        placed = place(shop, 40)
        break_over(shop, *(placed[number] for number in bad))
        async with open_woocommerce(shop, QUICK) as connector:
            found = await walk(connector)
    assert [order.id for order in found] == placed
    aside = [order.id for order in found if isinstance(order, RejectedOrder)]
    assert aside == [placed[number] for number in bad]


async def test_the_only_order_of_a_window_is_set_aside_if_the_shop_shows_others() -> None:
    async with FakeWooCommerceShop() as shop:
        shop.book.add(modified_at=WINDOW.start - timedelta(days=3))
        (bad,) = place(shop, 1)
        break_over(shop, bad)
        async with open_woocommerce(shop, QUICK) as connector:
            (found,) = await walk(connector)
    assert isinstance(found, RejectedOrder)
    assert (found.id, "500" in found.reason) == (bad, True)


async def test_orders_of_which_not_even_the_id_can_be_listed_cost_no_other() -> None:
    async with FakeWooCommerceShop() as shop:
        placed = place(shop, 40)
        break_over(shop, placed[5], placed[6], placed[30], whole=False)
        async with open_woocommerce(shop, QUICK) as connector:
            found = await walk(connector)
    assert [order.id for order in found if isinstance(order, Order)] == [
        order for order in placed if order not in {placed[5], placed[6], placed[30]}
    ]
    assert any(isinstance(order, RejectedOrder) for order in found)


@pytest.mark.parametrize(("bad", "number"), [(1, 2), (1, 12), (2, 3), (9, 10)])
async def test_the_first_orders_of_the_shop_cost_no_other_though_not_even_their_ids_can_be_listed(
    bad: int, number: int
) -> None:
    async with FakeWooCommerceShop() as shop:
        placed = place(shop, number)
        break_over(shop, *placed[:bad], whole=False)
        async with open_woocommerce(shop, QUICK) as connector:
            found = await walk(connector)
    assert [order.id for order in found if isinstance(order, Order)] == placed[bad:]
    assert len([order for order in found if isinstance(order, RejectedOrder)]) == bad


async def test_a_shop_that_fails_over_each_list_of_an_order_and_answers_others_is_told_so() -> None:
    async with FakeWooCommerceShop() as shop:
        placed = place(shop, 12)
        break_over(shop, *placed, whole=False)
        async with open_woocommerce(shop, QUICK) as connector:
            error = await failure(walk(connector), UnavailableError)
    assert "fails over each list that holds an order, and answers other reads" in str(error)
