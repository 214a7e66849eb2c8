"""A shop may be slow for as long as it answers: only one from which nothing comes at all is given
up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from connectors.errors import OrderNotFoundError
from connectors.orders import Order, RejectedOrder, Window
from connectors.upstream.exchange import Exchange
from proxy.export import StillReadingError
from proxy.export.clock import Clock
from proxy.stores import Pulse
from tests.export.conftest import OpenWorld
from tests.export.play.book import BookConnector
from tests.export.play.world import World

PATIENCE = 900


class SlowConnector(BookConnector):
    """Needs half a minute for each order, and gives none before it has them all; or for each that
    it is asked for by id.
    """

    clock: Clock
    pulse: Pulse

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        found = [entry async for entry in super().list_orders(window)]
        for _ in found:
            await self.answer()
        for entry in found:
            yield entry

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        await self.clock.wait(asyncio.Event(), 30)
        raise OrderNotFoundError(f"The shop has no order {order_id}.")

    async def answer(self) -> None:
        await self.clock.wait(asyncio.Event(), 30)
        self.pulse.hear(
            Exchange(method="GET", url="http://shop/order", status=200, seconds=30, attempt=1)
        )


async def slow(open_world: OpenWorld) -> World:
    world = await open_world(connector=SlowConnector)
    assert isinstance(world.connector, SlowConnector)
    world.connector.clock, world.connector.pulse = world.clock, world.store.pulse
    return world


async def given_up_to_now(world: World) -> None:
    """ShipStation asks every ten minutes until it has a window whole."""
    for _ in range(10):
        try:
            await world.poll()
        except StillReadingError:
            await world.settle(600)
        else:
            return


async def test_a_window_that_takes_long_before_its_first_order_is_read_to_its_end(
    open_world: OpenWorld,
) -> None:
    world = await slow(open_world)
    for _ in range(2 * PATIENCE // 30):
        world.book.add()
    world.clock.forward(60)
    await given_up_to_now(world)
    assert world.differences() == {}
    assert len(world.connector.asked) == 1


async def test_many_hints_at_deleted_orders_do_not_keep_the_others_back(
    open_world: OpenWorld,
) -> None:
    world = await slow(open_world)
    for number in range(2 * PATIENCE // 30):
        await world.exporter.ledger.add_hint(world.store.books, f"gone {number}")
    world.clock.forward(60)
    world.book.add()
    await given_up_to_now(world)
    assert world.differences() == {}
