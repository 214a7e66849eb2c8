"""Shopify's GraphQL: its budget is kept, a dear query is asked in smaller pages, and an error under
200 is an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.errors import AuthenticationError, RefusedError, TemporaryError
from connectors.orders import Order
from connectors.shopify.api import queries
from connectors.shopify.api.auth import make_auth
from connectors.shopify.api.graphql_client import GraphqlClient, judge_reply
from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import at, failure, ids, walk
from connectors.upstream.client import Upstream
from connectors.upstream.policy import UpstreamPolicy
from tests.connectors.shopify.fake.bucket import Bucket
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import open_shop, settings_for

PATIENT = UpstreamPolicy(rate=10_000, attempts=3, backoff=0.001, patience=5, trip_after=1000)


@pytest.fixture
async def shop() -> AsyncIterator[FakeShopify]:
    async with FakeShopify() as fake:
        yield fake


async def test_lines_beyond_the_first_page_of_an_order_are_read(shop: FakeShopify) -> None:
    shop.book.add(modified_at=at(1), lines=tuple((f"L{number}", 1) for number in range(137)))
    async with open_shop(shop, transport="graphql") as connector:
        (found,) = await walk(connector)
    assert isinstance(found, Order)
    assert [item.sku for item in found.items] == [f"L{number}" for number in range(137)]


async def test_throttled_under_200_is_waited_for(shop: FakeShopify) -> None:
    shop.points = Bucket(1000, 20_000)
    placed = [shop.book.add(modified_at=at(number / 10)).id for number in range(60)]
    throttled = (
        '{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],'
        '"extensions":{"cost":{"requestedQueryCost":500,'
        '"throttleStatus":{"maximumAvailable":1000,"currentlyAvailable":490,"restoreRate":1000}}}}'
    )
    shop.faults.add(Answer(200, throttled), when=lambda seen: b"query Orders(" in seen.body)
    async with open_shop(shop, PATIENT, transport="graphql") as connector:
        assert await ids(connector) == placed


@pytest.mark.parametrize("extras", [True, False])
async def test_the_cost_budget_is_kept_so_that_nothing_is_throttled(
    shop: FakeShopify, *, extras: bool
) -> None:
    # A bucket that holds one page and fills within a fraction of a second.
    shop.points = Bucket(1000, 10_000)
    placed = [shop.book.add(modified_at=at(number / 10)).id for number in range(60)]
    answers: list[SeenRequest] = []
    shop.on_request.append(answers.append)
    async with open_shop(
        shop,
        PATIENT,
        transport="graphql",
        holds=extras,
        product_details=extras,
    ) as connector:
        assert await ids(connector) == placed
    pages = [seen for seen in answers if b"query Orders(" in seen.body]
    cursors = [seen.body for seen in pages]
    assert len(cursors) == len(set(cursors)), "a page was asked for twice, so it had been throttled"
    assert shop.points.refused == 0


async def test_requests_at_the_same_time_share_one_budget(shop: FakeShopify) -> None:
    shop.points = Bucket(250, 1_000)
    gids = [f"gid://shopify/Order/{shop.book.add(modified_at=at(1)).id}" for _ in range(20)]
    settings = settings_for(shop)
    async with Upstream.open(
        settings.base_url, auth=make_auth(settings), policy=PATIENT, judge=judge_reply
    ) as upstream:
        client = GraphqlClient(upstream, settings.api_version)
        parts = client.for_parts(once=True)
        for query in (queries.STATES, queries.ROUTES):
            await asyncio.gather(
                *(
                    one.ask(query, {"ids": gids[:size]}, object, size=size)
                    for one in (client, parts)
                    for size in (1, 5, 10)
                )
            )
    assert shop.points.refused == 0


async def test_a_query_that_is_too_dear_is_asked_in_smaller_pages(shop: FakeShopify) -> None:
    placed = [shop.book.add(modified_at=at(number / 10)).id for number in range(12)]
    dear = (
        '{"errors":[{"message":"Query cost is'
        ' 1200","extensions":{"code":"MAX_COST_EXCEEDED","cost":1200,"maxCost":1000}}]}'
    )
    shop.faults.add(
        Answer(200, dear), Answer(200, dear), when=lambda seen: b"query Orders(" in seen.body
    )
    async with open_shop(shop, transport="graphql") as connector:
        assert await ids(connector) == placed
    firsts = [seen.body for seen in shop.requests if b"query Orders(" in seen.body][:3]
    assert [b'"first":%d' % size in body for size, body in zip((5, 2, 1), firsts, strict=True)] == [
        True
    ] * 3


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ACCESS_DENIED", AuthenticationError),
        ("INTERNAL_SERVER_ERROR", TemporaryError),
        ("undefinedField", RefusedError),
    ],
)
async def test_errors_under_200_are_errors(shop: FakeShopify, code: str, kind: type[Any]) -> None:
    shop.book.add(modified_at=at(1))
    body = (
        '{"data":{"orders":null},"errors":[{"message":"It says'
        ' no","path":["orders"],"extensions":{"code":"CODE"}}]}'.replace("CODE", code)
    )
    shop.faults.add(Answer(200, body), when=lambda seen: b"query " in seen.body, times=None)
    async with open_shop(shop, transport="graphql", holds=False) as connector:
        assert "It says no" in str(await failure(walk(connector), kind))


async def test_an_app_that_may_not_read_customers_reads_orders_all_the_same(
    shop: FakeShopify,
) -> None:
    shop.book.add(modified_at=at(1))
    shop.scopes -= {"read_customers"}
    async with open_shop(shop, transport="graphql") as connector:
        (found,) = await walk(connector)
    assert isinstance(found, Order)
    assert found.customer.ship_to.line1 == "1 Harbour Road"
