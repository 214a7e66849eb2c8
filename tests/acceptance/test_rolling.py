"""A rolling restart: one replica after the other is stopped and replaced while ShipStation pages
through a window.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientConnectorError, ClientSession, encode_basic_auth
from lxml import etree

from connectors.testing.faults import Hang
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.doors.custom_store.dates import format_date
from tests.acceptance.served import Served, serving
from tests.postgres import PostgresServer

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}
SETTINGS = """\
listen: 127.0.0.1:0
admin: {{listen: 127.0.0.1:0}}
logs: {{level: debug}}
database: {database}
export: {{page_size: 20}}
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector:
      type: woocommerce
      url: "{shop.url}"
      consumer_key: {shop.access.key}
      consumer_secret: {shop.access.secret}
    upstream: {{rate: 500/s}}
"""


class Balancer:
    """Hands polls to the replicas in turn; one that no longer listens is passed over, as a load
    balancer does.
    """

    def __init__(self, client: ClientSession, shop: FakeWooCommerceShop) -> None:
        self.replicas: list[Served] = []
        self._client = client
        self._end = shop.clock() + timedelta(days=1)

    async def page(self, number: int) -> etree._Element:
        query = {
            "action": "export",
            "start_date": format_date(self._end - timedelta(days=10)),
            "end_date": format_date(self._end),
            "page": str(number),
        }
        for served in [*self.replicas[number % 2 :], *self.replicas[: number % 2]]:
            try:
                async with self._client.get(served.url, params=query, headers=LOGIN) as answer:
                    assert answer.status == 200, await answer.text()
                    return etree.fromstring(await answer.read())
            except ClientConnectorError:
                continue
        raise AssertionError("no replica listens")


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        for _ in range(110):
            shop.book.add()
        yield shop


async def test_no_poll_fails_and_the_pages_fit_together(
    shop: FakeWooCommerceShop, tmp_path: Path, postgres: PostgresServer
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(SETTINGS.format(database=postgres.create(), shop=shop))
    async with AsyncExitStack() as stack:

        async def start() -> Served:
            return await stack.enter_async_context(serving(file))

        async def replace(old: Served) -> None:
            balancer.replicas[balancer.replicas.index(old)] = await start()
            old.stop()
            assert await old.ended() == 0

        balancer = Balancer(await stack.enter_async_context(ClientSession()), shop)
        balancer.replicas = [await start(), await start()]
        first_asked, second_asked = balancer.replicas[1], balancer.replicas[0]
        hang = Hang()
        shop.faults.add(hang, method="GET", path="/orders")
        asked = asyncio.create_task(balancer.page(1))
        await hang.reached.wait()
        # Told to stop while it is reading the shop for page 1, it answers page 1 first.
        replacing = asyncio.create_task(replace(first_asked))
        await first_asked.heard("Stopping.")
        hang.release()
        pages = [await asked]
        await replacing
        for number in range(2, int(pages[0].get("pages", "0")) + 1):
            pages.append(await balancer.page(number))
            if number == 3:
                await replace(second_asked)
    numbers = [order.findtext("OrderNumber") for page in pages for order in page.findall("Order")]
    assert sorted(numbers, key=str) == sorted((order.number for order in shop.book), key=str)
