"""Three Portsides share one PostgreSQL.

The shop fails, notices come twice, replicas are killed: nothing is lost, doubled or out of order.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, encode_basic_auth, web

from tests.acceptance.served import Served, serving
from tests.delivery.shelf import ShelfShop, open_shop
from tests.postgres import PostgresServer

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}
# `MASS=4 make test ARGS=tests/acceptance/test_replicas.py` plays the promise with 2,000 notices.
REPLICAS, ORDERS, PARCELS = 3, 100 * int(os.environ.get("MASS", "1")), 4
NOTICES = ORDERS * PARCELS * 5 // 4  # every fourth comes twice: 20 % of all are repeats
SETTINGS = """\
listen: 127.0.0.1:0
admin: {{listen: 127.0.0.1:0}}
logs: {{level: debug}}
database: {database}
delivery: {{lease: 5s, answer_within: 2s, concurrency: 8, schedule: [{schedule}]}}
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector: {{type: shelf, url: "{shop.url}"}}
    upstream: {{rate: 2000/s}}
"""


class Fleet:
    """The replicas behind a load balancer that hands requests out in turn."""

    def __init__(self, file: Path, stack: AsyncExitStack) -> None:
        self._file = file
        self._stack = stack
        self._turn = itertools.count()
        self._killing = asyncio.Lock()
        self.replicas: list[Served] = []

    async def start(self) -> Served:
        served = await self._stack.enter_async_context(
            serving(self._file, module="tests.acceptance.shelved")
        )
        self.replicas.append(served)
        return served

    def next(self) -> Served:
        return self.replicas[next(self._turn) % len(self.replicas)]

    async def kill_one(self) -> None:
        """The oldest dies without a word, and another takes its place before the next one dies: a
        fleet of none answers nothing.
        """
        async with self._killing:
            victim = self.replicas.pop(0)
            victim.process.kill()
            await victim.ended()
            await self.start()


class ShipStation:
    """Tells of every parcel until it is accepted, one of an order after the other; some of them
    twice at the same instant.
    """

    def __init__(self, fleet: Fleet, client: ClientSession) -> None:
        self._fleet = fleet
        self._client = client
        self._busy = asyncio.Semaphore(12)
        self.sent = 0
        self.accepted = 0
        self.at: dict[int, Callable[[], Awaitable[None]]] = {}
        self.happening: list[asyncio.Task[None]] = []

    async def ship(self, order: int) -> None:
        for parcel in range(PARCELS):
            async with self._busy:
                twice = parcel == order % PARCELS
                self.sent += 1 + twice
                await asyncio.gather(*(self._tell(order, parcel) for _ in range(1 + twice)))
            self.accepted += 1
            if self.accepted in self.at:
                self.happening.append(asyncio.ensure_future(self.at[self.accepted]()))

    async def _tell(self, order: int, parcel: int) -> None:
        query = {
            "action": "shipnotify",
            "order_number": str(order),
            "carrier": "UPS",
            "tracking_number": f"{order}-{parcel}",
        }
        while True:
            try:
                async with self._client.post(
                    self._fleet.next().url, params=query, headers=LOGIN
                ) as answer:
                    if answer.status == 200:
                        return
            except (ClientError, ConnectionError):
                await asyncio.sleep(0.01)


def moody(
    chance: random.Random, share: float
) -> Callable[[dict[str, Any]], Awaitable[web.StreamResponse | None]]:
    async def fault(_parcel: dict[str, Any]) -> web.StreamResponse | None:
        return web.Response(status=503, text="not now") if chance.random() < share else None

    return fault


async def all_delivered(fleet: Fleet, client: ClientSession) -> None:
    while True:
        async with client.get(
            f"http://{fleet.next().admin}/deliveries?state=waiting&state=dead&limit=1"
        ) as answer:
            if not (await answer.json())["deliveries"]:
                return
        await asyncio.sleep(0.2)


@pytest.fixture
async def shop() -> AsyncIterator[ShelfShop]:
    async with open_shop() as shop:
        yield shop


@pytest.mark.timeout(300)
async def test_nothing_is_lost_or_doubled_or_out_of_order_whatever_fails(
    shop: ShelfShop, tmp_path: Path, postgres: PostgresServer
) -> None:
    chance = random.Random(7)
    shop.before, shop.after = moody(chance, 0.15), moody(chance, 0.15 / 0.85)
    file = tmp_path / "settings.yaml"
    file.write_text(
        SETTINGS.format(database=postgres.create(), shop=shop, schedule=", ".join(["200ms"] * 40))
    )
    async with AsyncExitStack() as stack:
        fleet = Fleet(file, stack)
        await asyncio.gather(*(fleet.start() for _ in range(REPLICAS)))
        client = await stack.enter_async_context(ClientSession())
        shipstation = ShipStation(fleet, client)
        shipstation.at = {ORDERS * PARCELS * quarter // 4: fleet.kill_one for quarter in (1, 2, 3)}
        await asyncio.gather(*(shipstation.ship(order) for order in range(ORDERS)))
        await asyncio.gather(*shipstation.happening)
        await all_delivered(fleet, client)
    assert (len(shipstation.happening), shipstation.sent) == (3, NOTICES)
    at_the_shop: dict[str, list[str]] = {}
    for parcel in shop.parcels:
        at_the_shop.setdefault(parcel["order"], []).append(parcel["number"])
    assert at_the_shop == {
        str(order): [f"{order}-{parcel}" for parcel in range(PARCELS)] for order in range(ORDERS)
    }
    assert len(shop.calls) > ORDERS * PARCELS * 1.1, "the shop failed often indeed"


async def test_a_parcel_put_on_two_replicas_at_once_is_told_once_and_its_sibling_after_it(
    shop: ShelfShop, tmp_path: Path, postgres: PostgresServer
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(SETTINGS.format(database=postgres.create(), shop=shop, schedule="1s"))
    async with AsyncExitStack() as stack:
        fleet = Fleet(file, stack)
        # Both migrate the empty database at once.
        await asyncio.gather(fleet.start(), fleet.start())
        client = await stack.enter_async_context(ClientSession())
        shipstation = ShipStation(fleet, client)
        await asyncio.gather(
            *(shipstation._tell(order, parcel) for order in range(20) for parcel in (0, 0, 1, 1))
        )
        await all_delivered(fleet, client)
    numbers = [parcel["number"] for parcel in shop.parcels]
    assert sorted(numbers) == sorted(
        f"{order}-{parcel}" for order in range(20) for parcel in (0, 1)
    )
    second = {parcel["order"]: parcel for parcel in shop.parcels}
    assert all(len(parcel["earlier"]) == 1 for parcel in second.values()), (
        "the later one knows of the earlier one"
    )
