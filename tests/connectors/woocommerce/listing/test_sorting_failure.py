"""A shop that fails whenever it is to sort by last change is still read; one that is down is
not taken for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from connectors.errors import UnavailableError
from connectors.interface import CheckLevel
from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, WINDOW, at, failure, ids, walk
from connectors.upstream.policy import UpstreamPolicy
from connectors.woocommerce.listing.habits import ShopHabits
from tests.connectors.woocommerce.harness import open_woocommerce

# As a store has it if its settings say nothing, but for the waits.
USUAL = msgspec.structs.replace(UpstreamPolicy(), rate=10_000, backoff=0.001, patience=0.05)


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


def asked_anywhere(shop: FakeWooCommerceShop, by: str) -> list[SeenRequest]:
    """The requests for lists that were to be sorted like this."""
    return [
        seen
        for seen in shop.requests
        if seen.path.endswith("/orders") and seen.query.get("orderby") == by
    ]


def asked(shop: FakeWooCommerceShop, by: str) -> list[SeenRequest]:
    """Those of them outside the trash."""
    return [seen for seen in asked_anywhere(shop, by) if seen.query.get("status") == "any"]


@pytest.mark.parametrize("filters", [True, False])
@pytest.mark.parametrize("size", [10, 100])
async def test_every_order_of_the_window_comes_oldest_change_first(
    shop: FakeWooCommerceShop, *, filters: bool, size: int
) -> None:
    shop.traits.fails_on_modified_order = True
    shop.traits.ignores_bounds = not filters
    placed = [shop.book.add(modified_at=at(60 - number)).id for number in range(25)]
    binned = shop.book.add(modified_at=at(1))
    shop.book.trash(binned.id, at(61))
    shop.book.add(modified_at=WINDOW.start - timedelta(days=3))
    async with open_woocommerce(shop, USUAL, page_size=size) as connector:
        assert await ids(connector) == [*placed[::-1], binned.id]


async def test_open_orders_and_the_check_do_without_sorting(shop: FakeWooCommerceShop) -> None:
    shop.traits.fails_on_modified_order = True
    placed = [shop.book.add(modified_at=at(number)).id for number in range(3)]
    async with open_woocommerce(shop, QUICK) as connector:
        assert [order.id async for order in connector.list_open_orders()] == placed
        report = await connector.check()
    (said,) = [found.what for found in report.findings if found.level is not CheckLevel.OK]
    assert said.startswith("The shop fails when it is to sort orders by their last change")
    assert report.healthy


async def test_a_shop_that_only_fails_to_sort_newest_first_is_read_by_id(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.ignores_bounds = True
    old = [
        shop.book.add(modified_at=WINDOW.start - timedelta(days=day + 1)).id for day in range(15)
    ]
    placed = [shop.book.add(modified_at=at(number)).id for number in range(15)]
    shop.faults.add(Answer(500), path="orderby=modified&order=desc", times=None)
    async with open_woocommerce(shop, QUICK, page_size=10) as connector:
        found = await ids(connector)
    assert found == placed
    assert not set(old) & set(found)


async def test_the_whole_walk_is_asked_once_whether_it_is_the_sorting(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.fails_on_modified_order = True
    shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        await walk(connector)
    # Four sizes and one list of ids and times, each tried three times, by whichever of the list and
    # the trash fails first, and the first size of the other; then never again in this walk.
    assert len(asked_anywhere(shop, "modified")) == 6 * QUICK.attempts
    # Whether the shop answers at all, whether it is the sorting, and then ids and orders in pages
    # as large as ever, but for the row that shows whether the shop counts.
    sizes = [seen.query["per_page"] for seen in asked_anywhere(shop, "id")]
    assert sizes[:2] == ["1", "10"]
    assert set(sizes[2:]) == {"1", "100"}
    assert sizes[2:].count("1") == 1


async def test_what_one_walk_found_out_the_next_ones_heed(shop: FakeWooCommerceShop) -> None:
    shop.traits.fails_on_modified_order = True
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        await walk(connector)
        shop.requests.clear()
        assert await ids(connector) == [order.id]
        assert [found.id async for found in connector.list_open_orders()] == [order.id]
    assert not [seen for seen in shop.requests if seen.query.get("orderby") == "modified"]


def test_a_shop_is_asked_to_sort_again_after_an_hour() -> None:
    times = iter((5.0, 3604.0, 3605.0))
    habits = ShopHabits(lambda: next(times))
    assert not habits.fails_to_sort
    habits.record_sorting_failure()
    assert [habits.fails_to_sort, habits.fails_to_sort] == [True, False]


@pytest.mark.parametrize("policy", [QUICK, USUAL])
async def test_a_shop_that_is_down_fails_the_walk_after_two_questions_more(
    shop: FakeWooCommerceShop, policy: UpstreamPolicy
) -> None:
    shop.book.add(modified_at=at(1))
    shop.faults.add(Answer(500), times=None)
    async with open_woocommerce(shop, policy) as connector:
        error = await failure(walk(connector), UnavailableError)
    assert "500" in str(error)
    assert len(asked(shop, "id")) == 2


async def test_a_shop_that_cannot_be_reached_is_not_asked_at_all(shop: FakeWooCommerceShop) -> None:
    shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        await shop.stop()
        error = await failure(walk(connector), UnavailableError)
    assert not error.reached


async def test_one_order_that_breaks_the_shop_is_set_aside_though_sorting_fails_too(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.fails_on_modified_order = True
    placed = [shop.book.add(modified_at=at(number)).id for number in range(12)]

    def shows(seen: SeenRequest) -> bool:
        named = seen.query.get("include", "").split(",")
        return "line_items" in seen.query.get("_fields", "") and placed[4] in named

    shop.faults.add(Answer(500), times=None, when=shows)
    async with open_woocommerce(shop, QUICK) as connector:
        found = await walk(connector)
    assert [order.id for order in found] == placed
    assert "fails over this order" in getattr(found[4], "reason", "")
