"""A shop whose next links or redirects lead back to where they began is asked a few times more and
then told so, and an honest store beside it goes on.
"""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from connectors.testing.faults import Handler
from proxy.app import Portside
from tests.attacks.shops.test_hostile_store import describe_shop, make_shop, open_two, poll
from tests.server.stall import Stall

ORDERS = 3
LENGTHS = pytest.mark.parametrize("length", [1, 2], ids=["itself", "ring of two"])


class Ring:
    """Each page names another as the next: after the first page come `length` more, and the last
    of them leads to the first of them. By link, or by the bare cursor where the shop has these.
    """

    def __init__(self, length: int, *, link: bool = True) -> None:
        # All lie before the first order, so that each page holds all orders.
        places = [b"0" * (number + 1) for number in range(length)]
        self._cursors = [base64.urlsafe_b64encode(place).decode() for place in places]
        self._link = link

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        assert isinstance(answer, web.Response)
        here = request.query.get("after")
        place = 0 if here is None else self._cursors.index(here) + 1
        cursor = self._cursors[place % len(self._cursors)]
        link = str(request.url.update_query(after=cursor))
        body = json.loads(answer.text or "")
        if isinstance(body, dict):
            answer.text = json.dumps({**body, "next": link if self._link else cursor})
        answer.headers["Link"] = f'<{link}>; rel="next"'
        return answer


class GraphqlRing:
    """The same in GraphQL's answers; of length 0 each page leads to another that was never read."""

    def __init__(self, length: int) -> None:
        self._length = length

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        after = json.loads(await request.read())["variables"].get("after")
        answer = await handler(request)
        assert isinstance(answer, web.Response)
        body = json.loads(answer.text or "")
        if "pageInfo" in body["data"]["orders"]:
            number = int(after or 0) + 1
            cursor = number % self._length if self._length else number
            page_info = {"hasNextPage": True, "endCursor": str(cursor or self._length)}
            body["data"]["orders"] = {"nodes": [], "pageInfo": page_info}
        answer.text = json.dumps(body)
        return answer


class Circle:
    """Each request is redirected, after `length` steps to an address that was asked before."""

    def __init__(self, length: int) -> None:
        self._length = length

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:  # noqa: ARG002 - a fault's signature
        step = (int(request.query.get("step", "-1")) + 1) % self._length
        place = str(request.rel_url.update_query(step=str(step)))
        # A question that is posted is only asked again with the same body.
        return web.Response(
            status=302 if request.method == "GET" else 307, headers={"Location": place}
        )


@pytest.mark.parametrize(
    ("length", "orders"), [(1, ORDERS), (2, ORDERS), (2, 0)], ids=["itself", "ring", "empty ring"]
)
@pytest.mark.parametrize("style", ["link", "next_url", "cursor"])
async def test_next_links_in_a_ring_are_an_error_that_names_it(
    style: str, length: int, orders: int, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    kind = f"generic_json {style}"
    async with make_shop(kind) as shop:
        for _ in range(orders):
            shop.book.add()
        shop.faults.add(Ring(length, link=style != "cursor"), times=None)
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            status, page = await _poll_beside_an_honest_store(client, portside)
    assert (status, b"leads back to a page that was already read" in page) == (502, True)
    assert len(shop.requests) == 1 + length


@pytest.mark.parametrize(
    ("length", "orders"), [(1, ORDERS), (2, ORDERS), (2, 0)], ids=["itself", "ring", "empty ring"]
)
async def test_next_links_in_a_ring_cost_no_order_of_a_shop_that_has_another_way(
    length: int, orders: int, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with make_shop("shopify rest") as shop:
        for _ in range(orders):
            shop.book.add()
        shop.faults.add(Ring(length), times=None, method="GET", path="updated_at_min.*order=")
        async with open_two(describe_shop("shopify rest", shop), stall, tmp_path) as portside:
            status, page = await _poll_beside_an_honest_store(client, portside)
    assert (status, page.count(b"<Order>")) == (200, orders)
    assert sum("after=" in seen.raw_path for seen in shop.requests) == length


@pytest.mark.parametrize(("length", "pages"), [(1, 2), (2, 3), (0, 101)])
async def test_empty_pages_without_end_cost_no_order_of_a_graphql_shop(
    length: int, pages: int, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    kind, ring = "shopify graphql", GraphqlRing(length)
    async with make_shop(kind) as shop:
        for _ in range(ORDERS):
            shop.book.add()
        shop.faults.add(ring, times=None, when=lambda seen: b"UPDATED_AT" in seen.body)
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            status, page = await _poll_beside_an_honest_store(client, portside)
    assert (status, page.count(b"<Order>")) == (200, ORDERS)
    assert sum(b"UPDATED_AT" in seen.body for seen in shop.requests) == pages


@LENGTHS
@pytest.mark.parametrize(
    "kind",
    [
        "woocommerce",
        "shopify rest",
        "shopify graphql",
        *("generic_json", "generic_json link", "generic_json next_url", "generic_json keyset"),
    ],
)
async def test_redirects_in_a_circle_are_an_error_that_names_it(
    kind: str, length: int, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with make_shop(kind) as shop:
        shop.book.add()
        shop.faults.add(Circle(length), times=None)
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            status, page = await _poll_beside_an_honest_store(client, portside)
    assert (status, b"redirects may lead in a circle" in page) == (502, True)
    assert len(shop.requests) <= 12


async def _poll_beside_an_honest_store(
    client: ClientSession, portside: Portside
) -> tuple[int, bytes]:
    """What north's poll is answered; south's is answered well meanwhile."""
    hostile = asyncio.create_task(poll(client, portside, "north"))
    assert (await poll(client, portside, "south"))[0] == 200
    return await hostile
