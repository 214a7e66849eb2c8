"""A described shop that breaks its word about its list: every order, or an error that names what
the shop ignores.
"""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from connectors.errors import IncompleteListingError, RefusedError
from connectors.generic_json.connector import open_connector
from connectors.interface import ConnectorContext, Remark
from connectors.testing.shops.json_shop import Style, answer
from connectors.testing.trial import WINDOW
from tests.connectors.generic_json.shops import TinyShop, made, order
from tests.connectors.upstream.echo import QUICK


def make_orders(count: int) -> list[dict[str, Any]]:
    return [order(number, changed=f"2026-03-02T09:{number:02}:00Z") for number in range(count)]


async def walk(
    shop: TinyShop, changes: dict[str, Any] | None = None, style: Style = Style.PAGE
) -> tuple[set[str], list[Remark]]:
    """The ids of the orders, and what was remarked."""
    remarks: list[Remark] = []
    context = ConnectorContext(store="test", upstream=QUICK, remark=remarks.append)
    async with open_connector(made(shop.url, changes, style), context) as connector:
        return {each.id async for each in connector.list_orders(WINDOW)}, remarks


def paged(
    rows: list[Any], *, cap: int = 1000, total: int | None = None, by_cap: bool = False
) -> Any:
    async def respond(request: web.Request) -> web.Response:
        size = int(request.query["size"])
        step = min(size, cap) if by_cap else size
        begin = (int(request.query["page"]) - 1) * step
        found = rows[begin : begin + min(size, cap)]
        return answer({"orders": found, "count": len(found) if total is None else total})

    return respond


@pytest.mark.parametrize("by_cap", [False, True])
async def test_a_cap_below_the_size_asked_for_loses_nothing(*, by_cap: bool) -> None:
    answers = {"GET /api/orders": paged(make_orders(33), cap=4, by_cap=by_cap)}
    async with TinyShop(answers) as shop:
        found, _ = await walk(shop)
    assert found == {str(number) for number in range(33)}


@pytest.mark.parametrize("total", [0, 7, 12])
async def test_a_count_that_is_too_low_loses_nothing(total: int) -> None:
    async with TinyShop({"GET /api/orders": paged(make_orders(25), total=total)}) as shop:
        found, remarks = await walk(shop)
    assert len(found) == 25
    assert remarks == []


async def test_a_count_that_is_too_high_is_remarked_with_both_numbers() -> None:
    async with TinyShop({"GET /api/orders": paged(make_orders(25), total=27)}) as shop:
        found, remarks = await walk(shop)
    assert len(found) == 25
    assert "27 orders" in remarks[-1].text
    assert "25 were found" in remarks[-1].text


async def test_error_objects_and_nulls_in_a_list_are_no_orders_and_no_end() -> None:
    rows: list[Any] = make_orders(25)
    rows[3], rows[14] = {"error": "could not load", "id": 3}, None
    async with TinyShop({"GET /api/orders": paged(rows, total=25)}) as shop:
        found, remarks = await walk(shop)
    assert found == {str(number) for number in range(25)} - {"3", "14"}
    assert {remark.about for remark in remarks} == {"entries of the list", "list of orders"}


async def test_a_shop_that_sends_its_first_page_for_all_is_an_error_that_says_so() -> None:
    async def first(_request: web.Request) -> web.Response:
        return answer({"orders": make_orders(10), "count": 150})

    async with TinyShop({"GET /api/orders": first}) as shop:
        with pytest.raises(IncompleteListingError, match="counts 150 orders, but sends the same"):
            await walk(shop)


async def test_a_redirect_that_drops_the_query_is_an_error_that_says_so() -> None:
    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently(f"{request.url.origin()}/orders")

    shop = TinyShop({"GET /api/orders": moved, "GET /orders": {"orders": [], "count": 0}})
    async with shop:
        with pytest.raises(RefusedError, match="drops what was asked for"):
            await walk(shop)


async def test_a_next_link_that_is_missing_against_the_count_is_an_error_that_says_so() -> None:
    async def cut(request: web.Request) -> web.Response:
        size = int(request.query["size"])
        return answer({"orders": make_orders(30)[:size], "next": None, "count": 30})

    changes = {"orders": {"paging": {"total": "count"}}}
    async with TinyShop({"GET /api/orders": cut}) as shop:
        with pytest.raises(IncompleteListingError, match="no next page"):
            await walk(shop, changes, Style.CURSOR)


async def test_an_ordinary_window_costs_one_request_after_one_probe_of_the_count() -> None:
    rows = make_orders(5)
    async with TinyShop({"GET /api/orders": paged(rows, total=5)}) as shop:
        context = ConnectorContext(store="test", upstream=QUICK)
        async with open_connector(made(shop.url), context) as connector:
            for requests in (2, 3, 4):
                assert len([each async for each in connector.list_orders(WINDOW)]) == 5
                assert len(shop.requests) == requests
