"""A shop that breaks its word about its lists still gives every order, or the list is an error that
says what the shop ignores.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from aiohttp import web

from connectors.errors import IncompleteListingError, RefusedError
from connectors.interface import ConnectorContext, Remark
from connectors.orders import RejectedOrder
from connectors.testing.faults import Handler
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, WINDOW, failure, ids, walk
from connectors.woocommerce import connector_type
from tests.connectors.woocommerce.harness import lists, open_woocommerce, place, settings_for

Total = Callable[[int, int], object]
TOTALS: dict[str, Total | None] = {
    "the page's length": lambda rows, _: rows,
    "none": None,
    "zero": lambda *_: 0,
    "too low": lambda _, total: max(total - 3, 0),
    "too high": lambda _, total: total + 2,
    "right at a page's edge only": lambda _, total: total // 10 * 10,
}


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        # A signature would cover the parameters that this shop ignores.
        shop.access.https = True
        shop.book.add(modified_at=WINDOW.start - timedelta(days=9))
        yield shop


def count_falsely(shop: FakeWooCommerceShop, total: Total | None) -> None:
    """The shop says something else of how long its lists are."""

    async def lie(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if isinstance(answer, web.Response) and "X-WP-Total" in answer.headers:
            rows = len(json.loads(answer.body)) if isinstance(answer.body, bytes) else 0
            stated = int(answer.headers.pop("X-WP-Total"))
            if total is not None:
                answer.headers["X-WP-Total"] = str(total(rows, stated))
        return answer

    shop.faults.add(lie, times=None, when=lambda seen: seen.path.endswith("/orders"))


def change_query(shop: FakeWooCommerceShop, **values: str | None) -> None:
    """The shop takes these parameters of a list for others, None for not given."""

    async def ignore(request: web.Request, handler: Handler) -> web.StreamResponse:
        query = {**request.query, **{name: value for name, value in values.items() if value}}
        for name in (name for name, value in values.items() if value is None):
            query.pop(name, None)
        return await handler(request.clone(rel_url=request.rel_url.with_query(query)))

    shop.faults.add(ignore, times=None, when=lambda seen: seen.path.endswith("/orders"))


@pytest.mark.parametrize("unsorted", [False, True])
@pytest.mark.parametrize("cap", [None, "10"])
@pytest.mark.parametrize("count", [1, 10, 23, 130])
@pytest.mark.parametrize("total", TOTALS)
async def test_every_order_comes_whatever_the_shop_counts_and_caps(
    shop: FakeWooCommerceShop, total: str, count: int, cap: str | None, *, unsorted: bool
) -> None:
    shop.traits.refuses_modified_order = unsorted
    placed = place(shop, count)
    if cap:
        change_query(shop, per_page=cap)
    count_falsely(shop, TOTALS[total])
    async with open_woocommerce(shop, QUICK, auth="basic") as connector:
        assert await ids(connector) == placed


@pytest.mark.parametrize("hidden", [False, True])
async def test_orders_that_cannot_be_loaded_do_not_end_a_capped_list(
    shop: FakeWooCommerceShop, *, hidden: bool
) -> None:
    placed = place(shop, 60)
    shop.traits.hides_totals = hidden
    shop.traits.unloadable = {int(placed[number]) for number in (3, 9, 10, 31)}
    change_query(shop, per_page="10")
    async with open_woocommerce(shop, QUICK, auth="basic") as connector:
        found = await ids(connector)
    assert found == [order for order in placed if int(order) not in shop.traits.unloadable]


async def test_a_count_above_the_orders_is_a_remark_with_both_numbers(
    shop: FakeWooCommerceShop,
) -> None:
    placed = place(shop, 7)
    shop.traits.unloadable = {int(placed[3])}
    remarks: list[Remark] = []
    context = ConnectorContext(store="test", upstream=QUICK, remark=remarks.append)
    async with connector_type.open(settings_for(shop, auth="basic"), context) as connector:
        assert await ids(connector) == [*placed[:3], *placed[4:]]
        (remark,) = remarks
        assert "counts 7 orders, and 6 were found" in remark.text
        shop.traits.unloadable = set()
        for _ in range(2):
            assert await ids(connector) == placed
    assert remarks == [remark, Remark(about=remark.about, text="")], "taken back once it is whole"


async def test_orders_without_an_id_are_each_rejected_under_what_they_hold(
    shop: FakeWooCommerceShop,
) -> None:
    placed, lost = place(shop, 3), dict.fromkeys(("id", "number", "date_modified_gmt"))

    async def forget(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        rows = json.loads(answer.text or "") if isinstance(answer, web.Response) else []
        changed = [row | lost if str(row["id"]) in placed[1:] else row for row in rows]
        return web.json_response(changed, headers={"X-WP-Total": answer.headers["X-WP-Total"]})

    shop.faults.add(forget, times=None, when=lambda seen: seen.path.endswith("/orders"))
    async with open_woocommerce(shop, QUICK, auth="basic") as connector:
        first, second = [await walk(connector) for _ in range(2)]
    records = {order.record for order in first if isinstance(order, RejectedOrder)}
    assert [order.id for order in first] == [placed[0], "", ""]
    assert len(records) == 2
    assert records == {order.record for order in second if isinstance(order, RejectedOrder)}


@pytest.mark.parametrize("count", [1, 60])
async def test_a_shop_that_drops_the_query_is_an_error_that_names_it(
    shop: FakeWooCommerceShop, count: int
) -> None:
    place(shop, count)
    dropped = ("per_page", "offset", "orderby", "order", "modified_after", "modified_before")
    change_query(shop, **dict.fromkeys((*dropped, "status", "_fields", "include")))
    async with open_woocommerce(shop, QUICK, auth="basic") as connector:
        error = await failure(walk(connector), IncompleteListingError)
    assert "ignores which page" in str(error)


async def test_a_redirect_that_loses_the_query_is_an_error_that_names_it(
    shop: FakeWooCommerceShop,
) -> None:
    place(shop, 3)

    async def redirect(request: web.Request, handler: Handler) -> web.StreamResponse:
        if "per_page" not in request.query:
            return await handler(request)
        raise web.HTTPFound(request.path)

    shop.faults.add(redirect, times=None, when=lambda seen: seen.path.endswith("/orders"))
    async with open_woocommerce(shop, QUICK, auth="basic") as connector:
        error = await failure(walk(connector), RefusedError)
    assert "drops what was asked for" in str(error)


@pytest.mark.parametrize("most", [50, 7])
async def test_the_shop_s_own_limit_is_read_from_its_refusal_and_kept(
    shop: FakeWooCommerceShop, most: int
) -> None:
    placed = place(shop, 60)

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if int(request.query.get("per_page", "10")) <= most:
            return await handler(request)
        said = f"per_page must be between 1 (inclusive) and {most} (inclusive)"
        body = {
            "code": "rest_invalid_param",
            "message": "Invalid parameter(s): per_page",
            "data": {"status": 400, "params": {"per_page": said}},
        }
        return web.json_response(body, status=400)

    shop.faults.add(refuse, times=None, path="per_page")
    async with open_woocommerce(shop, QUICK, auth="basic") as connector:
        assert await ids(connector) == placed
        shop.requests.clear()
        assert await ids(connector) == placed
    assert {seen.query["per_page"] for seen in lists(shop)} == {str(most)}


async def test_an_ordinary_window_costs_no_request_more_than_its_pages(
    shop: FakeWooCommerceShop,
) -> None:
    placed = place(shop, 7)
    async with open_woocommerce(shop, QUICK, auth="basic") as connector:
        assert await ids(connector) == placed
        asked = [seen for seen in shop.requests if seen.path.endswith("/orders")]
        assert len(asked) == len(["any", "trash", "the one probe"])
        shop.requests.clear()
        assert await ids(connector) == placed
        asked = [seen for seen in shop.requests if seen.path.endswith("/orders")]
        assert len(asked) == len(["any", "trash"])
