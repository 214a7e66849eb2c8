"""Orders that are asked for one by one: what the shop will not give now is asked for again, and
keeps no other order back.
"""

from __future__ import annotations

import pytest

from connectors.errors import AuthenticationError, ConnectorError, RefusedError, UnavailableError
from connectors.orders import Order, RejectedOrder
from proxy.export.sweep import Sweeper
from proxy.export.windows import WindowRules
from tests.export.conftest import OpenWorld
from tests.export.play.book import BookConnector
from tests.export.play.polls import HOUR, poll_after
from tests.export.play.world import World


class Touchy(BookConnector):
    """A shop that fails over some orders when it is asked for them alone."""

    def fail_over(self, **faults: ConnectorError) -> None:
        self.faults = {key.strip("_"): error for key, error in faults.items()}

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        if error := self.faults.get(order_id):
            raise error
        return await super().get_order(order_id)


@pytest.mark.parametrize(
    "error", [UnavailableError("a fatal error"), AuthenticationError("not this one")]
)
async def test_an_order_the_shop_fails_over_keeps_no_other_back_and_comes_once_it_can(
    open_world: OpenWorld, error: ConnectorError
) -> None:
    world = await open_world(connector=Touchy)
    assert isinstance(world.connector, Touchy)
    await poll_after(world, 60)
    world.book.add()
    for _ in range(2):
        await world.exporter.ledger.add_hint(world.store.books, world.book.add(lag=48 * HOUR).id)
    world.connector.fail_over(_000002=error)
    assert await poll_after(world, HOUR) == ["000001", "000003"]
    assert await poll_after(world, HOUR) == []
    world.connector.fail_over()
    assert await poll_after(world, HOUR) == ["000002"]
    assert await poll_after(world, HOUR) == []


@pytest.mark.parametrize(
    "error", [UnavailableError("a fatal error"), RefusedError("a firewall", status=400)]
)
async def test_an_order_that_is_listed_goes_out_though_the_shop_will_not_give_it_alone(
    open_world: OpenWorld, error: ConnectorError
) -> None:
    world = await open_world(connector=Touchy)
    assert isinstance(world.connector, Touchy)
    await poll_after(world, 60)
    world.book.add()
    await world.exporter.ledger.add_hint(world.store.books, "000001")
    world.connector.fail_over(_000001=error)
    assert await poll_after(world, HOUR) == ["000001"]


async def start_anew(world: World) -> None:
    """What a new process does for a store first of all, and then does again and again."""
    sweeper = Sweeper(world.exporter.ledger, None)
    for _ in range(2):
        await sweeper.tend(world.store, WindowRules())


async def test_an_order_set_aside_comes_after_a_start_once_its_cause_is_mended(
    open_world: OpenWorld,
) -> None:
    world = await open_world()
    await poll_after(world, 60)
    world.book.add()
    world.connector.rejected = {"000001": "line_items[0].total: expected money, found 'abc'"}
    assert await poll_after(world, HOUR) == []
    await start_anew(world)
    assert await poll_after(world, HOUR) == []
    world.connector.rejected = {}
    assert await poll_after(world, HOUR) == []
    await start_anew(world)
    assert await poll_after(world, HOUR) == ["000001"]
    await start_anew(world)
    assert await poll_after(world, HOUR) == []


async def test_many_orders_set_aside_are_asked_for_a_handful_at_a_time(
    open_world: OpenWorld,
) -> None:
    world = await open_world()
    await poll_after(world, 60)
    for _ in range(60):
        world.connector.rejected[world.book.add().id] = "broken"
    assert await poll_after(world, HOUR) == []
    world.connector.rejected = {}
    await start_anew(world)
    first = await poll_after(world, 60)
    assert len(first) == 50
    rest = await poll_after(world, HOUR)
    assert sorted(first + rest) == sorted(world.book.orders)
