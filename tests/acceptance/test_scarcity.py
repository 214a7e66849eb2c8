"""A disk that fills up and descriptors that run out while a shop is at work: ShipStation hears an
error, nothing is lost, nothing is told twice, and room is all it takes to go on.
"""

from __future__ import annotations

import os
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from connectors.testing.faults import Handler
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from tests.acceptance.served import Served, serving, write_settings
from tests.acceptance.test_serve import LOGIN, noted, notify, poll, readiness


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        shop.stock(count=20)
        yield shop


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def limit(served: Served, kind: int, soft: int | None) -> None:
    """What the running process may use of something; None for all that it may have."""
    _, hard = resource.prlimit(served.process.pid, kind)
    resource.prlimit(served.process.pid, kind, (hard if soft is None else soft, hard))


def find_free_descriptor(served: Served) -> int:
    """The lowest: where the limit is as high, no further file can be opened."""
    open_now = {int(name) for name in os.listdir(f"/proc/{served.process.pid}/fd")}  # noqa: PTH208 -- names, not files
    return min(set(range(len(open_now) + 1)) - open_now)


async def test_a_disk_that_fills_up_while_the_shop_is_told_costs_no_notice_and_tells_nothing_twice(
    shop: FakeWooCommerceShop, client: ClientSession, tmp_path: Path
) -> None:
    order = next(order.id for order in shop.book if order.word == "processing")
    file = write_settings(tmp_path, shop)
    file.write_text("delivery: {answer_within: 1s}\n" + file.read_text())
    async with serving(file) as served:

        async def fill_up(request: web.Request, handler: Handler) -> web.StreamResponse:
            limit(served, resource.RLIMIT_FSIZE, 0)
            return await handler(request)

        shop.faults.add(fill_up, method="POST", path="notes")
        # It was on the disk before the shop was told.
        assert await notify(client, served, order, "9400") == 200
        assert await notify(client, served, "1002", "9401") == 503
        assert (await poll(client, served, shop))[0] == 503
        limit(served, resource.RLIMIT_FSIZE, None)
        await served.heard("Shop told.")
        assert await list_deliveries(client, served) == [("9400", "delivered")]
        assert (await poll(client, served, shop))[0] == 200
        assert await notify(client, served, order, "9400") == 200
    assert noted(shop, order, "9400") == 1
    levels = [line["level"] for line in served.log if line["event"] == "Could not settle."]
    assert levels.count("warning") == 1


async def test_descriptors_that_run_out_while_a_shop_is_asked_are_an_error_and_cost_nothing(
    shop: FakeWooCommerceShop, client: ClientSession, tmp_path: Path
) -> None:
    order = next(order.id for order in shop.book if order.word == "processing")
    file = write_settings(tmp_path, shop)
    file.write_text(file.read_text().replace("rate: 100/s", "rate: 100/s, attempts: 1"))
    async with serving(file) as served:
        # From here on the client has a connection that it goes on using; Portside has none to
        # the shop. (After a HEAD, aiohttp's client closes its side.)
        async with client.get(served.url, headers=LOGIN) as answer:
            assert (answer.status, b"action" in await answer.read()) == (400, True)
        limit(served, resource.RLIMIT_NOFILE, find_free_descriptor(served))
        status, words = await poll(client, served, shop)
        assert (status, b"no connection to the shop (too many open files)" in words) == (503, True)
        # The notice needs no shop to be on the disk.
        assert await notify(client, served, order, "9400") == 200
        limit(served, resource.RLIMIT_NOFILE, None)
        assert await list_deliveries(client, served) == [("9400", "waiting")]
        status, page = await poll(client, served, shop)
        assert (status, page.count(b"<Order>") > 10) == (200, True)
        assert await notify(client, served, order, "9400") == 200
        assert await list_deliveries(client, served) == [("9400", "delivered")]
        assert await readiness(client, served) == (200, "ready\n")
    assert noted(shop, order, "9400") == 1
    assert served.other == []


async def list_deliveries(client: ClientSession, served: Served) -> list[tuple[str, str]]:
    """The number and the state of each."""
    async with client.get(f"http://{served.admin}/deliveries") as answer:
        shown = (await answer.json())["deliveries"]
    return [(delivery["tracking_number"], delivery["state"]) for delivery in shown]
