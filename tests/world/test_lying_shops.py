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
from msgspec.structs import replace

from tests.world.books import open_file, open_memory
from tests.world.example import Example, draw_examples
from tests.world.hunt import keep_quiet
from tests.world.play import play
from tests.world.worlds import WORLDS

FEWEST_QUIRKS = 30


def _make_example(
    way: str, *quirks: str, orders: int, size: int, apart: int = 6, options: str = ""
) -> Example:
    return Example(
        way=way, quirks=quirks, orders=orders, size=size, apart=apart, options=(*options.split(),)
    )


# Each once had no end, left orders out, held a sound one, or was never given.
ONCE_WRONG = [
    *(
        ("woocommerce", _make_example("key", *quirks, orders=orders, size=size))
        for quirks, orders, size in (
            (("the offset is ignored", "an order breaks every list"), 2, 1),
            (("the offset is ignored", "an order breaks every list"), 2, 2),
            (
                ("count is right at a page s edge only", "count is half", "include is ignored"),
                5,
                1,
            ),
            (
                (
                    "the older half of the orders breaks every list",
                    "an order is counted and never shown",
                ),
                2,
                1,
            ),
            (("a row is null", "an order breaks every list"), 4, 1),
            (("a row is null", "an order breaks every list"), 4, 3),
            (("an order breaks what holds it", "include is ignored"), 2, 2),
            (("an order breaks every list", "the query is dropped"), 2, 1),
            (("an order breaks every list", "page size is ignored"), 2, 1),
            (("count is half", "pages are capped"), 4, 3),
        )
    ),
    ("woocommerce", _make_example("key", "count is half", orders=4, size=1, apart=0)),
    (
        "woocommerce",
        replace(_make_example("key", "the list is not sorted", orders=9, size=2), edits=True),
    ),
    *(
        (
            "generic_json",
            _make_example(
                "page",
                "an order breaks its lists",
                orders=2,
                size=1,
                apart=apart,
                options=f"channels counted {more}",
            ),
        )
        for more, apart in (("sorted", 6), ("slices", 6), ("slices", 61))
    ),
    *(
        (world, _make_example(way, "a row is null", "count is zero", orders=3, size=1))
        for world in ("woocommerce", "shopify")
        for way in WORLDS[world].ways
    ),
    *(
        (
            "shopify",
            replace(
                _make_example(way, "counts fail", orders=0, size=1, options="holds routes"),
                edits=True,
            ),
        )
        for way in WORLDS["shopify"].ways
    ),
    (
        "generic_json",
        _make_example(
            "page",
            "the last page comes for every later one",
            "an order breaks its lists",
            orders=2,
            size=1,
        ),
    ),
    (
        "generic_json",
        _make_example("graphql", "rows are doubled", "an order breaks its lists", orders=2, size=1),
    ),
    ("generic_json", _make_example("csv", "text stands behind the json", orders=2, size=1)),
    ("generic_json", _make_example("keyset", "rows are doubled", orders=1, size=1)),
    (
        "generic_json",
        _make_example("keyset", "rows of a page are turned round", orders=3, size=2, apart=0),
    ),
    *(
        (
            "generic_json",
            _make_example(
                "cursor",
                "an order is counted and never shown",
                orders=4,
                size=size,
                options="counted",
            ),
        )
        for size in (1, 2)
    ),
    (
        "generic_json",
        _make_example(
            "cursor", "an order is counted and never shown", orders=5, size=1, options="counted"
        ),
    ),
    (
        "generic_json",
        _make_example(
            "link",
            "first page is empty for a moment",
            "later page is empty for a moment",
            "only the second walk shows an order",
            orders=2,
            size=1,
            options="also counted",
        ),
    ),
    *(
        (
            "generic_json",
            _make_example(
                way, "the query is dropped", "an order breaks its lists", orders=2, size=size
            ),
        )
        for way, size in (("page", 1), ("offset", 1), ("keyset", 1), ("page", 2))
    ),
    (
        "generic_json",
        _make_example(
            "link",
            "only the second walk shows an order",
            "first page is empty for a moment",
            "rows are doubled",
            orders=6,
            size=6,
            options="also counted",
        ),
    ),
    (
        "generic_json",
        _make_example(
            "page", "a detail is of another order", orders=2, size=1, options="counted detail"
        ),
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


@pytest.mark.parametrize(("world", "example"), ONCE_WRONG, ids=str)
async def test_a_shop_that_was_once_read_wrongly_is_read_to_its_end(
    world: str, example: Example
) -> None:
    await asyncio.wait_for(play(WORLDS[world], example), 60)


@pytest.mark.parametrize("name", WORLDS)
async def test_an_honest_shop_is_given_whole(name: str) -> None:
    world = WORLDS[name]
    for way, open_books in zip(world.ways, chain([open_file], repeat(open_memory)), strict=False):
        example = Example(way=way, orders=5, size=2, apart=6, edits=True)
        await play(world, example, open_books)


def test_the_catalog_of_quirks_is_long_enough() -> None:
    assert {name for name, world in WORLDS.items() if len(world.catalog) < FEWEST_QUIRKS} == set()
