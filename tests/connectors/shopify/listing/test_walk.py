"""Walks that stay complete: rows out of order, cursors that expire, pages that fail, full buckets,
walls.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from connectors.errors import RefusedError, TemporaryError
from connectors.orders import Window
from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import QUICK, WINDOW, at, failure, ids, walk
from connectors.upstream.policy import UpstreamPolicy
from tests.connectors.shopify.fake.bucket import Bucket
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import open_shop

BOTH = ("rest", "graphql")
PATIENT = UpstreamPolicy(rate=10_000, attempts=3, backoff=0.001, patience=5, trip_after=1000)


@pytest.fixture
async def shop() -> AsyncIterator[FakeShopify]:
    async with FakeShopify() as fake:
        yield fake


@pytest.mark.parametrize("transport", BOTH)
async def test_a_shop_that_lists_in_any_order_is_sorted_and_complete(
    shop: FakeShopify, transport: str
) -> None:
    placed = [shop.book.add(modified_at=at(number / 10)).id for number in range(45)]
    shop.shuffles = True
    async with open_shop(shop, transport=transport, page_size=10) as connector:
        assert await ids(connector) == placed


@pytest.mark.parametrize("shuffles", [False, True])
async def test_a_cursor_that_expires_is_met_by_asking_from_the_last_order(
    shop: FakeShopify, *, shuffles: bool
) -> None:
    placed = [shop.book.add(modified_at=at(number / 10)).id for number in range(45)]
    shop.shuffles = shuffles
    deaths = iter(range(3))

    def expire(seen: SeenRequest) -> None:
        if "page_info" in seen.query and next(deaths, None) is not None:
            shop.cursors.clear()

    shop.on_request.append(expire)
    async with open_shop(shop, transport="rest", page_size=10) as connector:
        assert await ids(connector) == placed


def follows(seen: SeenRequest) -> bool:
    """Whether a request to GraphQL asks for orders behind a cursor."""
    return b'"after":"' in seen.body and b'"first":' in seen.body


async def test_a_cursor_met_again_after_the_walk_began_anew_is_no_circle(shop: FakeShopify) -> None:
    placed = [shop.book.add(modified_at=at(1)).id for _ in range(30)]
    expired = Answer(200, '{"errors":[{"message":"Invalid cursor for current pagination sort."}]}')
    shop.faults.add(expired, when=follows, times=3)
    async with open_shop(shop, transport="graphql", page_size=10) as connector:
        assert await ids(connector) == placed
    assert len(shop.faults) == 0


async def test_a_page_halved_among_orders_of_one_second_is_no_circle(shop: FakeShopify) -> None:
    placed = [shop.book.add(modified_at=at(1)).id for _ in range(30)]
    shop.faults.add(
        Answer(500, '{"errors":"Internal Server Error"}'), when=follows, times=2 * QUICK.attempts
    )
    async with open_shop(shop, transport="graphql", page_size=40) as connector:
        assert await ids(connector) == placed
    assert len(shop.faults) == 0


async def test_a_shop_that_leads_back_to_the_same_place_is_read_by_id(shop: FakeShopify) -> None:
    placed = [shop.book.add(modified_at=at(1)).id for _ in range(3)]
    lead = {"Link": f'<{shop.url}/admin/api/2026-10/orders.json?page_info=round>; rel="next"'}
    shop.faults.add(
        Answer(200, '{"orders":[]}', headers=lead),
        when=lambda seen: seen.path.endswith("/orders.json") and "since_id" not in seen.query,
        times=3,
    )
    async with open_shop(shop, transport="rest", page_size=10) as connector:
        assert await ids(connector) == placed


async def test_cursors_that_always_expire_end_in_an_error_and_not_in_a_short_list(
    shop: FakeShopify,
) -> None:
    for _ in range(30):
        shop.book.add(modified_at=at(1))
    shop.on_request.append(lambda _: shop.cursors.clear())
    async with open_shop(shop, transport="rest", page_size=10) as connector:
        await failure(walk(connector), TemporaryError)


async def test_the_page_is_halved_when_the_shop_fails_on_it(shop: FakeShopify) -> None:
    placed = [shop.book.add(modified_at=at(number / 10)).id for number in range(60)]
    big = Answer(500, '{"errors":"Internal Server Error"}')
    shop.faults.add(
        big,
        when=lambda seen: (
            seen.path.endswith("/orders.json") and int(seen.query.get("limit", 0)) > 10
        ),
        times=None,
    )
    async with open_shop(shop, transport="rest", page_size=40) as connector:
        assert await ids(connector) == placed
    sizes = [
        seen.query["limit"]
        for seen in shop.requests
        if seen.path.endswith("/orders.json") and "page_info" not in seen.query
    ]
    assert sizes == ["40"] * 3 + ["20"] * 3 + ["10"]


async def test_a_link_to_another_host_is_refused_before_the_token_goes_there(
    shop: FakeShopify,
) -> None:
    for number in range(15):
        shop.book.add(modified_at=at(number))
    shop.link_host = "http://elsewhere.example"
    async with open_shop(shop, transport="rest", page_size=10) as connector:
        error = await failure(walk(connector), RefusedError)
    assert "elsewhere.example" in str(error)


async def test_the_link_is_followed_untouched(shop: FakeShopify) -> None:
    for number in range(25):
        shop.book.add(modified_at=at(number))
    async with open_shop(shop, transport="rest", page_size=10) as connector:
        await walk(connector)
    following = [seen for seen in shop.requests if "page_info" in seen.query]
    assert len(following) == 2
    assert all(set(seen.query) == {"limit", "fields", "page_info"} for seen in following)


async def test_closed_and_archived_orders_are_listed(shop: FakeShopify) -> None:
    order = shop.book.add(modified_at=at(1))
    order.extra["closed"] = True
    async with open_shop(shop, transport="rest") as connector:
        assert await ids(connector) == [order.id]
        assert await connector.count_orders(WINDOW) == 1


async def test_a_full_bucket_slows_us_down_before_it_overflows(shop: FakeShopify) -> None:
    shop.bucket = Bucket(40, 200)
    for number in range(60):
        shop.book.add(modified_at=at(number / 10))
    async with open_shop(
        shop, PATIENT, transport="rest", page_size=1, holds=False, product_details=False
    ) as connector:
        assert len(await ids(connector)) == 60
    assert shop.count("GET", "orders.json") == 60, "a request was throttled"


async def test_a_decimal_retry_after_is_waited_for(shop: FakeShopify) -> None:
    order = shop.book.add(modified_at=at(1))
    shop.faults.add(
        Answer(429, '{"errors":"Exceeded 2 calls per second"}', headers={"Retry-After": "0.1"})
    )
    async with open_shop(shop, PATIENT, transport="rest") as connector:
        assert await ids(connector) == [order.id]


async def test_the_wall_of_60_days_hides_old_orders_without_the_scope(shop: FakeShopify) -> None:
    old = shop.book.add(modified_at=at(1), placed_at=shop.clock() - timedelta(days=90))
    new = shop.book.add(modified_at=at(2))
    async with open_shop(shop) as connector:
        assert await ids(connector) == [old.id, new.id]
        shop.scopes -= {"read_all_orders"}
        assert await ids(connector) == [new.id]


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_window_behind_the_wall_is_warned_of_once_unless_the_scope_is_there(
    shop: FakeShopify, *, allowed: bool
) -> None:
    if not allowed:
        shop.scopes -= {"read_all_orders"}
    now = datetime.now(UTC)
    with capture_logs() as logs:
        async with open_shop(shop) as connector:
            for days in (59, 61, 61):
                await walk(connector, Window(start=now - timedelta(days=days), end=now))
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == (
        [] if allowed else ["Shop hides old orders."]
    )
    assert shop.count("GET", "access_scopes") == 1


@pytest.mark.parametrize("transport", BOTH)
async def test_a_window_that_ends_within_a_second_holds_that_second(
    shop: FakeShopify, transport: str
) -> None:
    order = shop.book.add(modified_at=at(5) + timedelta(milliseconds=700))
    end = at(5) + timedelta(microseconds=999_999)
    async with open_shop(shop, transport=transport) as connector:
        assert await ids(connector, Window(start=at(5), end=end)) == [order.id]


async def test_more_rows_than_one_cursor_may_lead_through_are_read_by_asking_anew(
    shop: FakeShopify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.shopify.listing.walk.MOST_ROWS", 20)
    placed = [shop.book.add(modified_at=at(number // 3)).id for number in range(100)]
    async with open_shop(shop, QUICK, transport="rest", page_size=10) as connector:
        assert await ids(connector) == placed
    fresh = [
        seen
        for seen in shop.requests
        if seen.path.endswith("/orders.json") and "page_info" not in seen.query
    ]
    assert len(fresh) > 4
