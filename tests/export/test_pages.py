"""Pages: what ShipStation is given, and when."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.export.poller import read_page
from tests.export.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.close()


async def test_every_order_of_the_window_is_given_once_over_all_pages(world: World) -> None:
    for _ in range(10):
        world.book.add()
    world.clock.forward(120)
    await world.poll()
    assert world.differences() == {}
    assert world.poller.received == 10


async def test_an_empty_window_is_one_page_without_orders(world: World) -> None:
    page = await world.page(world.poller.begin_request())
    assert read_page(page.body) == (1, [])
