"""Reading that ends early closes the shop's list, so that what the connector holds for it is let go
at once and not when the garbage collector finds it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import cast

import msgspec
import pytest

from connectors.errors import ConnectorError
from proxy.export import StillReadingError
from proxy.export.sweep import Sweeper
from proxy.storage.errors import StorageError
from tests.export.play.noting import NotingConnector
from tests.export.play.polls import HOUR, poll_after
from tests.export.play.world import World

STALLED = 20 * 60


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A shop with orders, of which the builder looks the first up by id while it reads the list."""
    world = World(connector=NotingConnector)
    for _ in range(6):
        world.book.add()
    await world.exporter.ledger.add_hint(world.store.books, "000001")
    world.clock.forward(120)
    yield world
    await world.close()


def shop(world: World) -> NotingConnector:
    return cast("NotingConnector", world.connector)


async def fail_by_the_shop(world: World) -> None:
    shop(world).error = ConnectorError("the shop makes no sense")
    shop(world).answer.set()


async def fail_by_a_fault_of_the_connector(world: World) -> None:
    shop(world).error = RuntimeError("nobody foresaw this")
    shop(world).answer.set()


async def fail_by_the_database(world: World) -> None:
    world.replicas[0].cable.cut = True
    shop(world).answer.set()


async def lose_the_lease(world: World) -> None:
    async with world.storage.writing(world.store.books) as rows:
        (snapshot,) = await rows.snapshots()
        await rows.put_snapshot(msgspec.structs.replace(snapshot, token="another builder's"))
    shop(world).answer.set()


async def stop_the_process(world: World) -> None:
    await world.exporter.__aexit__(None, None, None)


async def stall(world: World) -> None:
    await world.settle(STALLED)


@pytest.mark.parametrize(
    "end",
    [
        fail_by_the_shop,
        fail_by_a_fault_of_the_connector,
        fail_by_the_database,
        lose_the_lease,
        stop_the_process,
        stall,
    ],
)
async def test_a_build_that_ends_early_leaves_the_shops_list_closed(
    world: World, end: Callable[[World], Awaitable[None]]
) -> None:
    with pytest.raises(StillReadingError):
        await world.ask()
    assert shop(world).endings == []
    await end(world)
    await world.settle()
    assert shop(world).endings == [True]


async def test_a_sweep_that_ends_early_leaves_the_shops_list_closed(world: World) -> None:
    shop(world).answer.set()
    for _ in range(200):
        world.book.add()
    await poll_after(world, HOUR)
    shop(world).endings = []
    world.connector.before_page = lambda _page: setattr(world.replicas[0].cable, "cut", True)
    with pytest.raises(StorageError):
        await Sweeper(world.exporter.ledger, timedelta(hours=1)).sweep(world.store)
    assert shop(world).endings == [True]
