"""One real Portside on SQLite in front of a fake WooCommerce shop with a long order book, asked for
pages as ShipStation asks.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import ClientSession, ClientTimeout, encode_basic_auth
from lxml import etree

from connectors.testing.clock import Clock
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from tests.acceptance.served import Served, serving, write_settings

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}


@asynccontextmanager
async def open_shop(orders: int) -> AsyncIterator[tuple[FakeWooCommerceShop, datetime]]:
    """A shop where a hundred orders changed in every minute, and the first of these minutes; the
    last is over.
    """
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    first = now - timedelta(minutes=orders / 100 + 1)
    async with FakeWooCommerceShop(clock=Clock(now)) as shop:
        for number in range(orders):
            shop.book.add(modified_at=first + timedelta(seconds=number * 3 // 5))
        yield shop, first


@asynccontextmanager
async def serve(shop: FakeWooCommerceShop) -> AsyncIterator[tuple[Served, ClientSession]]:
    """A fresh process with a fresh database in front of `shop`."""
    with TemporaryDirectory() as folder:
        async with (
            serving(write_settings(Path(folder), shop)) as served,
            ClientSession(timeout=ClientTimeout(300)) as client,
        ):
            yield served, client


async def take(
    client: ClientSession, served: Served, start: datetime, end: datetime, page: int = 1
) -> tuple[int, int, float]:
    """How many pages there are, how many orders are on this one, and the seconds it took.

    Asks again as long as it hears 503.
    """
    query = {
        "action": "export",
        "start_date": f"{start:%m/%d/%Y %H:%M}",
        "end_date": f"{end:%m/%d/%Y %H:%M}",
        "page": str(page),
    }
    while True:
        begun = time.perf_counter()
        async with client.get(served.url, params=query, headers=LOGIN) as answer:
            body = await answer.read()
        seconds = time.perf_counter() - begun
        if answer.status == 200:
            root = etree.fromstring(body)
            return int(root.get("pages", "0")), len(root), seconds
        if answer.status != 503:
            raise AssertionError(f"{answer.status}: {body.decode()}")
