"""What a test has the shop do: take orders, fail at a page, hang at a page; and what stands on a
page of ours.
"""

from __future__ import annotations

import asyncio

from tests.export.play.poller import read_page
from tests.export.play.world import World


def fill(world: World, orders: int) -> None:
    for _ in range(orders):
        world.book.add()
    world.clock.forward(120)


def fail_at(world: World, page: int, error: Exception) -> None:
    """The shop raises instead of giving its page of that number, counted from now."""
    wanted = world.connector.pages_given + page

    def fail(given: int) -> None:
        if given == wanted:
            raise error

    world.connector.before_page = fail


def hang_at(world: World, page: int) -> None:
    """The shop does not answer when asked for its page of that number, counted from now."""
    wanted = world.connector.pages_given + page

    def hang(given: int) -> None:
        if given == wanted:
            world.connector.hang = asyncio.Event()

    world.connector.before_page = hang


def ids(body: bytes) -> list[str]:
    return [given.id for given in read_page(body)[1]]
