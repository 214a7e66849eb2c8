"""The shop's API is found where its permalinks put it, and a shop without one says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from connectors.errors import OrderNotFoundError, PermanentError, RefusedError, UnavailableError
from connectors.interface import CheckLevel
from connectors.orders import OrderId
from connectors.testing.faults import PHP_NOTICE, Answer, Handler
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import Access, FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, failure, ids, walk
from tests.connectors.woocommerce.harness import notice, open_woocommerce

_PAGE = "<!DOCTYPE html><title>A page</title>"


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    """A shop with plain permalinks."""
    async with FakeWooCommerceShop() as shop:
        shop.traits.pretty_permalinks = False
        yield shop


def paths(shop: FakeWooCommerceShop) -> list[str]:
    """What was asked, in order: `pretty`, or the route in the query."""
    return [seen.query.get("rest_route", "pretty") for seen in shop.requests]


@pytest.mark.parametrize("folder", ["", "/store/de"])
async def test_orders_come_from_a_shop_with_plain_permalinks_and_the_other_form_is_tried_once(
    folder: str,
) -> None:
    shop = FakeWooCommerceShop()
    shop.traits.pretty_permalinks, shop.traits.folder = False, folder
    async with shop, open_woocommerce(shop, QUICK, page_size=10) as connector:
        placed = [shop.book.add(modified_at=at(number)).id for number in range(25)]
        assert await ids(connector) == placed
        assert await ids(connector) == placed
    # The list and the trash, asked side by side, and one look for both.
    assert paths(shop)[:5] == ["pretty", "pretty", "pretty", "/", "/wc/v3/orders"]
    assert paths(shop).count("pretty") == 3
    assert paths(shop).count("/") == 1
    assert {seen.path for seen in shop.requests[3:]} == {f"{folder}/index.php"}


@pytest.mark.parametrize(
    ("https", "auth"),
    [(True, "basic"), (True, "query"), (True, "oauth1"), (False, "oauth1"), (False, "auto")],
)
async def test_each_way_to_prove_who_we_are_works_with_plain_permalinks(
    shop: FakeWooCommerceShop, *, https: bool, auth: str
) -> None:
    shop.access = Access(https=https)
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK, auth=auth) as connector:
        assert await ids(connector) == [order.id]
        assert (await connector.ship(notice(order), ())).completed


@pytest.mark.parametrize(
    ("traits", "route"),
    [
        ({"fulfillments": True}, "/wc/v3/orders/1001/fulfillments"),
        ({"plugin": "ast"}, "/wc-shipment-tracking/v3/orders/1001/shipment-trackings"),
        ({}, "/wc/v3/orders/1001/notes"),
    ],
)
async def test_a_shipment_reaches_a_shop_with_plain_permalinks_once(
    shop: FakeWooCommerceShop, traits: dict[str, Any], route: str
) -> None:
    for name, value in traits.items():
        setattr(shop.traits, name, value)
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        assert not (await connector.ship(notice(order), ())).already
    written = [seen.query.get("rest_route") for seen in shop.requests if seen.method == "POST"]
    assert written == [route, "/wc/v3/orders/1001"]
    assert shop.book[order.id].word == "completed"


async def test_a_write_that_comes_first_is_made_once_where_the_api_is(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1))
    shop.traits.fulfillments = True
    async with open_woocommerce(shop, QUICK) as connector:
        # The permalinks change between the look and the write.
        shop.traits.pretty_permalinks = True

        def change(seen: SeenRequest) -> None:
            if seen.method == "POST":
                shop.traits.pretty_permalinks = False

        shop.on_request.append(change)
        await connector.ship(notice(order), ())
    assert len(shop.desk.fulfillments[order.id]) == 1
    assert [seen.query.get("rest_route") for seen in shop.requests if seen.method == "POST"][
        :2
    ] == [
        None,
        f"/wc/v3/orders/{order.id}/fulfillments",
    ]


@pytest.mark.parametrize("pretty", [True, False])
async def test_text_around_the_json_of_any_answer_moves_no_address(
    shop: FakeWooCommerceShop, *, pretty: bool
) -> None:
    shop.traits.pretty_permalinks = pretty

    async def add_text(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response) and isinstance(response.body, bytes):
            response.body = PHP_NOTICE + response.body + b"\n<!-- cached -->"
        return response

    shop.faults.add(add_text, times=None)
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        # The first request of a shop with plain permalinks looks elsewhere.
        assert await ids(connector) == [order.id]
        shop.requests.clear()
        await failure(connector.get_order(OrderId("77")), OrderNotFoundError)
        assert not (await connector.ship(notice(order), ())).already
    assert {"rest_route" in seen.query for seen in shop.requests} == {not pretty}
    assert shop.book[order.id].word == "completed"


async def test_the_check_says_that_it_works_and_what_would_be_better(
    shop: FakeWooCommerceShop,
) -> None:
    shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        found = (await connector.check()).findings
    (finding,) = [finding for finding in found if finding.level is not CheckLevel.OK]
    assert (finding.level, "permalinks are plain" in finding.what) == (CheckLevel.WARNING, True)
    assert "anything but Plain" in finding.advice
    assert found[0].what.endswith("the shop has 1")


async def test_an_order_or_a_route_that_the_api_does_not_know_is_no_reason_to_ask_elsewhere() -> (
    None
):
    async with FakeWooCommerceShop() as shop, open_woocommerce(shop, QUICK) as connector:
        order = shop.book.add(modified_at=at(1))
        await failure(connector.get_order(OrderId("77")), OrderNotFoundError)
        assert (await connector.ship(notice(order), ())).completed
        shop.faults.add(
            Answer(404, '{"code":"rest_no_route","message":"No route was found."}'),
            Answer(404, '{"message":"?"}'),
            path="status=any",
        )
        for _ in range(2):
            await failure(walk(connector), RefusedError)
    assert set(paths(shop)) == {"pretty"}


@pytest.mark.parametrize(
    "missing",
    [
        '<br />\nNotice: in /plugin.php on line 7{"code":"rest_no_route","message":"No route."}',
        _PAGE,
    ],
)
async def test_one_404_does_not_move_the_shop_s_api_to_another_address(missing: str) -> None:
    async with FakeWooCommerceShop() as shop, open_woocommerce(shop, QUICK) as connector:
        order = shop.book.add(modified_at=at(1))
        shop.faults.add(Answer(404, missing, content_type="text/html"), path="/wc/v3/orders")
        await failure(walk(connector), RefusedError)
        assert await ids(connector) == [order.id]
    assert set(paths(shop)) == {"pretty"}


async def test_a_shop_that_gets_its_permalinks_back_is_asked_at_them_again(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        assert await ids(connector) == [order.id]
        shop.traits.pretty_permalinks, shop.traits.query_routes = True, False
        assert await ids(connector) == [order.id]


@pytest.mark.parametrize(
    "elsewhere",
    [
        None,
        Answer(200, _PAGE, content_type="text/html"),
        Answer(200, '{"pages":[]}'),
        Answer(403, _PAGE),
    ],
)
async def test_a_site_without_an_api_says_so_after_one_look_elsewhere(
    shop: FakeWooCommerceShop, elsewhere: Answer | None
) -> None:
    shop.traits.query_routes = False
    if elsewhere is not None:
        shop.faults.add(elsewhere, path="rest_route", times=None)
    async with open_woocommerce(shop, QUICK) as connector:
        error = await failure(walk(connector), PermanentError)
        assert paths(shop) == ["pretty", "pretty", "pretty", "/"]
        report = await connector.check()
    assert isinstance(error, RefusedError)
    assert error.status == 404
    assert "Permalinks" in str(error)
    assert any("Permalinks" in finding.advice for finding in report.findings)


async def test_a_shop_that_hides_the_index_of_its_api_is_found_all_the_same(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1))
    shop.faults.add(
        Answer(401, '{"code":"rest_login_required","message":"No."}'),
        path="rest_route=/&",
        times=None,
    )
    async with open_woocommerce(shop, QUICK) as connector:
        assert await ids(connector) == [order.id]


async def test_a_shop_that_fails_while_it_is_looked_for_is_looked_for_again(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1))
    shop.faults.add(Answer(503), path="rest_route", times=None)
    async with open_woocommerce(shop, QUICK) as connector:
        await failure(walk(connector), UnavailableError)
        shop.faults.clear()
        assert await ids(connector) == [order.id]


async def test_wordpress_in_a_folder_keeps_its_folder() -> None:
    shop = FakeWooCommerceShop()
    shop.traits.folder = "/store/de"
    async with shop, open_woocommerce(shop, QUICK) as connector:
        placed = [shop.book.add(modified_at=at(number)).id for number in range(3)]
        assert await ids(connector) == placed


@pytest.mark.parametrize("api", ["wp-json/", "index.php?rest_route=/", "?rest_route=/"])
async def test_an_address_without_the_folder_gets_the_right_one_named(
    shop: FakeWooCommerceShop, api: str
) -> None:
    shop.traits.query_routes = False
    link = f'<https://shop.example/blog/{api}>; rel="https://api.w.org/"'
    shop.faults.add(
        Answer(200, _PAGE, content_type="text/html", headers={"Link": link}), path="^/[?]"
    )
    async with open_woocommerce(shop, QUICK) as connector:
        report = await connector.check()
    assert any(
        f"at https://shop.example/blog/{api}; set url to https://shop.example/blog." in found.advice
        for found in report.findings
    )


async def test_a_site_that_names_the_very_address_that_was_asked_gets_no_other_named(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.query_routes = False
    async with open_woocommerce(shop, QUICK) as connector:
        report = await connector.check()
    assert not any("set url to" in finding.advice for finding in report.findings)
