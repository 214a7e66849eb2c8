"""Two real Portsides on one PostgreSQL, a real shop server, and a ShipStation that gives up: after
all of it, every order's last state is there.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, encode_basic_auth
from lxml import etree

from connectors.orders import OrderStatus
from connectors.testing.clock import Clock
from connectors.testing.faults import Answer, Hang, Reset, Truncate
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from tests.acceptance.leases import end_leases
from tests.acceptance.served import Served, serving
from tests.postgres import PostgresServer

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}
STEP = timedelta(minutes=7)
SETTINGS = """\
listen: 127.0.0.1:0
admin: {{listen: 127.0.0.1:0}}
logs: {{level: debug}}
database: {database}
export: {{page_size: 5, deadline: 20s}}
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector:
      type: woocommerce
      url: "{shop.url}"
      page_size: 10
      consumer_key: {shop.access.key}
      consumer_secret: {shop.access.secret}
    upstream: {{rate: 2000/s, attempts: 1}}
"""
STATES = [OrderStatus.UNPAID, OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.CANCELLED]


class RefusedError(Exception):
    """ShipStation did not get its page."""


class Fleet:
    """Two replicas; pages are asked of them in turn."""

    def __init__(self, file: Path, database: str, stack: AsyncExitStack) -> None:
        self.database = database
        self._file = file
        self._stack = stack
        self._turn = 0
        self.replicas: list[Served] = []

    async def start(self) -> None:
        self.replicas.append(await self._stack.enter_async_context(serving(self._file)))

    def next(self) -> Served:
        self._turn += 1
        return self.replicas[self._turn % len(self.replicas)]

    async def kill(self, served: Served) -> None:
        """As kill -9 does; another one takes its place."""
        self.replicas.remove(served)
        served.process.kill()
        await served.ended()
        await self.start()


class ShipStation:
    """Its windows lie in the past, seven minutes each, so that a test need not take hours.

    `copy`: status and time of each order.
    """

    def __init__(self, fleet: Fleet, client: ClientSession, start: datetime) -> None:
        self.copy: dict[str, tuple[str, str]] = {}
        self.start = start
        self._fleet = fleet
        self._client = client

    async def page(self, end: datetime, number: int, served: Served | None = None) -> int:
        """Take one page. Returns how many there are. Raises RefusedError."""
        window = {"start_date": f"{self.start:%m/%d/%Y %H:%M}", "end_date": f"{end:%m/%d/%Y %H:%M}"}
        query = {"action": "export", **window, "page": str(number)}
        try:
            async with self._client.get(
                (served or self._fleet.next()).url, params=query, headers=LOGIN
            ) as answer:
                body = await answer.read()
        except ClientError as error:
            raise RefusedError from error
        if answer.status != 200:
            raise RefusedError(body)
        root = etree.fromstring(body)
        for order in root.iterfind("Order"):
            self.copy[order.findtext("OrderID", "")] = (
                order.findtext("OrderStatus", ""),
                order.findtext("LastModified", ""),
            )
        return int(root.get("pages", "0"))

    async def poll(self, end: datetime, first: int = 1) -> None:
        """All pages from `first` on; then the next window begins where this one ended."""
        number = pages = first
        while number <= pages:
            pages = await self.page(end, number)
            number += 1
        self.start = end


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    begun = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=2)
    async with FakeWooCommerceShop(clock=Clock(begun)) as fake:
        yield fake


@pytest.mark.timeout(240)
async def test_kills_outages_and_abandoned_walks_cost_no_order(
    shop: FakeWooCommerceShop, tmp_path: Path, postgres: PostgresServer, migrated_postgres: str
) -> None:
    chance = random.Random(3)
    file = tmp_path / "settings.yaml"
    database = postgres.create(template=migrated_postgres)
    file.write_text(SETTINGS.format(shop=shop, database=database))
    edits = 0

    def live(seen: SeenRequest) -> None:
        """The shop goes on while it is read."""
        nonlocal edits
        if (
            seen.method == "GET"
            and seen.path.endswith("/orders")
            and len(shop.book)
            and chance.random() < 0.5
        ):
            edits += 1
            shop.clock.set(shop.clock() + timedelta(seconds=1))
            shop.book.set_status(chance.choice(list(shop.book)).id, chance.choice(STATES))

    shop.on_request.append(live)
    async with AsyncExitStack() as stack:
        fleet = Fleet(file, database, stack)
        await fleet.start()
        await fleet.start()
        client = await stack.enter_async_context(ClientSession())
        shipstation = ShipStation(fleet, client, shop.clock())
        for round_number in range(8):
            end = shipstation.start + STEP
            for second in range(chance.randint(12, 30)):
                shop.clock.set(max(shop.clock(), shipstation.start) + timedelta(seconds=second % 3))
                shop.book.add()
            shop.clock.set(max(shop.clock(), end + timedelta(minutes=1)))
            await _one_poll(round_number, shop, fleet, shipstation, end)
        shop.on_request.clear()
        shop.faults.clear()
        for _ in range(3):
            shop.clock.set(max(shop.clock(), shipstation.start) + STEP)
            await shipstation.poll(shop.clock())
    assert edits > 10
    assert shipstation.copy == {
        order.id: (order.status.value, f"{order.modified_at:%m/%d/%Y %H:%M}") for order in shop.book
    }


async def _one_poll(
    number: int, shop: FakeWooCommerceShop, fleet: Fleet, shipstation: ShipStation, end: datetime
) -> None:
    """Each round has its own trouble.

    What fails is forgotten: ShipStation goes on to the next window.
    """
    trouble = number % 7
    if trouble == 1:
        await _kill_in_mid_walk(shop, fleet, shipstation, end)
        return
    try:
        if trouble == 2:
            shop.faults.add(*(Answer(503), Reset(), Truncate()), path="/orders")
            await shipstation.poll(end)
        elif trouble == 3:
            await shipstation.page(end, 1)
            shipstation.start = end
        elif trouble == 4:
            await shipstation.page(end, 1)
            await shop.stop()
            await shop.start()
            await shipstation.poll(end, first=2)
        elif trouble == 5:
            await shop.stop()
            with pytest.raises(RefusedError):
                await shipstation.poll(end)
            await shop.start()
        else:
            await shipstation.poll(end)
    except RefusedError:
        shop.faults.clear()
        shipstation.start = end


async def _kill_in_mid_walk(
    shop: FakeWooCommerceShop, fleet: Fleet, shipstation: ShipStation, end: datetime
) -> None:
    """The replica that reads the window dies while the shop's second page is on its way; the other
    one keeps the promise.
    """
    hang, builder = Hang(), fleet.replicas[0]
    shop.faults.add(
        hang,
        path="/orders",
        when=lambda seen: "per_page=10" in seen.raw_path and len(_walked(shop)) > 2,
    )
    shop.requests.clear()
    pages = await shipstation.page(end, 1, builder)
    await hang.reached.wait()
    await fleet.kill(builder)
    await end_leases(fleet.database)
    assert pages > 2
    await shipstation.poll(end, first=2)


def _walked(shop: FakeWooCommerceShop) -> list[SeenRequest]:
    return [
        seen
        for seen in shop.requests
        if seen.path.endswith("/orders") and "per_page=10" in seen.raw_path
    ]
