"""Lists as shops really have them: ignored filters, two dates, scans, caps, counts and errors."""

from datetime import timedelta

from aiohttp import web

from connectors.errors import ConnectorError, RefusedError, UnreadableResponseError
from connectors.generic_json.connector import open_connector
from connectors.interface import ConnectorContext
from connectors.orders import Order, RejectedOrder
from connectors.testing.faults import Answer
from connectors.testing.shops.json_shop import FakeJsonShop, Style, answer
from connectors.testing.trial import START, WINDOW, at, failure
from connectors.upstream.policy import UpstreamPolicy
from tests.connectors.generic_json.listing.walk import make_page, walk_list
from tests.connectors.generic_json.shops import TinyShop, connected, made, order, status

OPEN = {"auth": {"kind": "bearer", "token": "sesame-opens-the-shop"}}


async def test_a_filter_that_is_ignored_is_noticed() -> None:
    async with FakeJsonShop() as shop:
        shop.ignores_filters = True
        shop.book.add(modified_at=START - timedelta(days=400))
        inside = shop.book.add(modified_at=at(5)).id
        error = await failure(walk_list(shop, OPEN), UnreadableResponseError)
        assert "it ignores the filter by time" in str(error)
        dropping = {**OPEN, "orders": {"window": {"outside": "drop"}}}
        assert [each.id for each in await walk_list(shop, dropping)] == [inside]


async def test_a_second_walk_finds_what_the_first_filter_does_not_see() -> None:
    async def answered(request: web.Request) -> web.Response:
        fresh = order(2, changed=None, created="2026-03-02T09:20:00Z")
        if request.query["page"] != "1":
            return answer(make_page())
        return answer(
            make_page(order(1), fresh) if "created_from" in request.query else make_page(order(1))
        )

    async with TinyShop({"GET /api/orders": answered}) as shop:
        changes = {
            "orders": {
                "also": {
                    "query": {
                        "changed_from": None,
                        "changed_to": None,
                        "created_from": "{{ window.start }}",
                    }
                }
            },
            "map": {"modified_at": ["changed", "created"]},
        }
        assert [each.id for each in await walk_list(shop, changes)] == ["2", "1"]
        assert "changed_from" not in shop.requests[-1].query


async def test_more_orders_than_a_window_can_hold_are_an_error() -> None:
    async with TinyShop(
        {"GET /api/orders": make_page(*(order(number) for number in range(1, 5)))}
    ) as shop:
        error = await failure(walk_list(shop, {"orders": {"most": 3}}), UnreadableResponseError)
        assert "more than 3 orders" in str(error)


async def test_a_scan_stops_where_nothing_can_be_in_the_window_any_more() -> None:
    async with FakeJsonShop(Style.SCAN) as shop:
        for hours in range(100):
            shop.book.add(modified_at=WINDOW.start - timedelta(hours=hours, minutes=1))
        inside = shop.book.add(modified_at=at(5)).id
        async with connected(shop, OPEN, Style.SCAN) as connector:
            assert [each.id async for each in connector.list_orders(WINDOW)] == [inside]
        assert shop.count("GET", "/api/orders") <= 4


async def test_an_order_that_slips_over_a_page_border_of_a_scan_is_found_all_the_same() -> None:
    async with FakeJsonShop(Style.SCAN) as shop:
        placed = [shop.book.add(modified_at=at(number)).id for number in range(30)]
        # The newest goes while the second page is asked for: all others move up by one, the first
        # of that page behind the border.
        shop.on_request.append(
            lambda seen: (
                shop.book.delete(placed[-1])
                if seen.query.get("page") == "2" and shop.book.get(placed[-1])
                else None
            )
        )
        async with connected(shop, OPEN, Style.SCAN) as connector:
            found = {each.id async for each in connector.list_orders(WINDOW)}
        assert set(placed[:-1]) <= found


async def test_a_big_page_that_breaks_the_shop_is_asked_for_in_smaller_ones() -> None:
    async with FakeJsonShop() as shop:
        placed = [shop.book.add(modified_at=at(number)).id for number in range(30)]
        shop.faults.add(
            Answer(500), times=None, when=lambda seen: int(seen.query.get("size", "1")) > 5
        )
        assert [
            each.id
            for each in await walk_list(
                shop, {**OPEN, "orders": {"paging": {"size": 20, "smallest": 5}}}
            )
        ] == placed


async def test_all_page_sizes_are_tried_before_the_shop_counts_as_down() -> None:
    policy = UpstreamPolicy(rate=10_000, backoff=0.001)
    async with FakeJsonShop() as shop:
        placed = [shop.book.add(modified_at=at(number)).id for number in range(30)]
        shop.faults.add(
            Answer(500), times=None, when=lambda seen: int(seen.query.get("size", "1")) > 10
        )
        settings = made(
            shop.url, {**OPEN, "orders": {"paging": {"size": 50, "smallest": 5}}}, Style.PAGE
        )
        async with open_connector(
            settings, ConnectorContext(store="test", upstream=policy)
        ) as connector:
            assert [each.id async for each in connector.list_orders(WINDOW)] == placed


async def test_an_empty_answer_is_an_empty_list_where_that_is_the_shops_way() -> None:
    async with TinyShop({"GET /api/orders": status(204)}) as shop:
        assert await walk_list(shop) == []
    async with TinyShop(
        {"GET /api/orders": status(404, {"error": {"message": "no orders"}})}
    ) as shop:
        assert (
            await walk_list(shop, {"answers": {"rules": [{"status": 404, "means": "empty"}]}}) == []
        )
        await failure(walk_list(shop), RefusedError)


async def test_a_page_behind_the_last_may_be_refused() -> None:
    async def answered(request: web.Request) -> web.Response:
        number = int(request.query["page"])
        return (
            answer({"orders": [order(number)]})
            if number < 3
            else answer({"error": {"message": "no such page"}}, 404)
        )

    async with TinyShop({"GET /api/orders": answered}) as shop:
        changes = {
            "orders": {"paging": {"total": None, "past_end": [404], "size": 1, "smallest": 1}}
        }
        assert [each.id for each in await walk_list(shop, changes)] == ["1", "2"]


async def test_a_missing_count_is_an_error_and_not_the_end() -> None:
    async with TinyShop({"GET /api/orders": {"orders": [order(1)]}}) as shop:
        error = await failure(walk_list(shop), UnreadableResponseError)
        assert "expected a count at 'count', found nothing" in str(error)


async def test_counts_and_refusals_may_stand_in_headers() -> None:
    async with TinyShop({"GET /api/orders": status(200, [order(1)], X_Total="1")}) as shop:
        changes = {"orders": {"items": "@", "paging": {"total": 'root().headers."x-total"'}}}
        async with connected(shop, changes) as connector:
            assert await connector.count_orders(WINDOW) == 1
        refusing = {
            **changes,
            "answers": {
                "rules": [
                    {
                        "when": 'root().headers."x-total" == `"1"`',
                        "means": "refused",
                        "message": "'by header'",
                    }
                ]
            },
        }
        assert "by header" in str(await failure(walk_list(shop, refusing), RefusedError))


async def test_what_every_answer_must_hold_is_looked_for() -> None:
    async with TinyShop({"GET /api/orders": make_page()}) as shop:
        error = await failure(
            walk_list(shop, {"answers": {"needed": "meta.ok"}}), UnreadableResponseError
        )
        assert "expected 'meta.ok' in the answer" in str(error)


async def test_jsonapi_is_laid_flat() -> None:
    document = {
        "data": [
            {
                "type": "orders",
                "id": "1",
                "attributes": {**order(), "lines": None},
                "relationships": {"lines": {"data": [{"type": "lines", "id": "L1"}]}},
            }
        ],
        "included": [{"type": "lines", "id": "L1", "attributes": order()["lines"][0]}],
        "meta": {"count": 1},
    }
    async with TinyShop({"GET /api/orders": document}) as shop:
        (whole,) = await walk_list(
            shop, {"orders": {"jsonapi": True, "items": "data", "paging": {"total": "meta.count"}}}
        )
        assert isinstance(whole, Order)
        assert (whole.id, whole.items[0].sku) == ("1", "A")


async def test_a_list_that_comes_at_once_needs_no_paging() -> None:
    async with TinyShop({"GET /api/orders": [order(1), order(2)]}) as shop:
        assert (
            len(await walk_list(shop, {"orders": {"paging": {"kind": "none"}, "items": "@"}})) == 2
        )


async def test_a_shop_without_a_filter_is_read_whole_and_selected_here() -> None:
    async with TinyShop(
        {"GET /api/orders": make_page(order(1), order(2, changed="2020-01-01T00:00:00Z"))}
    ) as shop:
        assert [
            each.id for each in await walk_list(shop, {"orders": {"window": {"kind": "none"}}})
        ] == ["1"]


async def test_raw_orders_are_shown_as_they_come() -> None:
    async with (
        TinyShop({"GET /api/orders": make_page(order(1), order(2), order(3))}) as shop,
        connected(shop) as connector,
    ):
        assert await connector.fetch(WINDOW, 2) == [order(1), order(2)]


async def test_a_template_that_cannot_cope_is_an_error_in_words() -> None:
    async with TinyShop({"GET /api/orders": make_page()}) as shop:
        request = {"query": {"page": "{{ page.number / page.offset }}"}}
        error = await failure(walk_list(shop, {"orders": {"request": request}}), ConnectorError)
        assert "cannot be made" in str(error)


async def test_records_without_an_id_are_each_rejected_under_what_they_hold() -> None:
    rows = [order(1), *(order(2) | {"id": None, "reference": None, "note": n} for n in "ab")]
    async with TinyShop({"GET /api/orders": {"orders": rows, "count": 3}}) as shop:
        first, second = [
            await walk_list(shop, {"orders": {"paging": {"kind": "none"}}}) for _ in "12"
        ]
    nameless = {each.record for each in first if isinstance(each, RejectedOrder)}
    assert [each.id for each in first if each.id] == ["1"]
    assert len(nameless) == len(first) - 1 == 2
    assert nameless == {each.record for each in second if isinstance(each, RejectedOrder)}
