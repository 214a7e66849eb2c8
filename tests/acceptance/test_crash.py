"""Portside is killed with SIGKILL at the worst moments: what ShipStation was told is accepted is at
the shop in the end, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import ClientError, ClientSession, encode_basic_auth, web

from connectors.testing.book import BookOrder
from connectors.testing.faults import Handler
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.shops.woocommerce.traits import Traits
from tests.acceptance.served import Served, serving
from tests.postgres import PostgresServer

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}
# Each is reached some way into the round, with other notices before it, beside it and after it.
POINTS = ("put:before", "put:after", "call:before", "call:after", "settle:before", "settle:after")
ORDERS_A_ROUND, PARCELS = 17, 2
REACHED_AT = 12

SETTINGS = """\
listen: 127.0.0.1:0
admin: {{listen: 127.0.0.1:0}}
logs: {{level: debug}}
database: {database}
delivery: {{lease: 5s, answer_within: 3s, concurrency: 8}}
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector:
      type: woocommerce
      url: "{shop.url}"
      consumer_key: {shop.access.key}
      consumer_secret: {shop.access.secret}
    upstream: {{rate: 2000/s, concurrency: 16}}
"""


class Notice(NamedTuple):
    order: str
    line: str
    number: str

    @property
    def query(self) -> dict[str, str]:
        return {
            "action": "shipnotify",
            "order_number": self.order,
            "carrier": "USPS",
            "tracking_number": self.number,
        }

    @property
    def body(self) -> str:
        item = f"<Item><LineItemID>{self.line}</LineItemID><Quantity>1</Quantity></Item>"
        order = f"<OrderID>{self.order}</OrderID><OrderNumber>{self.order}</OrderNumber>"
        return f"<ShipNotice>{order}<Items>{item}</Items></ShipNotice>"


class Freeze:
    """At the shop: the so-many-th shipment is held back, `before` or `after` it takes effect, until
    Portside is gone.
    """

    def __init__(self, moment: str, at: int) -> None:
        self._moment = moment
        self._left = at
        self.reached = asyncio.Event()
        self.killed = asyncio.Event()

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._left -= 1
        if self._left:
            return await handler(request)
        answer = await handler(request) if self._moment == "after" else web.Response(status=503)
        self.reached.set()
        await self.killed.wait()
        return answer


def notices_of(orders: Sequence[BookOrder]) -> dict[str, list[Notice]]:
    """A parcel for each line of each order."""
    return {
        order.number: [
            Notice(order.id, line.id, f"94{order.id}{place}")
            for place, line in enumerate(order.lines)
        ]
        for order in orders
    }


async def tell(
    client: ClientSession, served: Served, notices: list[Notice], accepted: list[Notice]
) -> None:
    """As ShipStation does: one parcel of an order after the other, and one that is not answered 2xx
    comes again some other time.
    """
    while notices:
        async with client.post(
            served.url, params=notices[0].query, data=notices[0].body, headers=LOGIN
        ) as answer:
            if answer.status != 200:
                return
            accepted.append(notices.pop(0))


async def tell_all(
    served: Served, pending: dict[str, list[Notice]], accepted: list[Notice]
) -> None:
    busy = asyncio.Semaphore(6)

    async def one(notices: list[Notice]) -> None:
        async with busy:
            with suppress(ClientError, ConnectionError):
                await tell(client, served, notices, accepted)

    async with ClientSession() as client:
        await asyncio.gather(*(one(notices) for notices in pending.values()))


@asynccontextmanager
async def paused_at(
    point: str, file: Path, shop: FakeWooCommerceShop
) -> AsyncIterator[tuple[Served, asyncio.Task[object], Freeze]]:
    """A Portside that will stand still at `point`, and a task that ends when it does."""
    stage, moment = point.split(":")
    freeze = Freeze(moment, REACHED_AT)
    pause = "::"
    if stage == "call":
        shop.faults.add(freeze, method="POST", path="/fulfillments", times=REACHED_AT)
    else:
        pause = f"{point}:{REACHED_AT}"
    async with serving(file, module="tests.acceptance.pausing", PORTSIDE_PAUSE=pause) as served:
        standing: asyncio.Task[object] = asyncio.create_task(
            freeze.reached.wait() if stage == "call" else served.heard("paused")
        )
        yield served, standing, freeze


async def all_delivered(served: Served) -> None:
    async with ClientSession() as client:
        while True:
            async with client.get(f"http://{served.admin}/deliveries?state=waiting") as answer:
                if not (await answer.json())["deliveries"]:
                    return
            await asyncio.sleep(0.1)


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop(traits=Traits(fulfillments=True)) as shop:
        yield shop


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_no_accepted_shipment_is_lost_or_told_twice_whenever_portside_is_killed(
    kind: str, shop: FakeWooCommerceShop, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: PostgresServer | None = (
        request.getfixturevalue("postgres") if kind == "postgresql" else None
    )
    file = tmp_path / "settings.yaml"
    file.write_text(
        SETTINGS.format(
            database=server.create() if server else f"sqlite:///{tmp_path}/portside.db", shop=shop
        )
    )
    pending: dict[str, list[Notice]] = {}
    accepted: list[Notice] = []
    for point in POINTS:
        orders = [shop.book.add(lines=(("A", 1), ("B", 1))) for _ in range(ORDERS_A_ROUND)]
        pending.update(notices_of(orders))
        async with paused_at(point, file, shop) as (served, standing, freeze):
            telling = asyncio.create_task(tell_all(served, pending, accepted))
            await asyncio.wait({standing, telling}, return_when=asyncio.FIRST_COMPLETED)
            assert standing.done(), f"{point} was never reached"
            served.process.kill()
            await served.ended()
            freeze.killed.set()
            await telling
    async with serving(file) as served:
        while any(pending.values()):
            await tell_all(served, pending, accepted)
        await all_delivered(served)
    assert len(accepted) == len(POINTS) * ORDERS_A_ROUND * PARCELS >= 200
    at_the_shop = {
        order.number: [parcel.tracking_number for parcel in order.parcels] for order in shop.book
    }
    told = {
        number: [notice.number for notice in notices]
        for number, notices in notices_of(list(shop.book)).items()
    }
    assert at_the_shop == told, "each parcel once, in the order it was noticed"
