"""Reading loses no order, whatever the shop's zone, its size, and edits meanwhile do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.orders import Window
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, WINDOW, at, ids, walk
from tests.connectors.woocommerce.harness import SMALL_PAGE, lists, open_woocommerce, place


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


async def test_bounds_go_as_bare_utc_with_the_flag_and_never_with_a_zone(
    shop: FakeWooCommerceShop,
) -> None:
    place(shop, 25)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        await walk(connector)
    for seen in lists(shop):
        assert seen.query["dates_are_gmt"] == "true"
        assert (
            len(seen.query["modified_after"])
            == len(seen.query["modified_before"])
            == len("2026-03-02T09:00:00")
        )


@pytest.mark.parametrize(
    "zone", ["Asia/Tokyo", "America/New_York", "Europe/Berlin", "Pacific/Auckland"]
)
async def test_the_site_s_zone_does_not_matter(shop: FakeWooCommerceShop, zone: str) -> None:
    shop.traits.zone = zone
    placed = place(shop, 25)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        assert await ids(connector) == placed


async def test_no_order_is_lost_in_the_hour_that_the_site_s_clock_skips(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.zone = "Europe/Berlin"
    # 02:00 to 03:00 does not exist in Berlin on this day, and every bound of that name is read an
    # hour late.
    start = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    placed = [
        shop.book.add(modified_at=start + timedelta(minutes=minute)).id
        for minute in range(0, 150, 2)
    ]
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        assert await ids(connector, Window(start=start, end=start + timedelta(hours=3))) == placed
        inside = Window(start=start + timedelta(minutes=40), end=start + timedelta(minutes=80))
        assert await ids(connector, inside) == placed[20:41]


@pytest.mark.parametrize("hidden", [range(1005, 1009), range(1000, 1011), range(1001, 1036)])
async def test_a_page_that_lacks_orders_the_shop_cannot_load_is_not_the_last(
    shop: FakeWooCommerceShop, hidden: range
) -> None:
    placed = place(shop, 60)
    shop.traits.unloadable = set(hidden)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        assert await ids(connector) == [order for order in placed if int(order) not in hidden]


async def test_orders_that_cannot_be_loaded_in_a_second_of_many_do_not_hold_up_the_walk(
    shop: FakeWooCommerceShop,
) -> None:
    tied = [shop.book.add(modified_at=at(3)).id for _ in range(40)]
    shop.traits.unloadable = {int(tied[3]), int(tied[17])}
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        assert sorted(await ids(connector)) == sorted(set(tied) - {tied[3], tied[17]})


async def test_a_shop_whose_totals_are_hidden_is_read_to_its_end(shop: FakeWooCommerceShop) -> None:
    shop.traits.hides_totals = True
    placed = place(shop, 35)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        assert await ids(connector) == placed
        assert await connector.count_orders(WINDOW) is None


async def test_hundreds_of_orders_of_one_second_all_come(shop: FakeWooCommerceShop) -> None:
    before = place(shop, 5)
    tied = [shop.book.add(modified_at=at(5)).id for _ in range(430)]
    after = shop.book.add(modified_at=at(6)).id
    async with open_woocommerce(shop, QUICK) as connector:
        found = await ids(connector)
    assert found[:5] == before
    assert sorted(found[5:-1]) == sorted(tied)
    assert found[-1] == after


async def test_edits_in_a_second_of_hundreds_hide_none_of_the_others(
    shop: FakeWooCommerceShop,
) -> None:
    tied = [shop.book.add(modified_at=at(5)).id for _ in range(95)]
    moving = iter(tied[::7])
    moved: list[str] = []

    def edit(seen: SeenRequest) -> None:
        if seen.path.endswith("/orders") and (order := next(moving, None)) is not None:
            moved.append(order)
            shop.book.touch(order, WINDOW.end + timedelta(hours=1))

    shop.on_request.append(edit)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        found = await ids(connector)
    assert len(moved) > 3
    assert set(tied) - set(moved) <= set(found)


async def test_an_order_edited_again_and_again_comes_once_and_the_walk_ends(
    shop: FakeWooCommerceShop,
) -> None:
    placed = place(shop, 30)
    clock = iter(range(10_000))

    def edit(seen: SeenRequest) -> None:
        if seen.path.endswith("/orders"):
            shop.book.touch(placed[0], at(60) + timedelta(seconds=next(clock) % 3000))

    shop.on_request.append(edit)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        found = await ids(connector)
    assert sorted(found) == placed


@pytest.mark.parametrize(("most", "asked"), [(60, 2), (30, 3), (12, 4)])
async def test_a_shop_that_fails_on_large_pages_is_asked_for_smaller_ones(
    shop: FakeWooCommerceShop, most: int, asked: int
) -> None:
    shop.traits.largest_page = most
    placed = place(shop, 120)
    async with open_woocommerce(shop, QUICK) as connector:
        assert await ids(connector) == placed
    # The one probe asks for two rows.
    assert len({seen.query["per_page"] for seen in lists(shop)} - {"2"}) == asked


async def test_a_shop_that_manages_only_a_few_rows_at_a_time_is_read(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.largest_page = 3
    placed = place(shop, 120)
    async with open_woocommerce(shop, QUICK) as connector:
        assert await ids(connector) == placed


async def test_every_read_differs_from_every_other_so_that_no_page_cache_can_answer_it(
    shop: FakeWooCommerceShop,
) -> None:
    place(shop, 25)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        await walk(connector)
        await walk(connector)
    marks = [seen.query["_portside"] for seen in shop.requests]
    assert len(marks) == len(set(marks))
    assert all(seen.headers["Cache-Control"] == "no-cache" for seen in shop.requests)


async def test_only_what_is_needed_is_asked_for_and_with_six_decimals(
    shop: FakeWooCommerceShop,
) -> None:
    shop.book.add(modified_at=WINDOW.start - timedelta(days=3))
    place(shop, 1)
    async with open_woocommerce(shop, QUICK) as connector:
        await walk(connector)
    for seen in lists(shop):
        assert seen.query["dp"] == "6"
        assert "line_items" in seen.query["_fields"].split(",")
        assert not {"_links", "customer_user_agent", "payment_url"} & set(
            seen.query["_fields"].split(",")
        )


async def test_a_list_that_shrinks_to_less_than_was_walked_is_read_from_its_beginning(
    shop: FakeWooCommerceShop,
) -> None:
    placed = place(shop, 6 * SMALL_PAGE)

    def leave(seen: SeenRequest) -> None:
        """The last row of page 3 leaves before page 4 is asked for; while it is looked for an hour
        earlier, nearly all others leave.
        """
        asked = lists(shop)
        if seen.query.get("offset"):
            gone = placed[:-4]
        elif len(asked) == 4:
            gone = placed[2 * SMALL_PAGE : 3 * SMALL_PAGE]
        else:
            return
        for order in gone:
            shop.book.touch(order, WINDOW.end + timedelta(hours=1))

    shop.on_request.append(leave)
    async with open_woocommerce(shop, QUICK, page_size=SMALL_PAGE) as connector:
        found = await ids(connector)
    assert any(seen.query.get("offset") for seen in lists(shop))
    assert set(placed[-4:]) <= set(found)
