"""A real Portside process in front of a fake Shopify, by either of its APIs: polls while the shop
changes, kills, and duplicates.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from defusedxml.ElementTree import fromstring

from connectors.orders import OrderStatus
from connectors.testing.clock import Clock
from connectors.testing.requests import SeenRequest
from tests.acceptance.leases import end_leases
from tests.acceptance.served import Served, serving
from tests.acceptance.test_crash import LOGIN, Freeze, Notice, all_delivered, notices_of, tell_all
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.databases import make_migrated_file

SETTINGS = """\
listen: 127.0.0.1:0
admin: {{listen: 127.0.0.1:0}}
logs: {{level: debug}}
database: {database}
export: {{page_size: 10}}
delivery: {{lease: 5s, answer_within: 2s, concurrency: 8, schedule: [1s, 1s, 2s, 5s]}}
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector:
      type: shopify
      shop: north
      origin: "{shop.url}"
      access_token: {shop.token}
      transport: {transport}
      page_size: 20
    upstream: {{rate: 2000/s, concurrency: 16}}
"""
ORDERS_A_ROUND, REACHED_AT = 10, 7


@pytest.fixture
async def shop() -> AsyncIterator[FakeShopify]:
    async with FakeShopify(clock=Clock(datetime.now(UTC))) as fake:
        yield fake


@pytest.fixture(params=["rest", "graphql"])
def file(request: pytest.FixtureRequest, shop: FakeShopify, tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    database = make_migrated_file(tmp_path / "portside.db")
    path.write_text(SETTINGS.format(database=database, shop=shop, transport=request.param))
    return path


def ships(seen: SeenRequest) -> bool:
    return (
        seen.path.endswith("/fulfillments.json") and seen.method == "POST"
    ) or b"mutation Ship(" in seen.body


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_kill_around_the_call_to_shopify_loses_no_shipment_and_doubles_none(
    shop: FakeShopify, file: Path, moment: str
) -> None:
    orders = [shop.book.add(lines=(("A", 1), ("B", 1))) for _ in range(ORDERS_A_ROUND)]
    pending, accepted = notices_of(orders), list[Notice]()
    freeze = Freeze(moment, REACHED_AT)
    shop.faults.add(freeze, when=ships, times=REACHED_AT)
    async with serving(file) as served:
        telling = asyncio.create_task(tell_all(served, pending, accepted))
        await freeze.reached.wait()
        served.process.kill()
        await served.ended()
        freeze.killed.set()
        await telling
    await end_leases(f"sqlite:///{file.parent}/portside.db")
    async with serving(file) as served:
        while any(pending.values()):
            await tell_all(served, pending, accepted)
        await all_delivered(served)
        # ShipStation says it all again, twice at the same moment.
        again = [notices_of(orders), notices_of(orders)]
        await asyncio.gather(*(tell_all(served, notices, []) for notices in again))
        await all_delivered(served)
        assert not any(left for notices in again for left in notices.values()), (
            "a repeat was not answered with 200"
        )
    told = {
        number: [notice.number for notice in notices]
        for number, notices in notices_of(orders).items()
    }
    assert {
        order.number: [parcel.tracking_number for parcel in order.parcels] for order in orders
    } == told
    assert all(order.status is OrderStatus.SHIPPED for order in orders)


async def poll(
    client: ClientSession, served: Served, start: datetime, end: datetime
) -> list[tuple[str, str]]:
    """(id, status) of every order on every page."""
    found: list[tuple[str, str]] = []
    page = pages = 1
    while page <= pages:
        window = {
            "action": "export",
            "start_date": f"{start:%m/%d/%Y %H:%M}",
            "end_date": f"{end:%m/%d/%Y %H:%M}",
            "page": str(page),
        }
        async with client.get(served.url, params=window, headers=LOGIN) as answer:
            assert answer.status == 200, await answer.text()
            root = fromstring(await answer.text())
        pages = int(root.get("pages") or 1)
        found += [
            (order.findtext("OrderID") or "", order.findtext("OrderStatus") or "")
            for order in root.iter("Order")
        ]
        page += 1
    return found


async def test_polls_are_complete_while_shopify_keeps_changing(
    shop: FakeShopify, file: Path
) -> None:
    chance = random.Random(5)
    begun = datetime.now(UTC) - timedelta(hours=3)
    for number in range(120):
        shop.book.add(modified_at=begun + timedelta(seconds=60 * number), placed_at=begun)
    edits = 0

    def edit(seen: SeenRequest) -> None:
        nonlocal edits
        if edits < 60 and (seen.path.endswith("/orders.json") or b"query Orders(" in seen.body):
            for order in chance.sample(list(shop.book), 3):
                edits += 1
                shop.book.set_status(
                    order.id,
                    chance.choice([OrderStatus.CANCELLED, OrderStatus.UNPAID]),
                    datetime.now(UTC),
                )

    shop.on_request.append(edit)
    known: dict[str, str] = {}
    start = begun
    async with serving(file) as served, ClientSession() as client:
        for _ in range(4):
            end = datetime.now(UTC)
            known.update(await poll(client, served, start, end))
            start = end
        shop.on_request.clear()
        known.update(await poll(client, served, start, datetime.now(UTC)))
    assert edits >= 12
    words: dict[OrderStatus, str] = {status: status.value for status in OrderStatus}
    assert known == {order.id: words[order.status] for order in shop.book}
