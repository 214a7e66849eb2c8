"""Whatever a shop breaks of its word: every order is given, or held with a reason, or the poll is
an error that names the quirk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from itertools import chain, repeat

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world.books import open_file, open_memory
from tests.world.example import Example, draw_examples
from tests.world.hunt import keep_quiet
from tests.world.play import play
from tests.world.worlds import WORLDS

FEWEST_QUIRKS = 30
# Each once had no end, left orders out, or was never given.
ONCE_WRONG = [
    ("woocommerce", "key", ("the offset is ignored", "an order breaks every list"), 2, 1),
    ("woocommerce", "key", ("the offset is ignored", "an order breaks every list"), 2, 2),
    (
        "woocommerce",
        "key",
        ("count is right at a page s edge only", "count is half", "include is ignored"),
        5,
        1,
    ),
    ("woocommerce", "key", ("a row is null", "an order breaks every list"), 4, 1),
    ("woocommerce", "key", ("a row is null", "an order breaks every list"), 4, 3),
    *(
        (world, way, ("a row is null", "count is zero"), 3, 1)
        for world in ("woocommerce", "shopify")
        for way in WORLDS[world].ways
    ),
]


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Thousands of walks say nothing that a failing example needs."""
    keep_quiet()
    yield
    logging.disable(logging.NOTSET)
    structlog.reset_defaults()


@pytest.mark.parametrize("name", WORLDS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_no_lie_leaves_an_order_out_in_silence(name: str, data: st.DataObject) -> None:
    asyncio.run(play(WORLDS[name], data.draw(draw_examples(WORLDS[name], fewest=1))))


@pytest.mark.parametrize(("world", "way", "quirks", "orders", "size"), ONCE_WRONG)
async def test_a_shop_that_was_once_read_wrongly_is_read_to_its_end(
    world: str, way: str, quirks: tuple[str, ...], orders: int, size: int
) -> None:
    example = Example(way=way, quirks=quirks, orders=orders, size=size, apart=6)
    await asyncio.wait_for(play(WORLDS[world], example), 60)


@pytest.mark.parametrize("name", WORLDS)
async def test_an_honest_shop_is_given_whole(name: str) -> None:
    world = WORLDS[name]
    for way, open_books in zip(world.ways, chain([open_file], repeat(open_memory)), strict=False):
        example = Example(way=way, orders=5, size=2, apart=6, edits=True)
        await play(world, example, open_books)


def test_the_catalog_of_quirks_is_long_enough() -> None:
    assert {name for name, world in WORLDS.items() if len(world.catalog) < FEWEST_QUIRKS} == set()
