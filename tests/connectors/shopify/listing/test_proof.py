"""A list that leaves orders out is found out and read by id, over both of Shopify's APIs."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from connectors.errors import IncompleteListingError
from connectors.interface import Remark
from connectors.testing.trial import failure, ids, walk
from tests.connectors.shopify.fake.shop import Change, FakeShopify
from tests.connectors.shopify.listing.pages import BOTH, is_page, place, rows_of, shop
from tests.connectors.shopify.shops import open_shop

__all__ = ["shop"]


def end_early(told: Any, response: web.Response) -> None:
    """Say that the first page is the last."""
    response.headers.pop("Link", None)
    if "data" in told:
        told["data"]["orders"]["pageInfo"]["hasNextPage"] = False


def be_stale(told: Any, response: web.Response) -> None:
    """Show the page as it was before the last three orders."""
    end_early(told, response)
    del rows_of(told)[-3:]


def null_one(told: Any, _response: web.Response) -> None:
    """Put nothing, or an error, in the place of a row."""
    rows_of(told)[1] = None if "data" in told else {"error": "Internal Server Error"}


def lose_cursor(told: Any, response: web.Response) -> None:
    """Say that there is more, and not where."""
    if "data" in told:
        told["data"]["orders"]["pageInfo"]["endCursor"] = None
    else:
        end_early(told, response)


@pytest.mark.parametrize("transport", BOTH)
@pytest.mark.parametrize("lie", [end_early, be_stale, null_one, lose_cursor])
@pytest.mark.parametrize("holds", [True, False])
async def test_what_a_page_leaves_out_is_found_by_reading_all_ids(
    shop: FakeShopify,
    transport: str,
    lie: Change,
    *,
    holds: bool,
) -> None:
    placed = place(shop, 25)
    shop.changes.append((is_page, lie))
    async with open_shop(shop, transport=transport, page_size=10, holds=holds) as connector:
        assert sorted(await ids(connector)) == placed
        assert sorted(await ids(connector)) == placed


@pytest.mark.parametrize("transport", BOTH)
async def test_rows_that_nobody_asked_for_stand_in_for_none(
    shop: FakeShopify, transport: str
) -> None:
    placed = place(shop, 3)
    foreign = "2019-03-02T05:00:00-05:00"

    def swap(told: Any, _response: web.Response) -> None:
        rows_of(told)[:1] = [{**rows_of(told)[0], "updated_at": foreign, "updatedAt": foreign}]

    shop.changes.append((is_page, swap))
    async with open_shop(shop, transport=transport) as connector:
        assert sorted(await ids(connector)) == placed


@pytest.mark.parametrize("transport", BOTH)
async def test_a_list_that_left_orders_out_is_remarked_with_both_numbers(
    shop: FakeShopify, transport: str
) -> None:
    place(shop, 25)
    shop.changes.append((is_page, end_early))
    said: list[Remark] = []
    async with open_shop(shop, transport=transport, page_size=5, remark=said.append) as connector:
        await walk(connector)
    assert [one.about for one in said] == ["order_list"]
    assert "ended after 5, and 25 were found" in said[0].text


@pytest.mark.parametrize("transport", BOTH)
async def test_a_count_that_is_too_high_is_remarked_and_the_orders_go_out(
    shop: FakeShopify, transport: str
) -> None:
    placed = place(shop, 4)
    shop.counts_too_many = 2
    said: list[Remark] = []
    async with open_shop(shop, transport=transport, remark=said.append) as connector:
        assert await ids(connector) == placed
    assert [one.about for one in said] == ["order_count"]
    assert "counts 6 orders, and 4 were found" in said[0].text


async def test_a_shop_that_ignores_the_id_to_go_on_from_is_not_believed(
    shop: FakeShopify,
) -> None:
    place(shop, 25)
    shop.changes.append((is_page, end_early))

    def forget(told: Any, _response: web.Response) -> None:
        told["orders"] = [{"id": 1001, "updated_at": "2026-03-02T05:00:00-05:00"}]

    shop.changes.append((lambda seen: "since_id" in seen.query, forget))
    async with open_shop(shop, transport="rest", page_size=10) as connector:
        assert "ignores the id" in str(await failure(walk(connector), IncompleteListingError))


@pytest.mark.parametrize("transport", BOTH)
async def test_an_ordinary_window_costs_no_count_but_the_first(
    shop: FakeShopify, transport: str
) -> None:
    place(shop, 4)
    for holds in (True, False):
        async with open_shop(
            shop, transport=transport, holds=holds, product_details=False
        ) as connector:
            costs = []
            for _ in range(3):
                before = len(shop.requests) - shop.count("GET", "access_scopes")
                await walk(connector)
                costs.append(len(shop.requests) - shop.count("GET", "access_scopes") - before)
        # How open orders travel is asked for once for all, beside what is held if that is asked.
        assert costs == ([2, 2, 2] if holds else [3, 1, 1])
