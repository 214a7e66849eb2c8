"""The table of what goes out: every platform in every situation, and the page for merchants that
shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.generic_json.recipes.reader import list_recipes, read_recipe
from connectors.orders import Order, OrderStatus
from connectors.shopify.api import queries
from proxy.rules.policy import CLOSED, HeldBack, HeldKind
from tests.connectors.what_goes_out.cells import (
    Cell,
    Example,
    Platform,
    Situation,
    Word,
    load_table,
)
from tests.connectors.what_goes_out.page import PAGE, render_page
from tests.connectors.what_goes_out.readers import read_example, send_again, send_example

TABLE = load_table()
CELLS = [
    pytest.param(platform, cell, id=f"{name}-{situation}")
    for name, platform in TABLE.items()
    for situation, cell in platform.cells.items()
]
EXAMPLES = [
    pytest.param(platform, example, id=f"{name}-{situation}-{at}")
    for name, platform in TABLE.items()
    for situation, cell in platform.cells.items()
    for at, example in enumerate(cell.examples)
]
# Situations that move money between lines.
SUMMED = [
    pytest.param(platform, example, id=f"{name}-{situation}-{at}")
    for name, platform in TABLE.items()
    for situation, cell in platform.cells.items()
    if situation in {Situation.BUNDLES, Situation.SHIP_SEPARATELY, Situation.GIFT_CARD}
    for at, example in enumerate(cell.examples)
    if example.goes_out
]


@pytest.mark.parametrize(("platform", "example"), EXAMPLES)
async def test_each_example_goes_out_as_the_table_says(
    platform: Platform, example: Example
) -> None:
    sent = await send_example(platform, example)
    if isinstance(sent, HeldBack):
        kind, begins = (
            (HeldKind.FILTERED, example.left_out)
            if example.left_out
            else (HeldKind.INVALID, example.held)
        )
        assert begins, sent.reason
        assert (sent.kind, sent.reason[: len(begins)]) == (kind, begins)
    else:
        assert sent == list(example.goes_out)


@pytest.mark.parametrize(("platform", "example"), EXAMPLES)
async def test_the_word_of_each_example_is_true_of_it(platform: Platform, example: Example) -> None:
    sent = await send_example(platform, example)
    assert is_true_word(example.says, platform, example, sent)


@pytest.mark.parametrize(("platform", "example"), EXAMPLES)
async def test_what_was_given_and_is_left_out_since_is_taken_off_shipstations_list(
    platform: Platform, example: Example
) -> None:
    order = read_example(platform, example)
    if example.left_out and isinstance(order, Order):
        assert await send_again(order) == OrderStatus.CANCELLED


@pytest.mark.parametrize("platform", TABLE.values(), ids=list(TABLE))
async def test_an_order_that_lost_all_its_lines_is_taken_off_shipstations_list(
    platform: Platform,
) -> None:
    whole = read_example(platform, Example(says=Word.PARCEL))
    emptied = read_example(platform, Example(says=Word.LEFT_OUT, order={platform.lines: []}))
    assert isinstance(whole, Order)
    assert isinstance(emptied, Order)
    assert await send_again(whole) not in CLOSED
    assert await send_again(emptied) == OrderStatus.CANCELLED


@pytest.mark.parametrize(("platform", "example"), SUMMED)
def test_lines_add_up_to_the_total(platform: Platform, example: Example) -> None:
    order = read_example(platform, example)
    assert isinstance(order, Order)
    assert order.total == order.tax + order.shipping + sum(
        item.unit_price * item.quantity for item in order.items
    )


@pytest.mark.parametrize(("platform", "cell"), CELLS)
def test_each_cell_has_examples_with_a_source_or_a_reason(platform: Platform, cell: Cell) -> None:
    assert bool(cell.examples) != bool(cell.unknown), platform.name
    assert bool(cell.source) == bool(cell.examples)


@pytest.mark.parametrize("name", TABLE)
def test_each_platform_has_every_situation(name: str) -> None:
    assert list(TABLE[name].cells) == list(Situation)


def test_every_recipe_has_a_row() -> None:
    assert set(list_recipes()) <= {platform.reader for platform in TABLE.values()}


@pytest.mark.parametrize("name", ["saleor", "vendure"])
def test_a_query_asks_for_every_field_of_the_examples(name: str) -> None:
    query = read_recipe(name)["orders"]["request"]["body"]["query"]
    asked = set(re.findall(r"\w+", query)) | set(read_recipe(name)["orders"].get("expand", {}))
    shown = [platform.order for platform in TABLE.values() if platform.reader == name]
    shown += [
        example.order
        for platform in TABLE.values()
        if platform.reader == name
        for cell in platform.cells.values()
        for example in cell.examples
    ]
    assert set(list_names(shown)) <= asked


def test_shopifys_queries_ask_for_every_field_of_the_examples() -> None:
    (row,) = (platform for platform in TABLE.values() if platform.reader == "shopify_graphql")
    sent = " ".join([queries.build_orders_query("shop"), queries.ROUTES, queries.ROUTE_LINES])
    shown: list[Any] = [row.order]
    for cell in row.cells.values():
        shown += [part for example in cell.examples for part in (example.order, example.beside)]
    assert set(list_names(shown)) <= set(re.findall(r"\w+", sent))


def test_shopify_goes_out_alike_over_both_of_its_apis() -> None:
    rest, graphql = (
        {
            situation: {example.says for example in cell.examples}
            for situation, cell in TABLE[name].cells.items()
        }
        for name in ("shopify", "shopify_graphql")
    )
    assert rest == graphql


def test_the_page_for_merchants_shows_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_page(), (
        "run: python -m tests.connectors.what_goes_out"
    )


def is_true_word(
    word: Word, platform: Platform, example: Example, sent: list[str] | HeldBack | None
) -> bool:
    """Whether what became of an example is what its word says."""
    if isinstance(sent, HeldBack) or sent is None:
        kinds = {
            Word.LEFT_OUT: HeldKind.FILTERED,
            Word.NAMED: HeldKind.FILTERED if is_named(example) else None,
            Word.HELD: HeldKind.INVALID,
        }
        return sent is not None and sent.kind is kinds.get(word)
    goods = [line for line in sent if re.match(r"\d+ x ", line)]
    contains = [line for line in goods if "Contains: " in line]
    shown = count_shown_lines(platform, example)
    return {
        Word.REST: not is_named(example) and 0 < len(goods) < shown,
        Word.NAMED: is_named(example) and 0 < len(goods) < shown,
        Word.CONTAINER: bool(contains) and len(goods) < shown,
        Word.PARTS: len(goods) > 1 and not contains,
        Word.CREDIT: any(re.search(r" -\d", line) for line in sent),
        Word.PARCEL: len(goods) == shown,
        Word.EACH_LINE: len(goods) == shown,
        Word.SPLIT: len({line.rpartition(" to ")[2] for line in goods}) > 1,
    }.get(word, False)


def is_named(example: Example) -> bool:
    """Whether a merchant has to write something for it to be so."""
    return bool(example.settings or example.fields)


def count_shown_lines(platform: Platform, example: Example) -> int:
    """How many lines the shop's own order has."""
    return len({**platform.order, **example.order}[platform.lines])


def list_names(value: Any) -> Iterator[str]:
    """Every name in a piece of JSON."""
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from list_names(each)
