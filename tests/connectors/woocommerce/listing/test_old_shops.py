"""Shops too old to filter or sort by change, or kept from it by a plugin, still give the
window.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, WINDOW, at, ids
from tests.connectors.woocommerce.harness import SMALL_PAGE, lists, open_woocommerce, place


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


async def test_a_shop_too_old_to_filter_gives_the_window_and_nothing_else(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.ignores_bounds = True
    long_ago = [
        shop.book.add(modified_at=WINDOW.start - timedelta(days=day + 1)).id for day in range(40)
    ]
    placed = place(shop, 25)
    shop.book.add(modified_at=WINDOW.end + timedelta(hours=5))
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        found = await ids(connector)
        assert await connector.count_orders(WINDOW) is None
    assert found == placed
    assert not set(long_ago) & set(found)


async def test_a_shop_too_old_to_filter_is_read_from_the_newest_change_and_no_further_than_needed(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.ignores_bounds = True
    for day in range(300):
        shop.book.add(modified_at=WINDOW.start - timedelta(days=day + 1))
    placed = place(shop, 12)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        assert await ids(connector) == placed
    assert len(lists(shop)) < 10


@pytest.mark.parametrize("filters", [True, False])
async def test_a_shop_that_refuses_to_sort_by_change_is_read_by_id(
    shop: FakeWooCommerceShop, *, filters: bool
) -> None:
    shop.traits.refuses_modified_order = True
    shop.traits.ignores_bounds = not filters
    placed = [shop.book.add(modified_at=at(60 - number)).id for number in range(25)]
    shop.book.add(modified_at=WINDOW.start - timedelta(days=3))
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        assert await ids(connector) == placed[::-1]


async def test_a_shop_whose_plugin_undoes_the_sorting_loses_nothing(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.unsorted = True
    placed = place(shop, 35)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        assert await ids(connector) == placed


async def test_a_crowd_that_goes_to_the_trash_of_a_shop_too_old_to_filter_hides_no_other_order(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.ignores_bounds = True
    placed = place(shop, 6 * SMALL_PAGE)
    leaving = set(placed[3 * SMALL_PAGE :])

    def leave(seen: SeenRequest) -> None:
        while leaving and seen.query.get("offset") == "5" and seen.query.get("order") == "desc":
            shop.book.delete(leaving.pop())

    shop.on_request.append(leave)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        assert await ids(connector) == placed[: 3 * SMALL_PAGE]
