"""A shop that fills a page with wrong rows by the hundred thousand holds up no other store: neither
reading them, nor telling of them, is done in one go.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from connectors.testing.faults import Handler
from tests.attacks.conftest import Log
from tests.attacks.shops.test_hostile_store import (
    MOST_OF_A_STEP,
    describe_shop,
    make_shop,
    open_two,
    poll,
)
from tests.attacks.steps import metering, running_elsewhere
from tests.server.stall import Stall

ROWS = 5_000


class Pad:
    """Puts many more rows into each list of orders that the shop shows."""

    def __init__(self, rows: str) -> None:
        self._rows = rows

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if not isinstance(answer, web.Response) or not isinstance(answer.body, bytes):
            return answer
        body, found = answer.body, None
        for opening in (b'"nodes":[', b'"orders":[', b'"data":[', b'"items":[', b"["):
            if (found := body.find(opening)) >= 0:
                found += len(opening)
                break
        headers = {key: value for key, value in answer.headers.items() if key.startswith("X-")}
        if found is None or found < 0 or b"id" not in body:
            return answer
        between = b"" if body[found:].lstrip().startswith(b"]") else b","
        padded = body[:found] + self._rows.encode() + between + body[found:]
        return web.Response(body=padded, content_type="application/json", headers=headers)


def write_rows(kind: str, count: int) -> str:
    if kind == "wrong":
        return ",".join(f'{{"id":{n},"line_items":5}}' for n in range(10**6, 10**6 + count))
    return ",".join([kind] * count)


@pytest.mark.parametrize("rows", ["null", "7", "wrong"])
@pytest.mark.parametrize(
    "kind",
    [
        "woocommerce",
        *("shopify rest", "shopify graphql"),
        *("generic_json", "generic_json offset", "generic_json next_url"),
    ],
)
async def test_no_step_does_much_of_a_page_of_many_wrong_rows(
    kind: str, rows: str, stall: Stall, tmp_path: Path, client: ClientSession, log: Log
) -> None:
    async with running_elsewhere(lambda: make_shop(kind)) as shop:
        shop.book.add()
        shop.faults.add(Pad(write_rows(rows, ROWS)), times=None)
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            with metering() as meter:
                hostile = asyncio.create_task(poll(client, portside, "north"))
                honest = await poll(client, portside, "south")
                status, _ = await hostile
    assert honest[0] == 200
    assert status in {200, 502}
    assert meter.largest <= MOST_OF_A_STEP, meter.place
    assert len(log.lines("Order held back.")) <= 100
    assert len(log.lines()) <= 120
