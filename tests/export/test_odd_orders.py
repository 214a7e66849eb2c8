"""Whatever one order holds, a window's others go out, and the odd one is held with a reason."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.orders import Weight
from proxy.export.preparation import policy_of, prepare
from proxy.export.recall import NoRecall
from tests.builders import PLACED, build_item, build_order
from tests.export.conftest import OpenWorld
from tests.export.play.world import World, build_store

# Each is what no connector of ours gives, but a stranger's may: Python holds nobody to a declared
# type.
ODD: tuple[dict[str, Any], ...] = (
    {"total": 12.5},
    {"total": "12.50"},
    {"total": None},
    {"total": Decimal("9" * 40 + "e999959")},
    {"tax": Decimal("sNaN")},
    {"items": (build_item(quantity=10**5000),)},
    {"items": (build_item(quantity=None),)},
    {"items": (build_item(weight=Weight(value="heavy", unit="g")),)},  # type: ignore[arg-type]  # what a stranger may do
    {"items": None},
    {"items": (None,)},
    {"customer": None},
    {"number": None},
    {"number": "N\ud800"},
    {"tags": ("\ud800",)},
    {"tags": (None,)},
    {"shop_status": "\ud800"},
    {"shop_status": None},
    {"custom_fields": 7},
    {"status": object()},
    {"currency": 7},
)


@pytest.mark.parametrize("oddity", ODD, ids=lambda oddity: "-".join(f"{name}" for name in oddity))
async def test_an_odd_order_is_set_aside_alone(world: World, oddity: dict[str, Any]) -> None:
    world.book.add()
    odd = world.book.add()
    world.book.add()
    world.book.edit(odd.id, **oddity)
    world.clock.forward(120)
    await world.poll()
    assert {"000001", "000003"} <= set(world.poller.copy)
    held = await world.exporter.ledger.list_held(world.store.books)
    if odd.id not in world.poller.copy:
        (note,) = held
        assert note.order_id == odd.id
        assert note.kind == "invalid"
        assert note.reason


async def test_an_order_that_waits_from_the_end_of_time_on_is_held_until_then(
    open_world: OpenWorld,
) -> None:
    world = await open_world(store={"filters": {"min_age": "1h"}})
    world.book.add()
    late = world.book.add()
    world.book.edit(late.id, placed_at=datetime.max.replace(tzinfo=UTC))
    world.clock.forward(7200)
    await world.poll()
    assert set(world.poller.copy) == {"000001"}
    (note,) = await world.exporter.ledger.list_held(world.store.books)
    assert note.kind == "early"


async def test_others_have_their_turn_while_an_order_of_many_lines_is_made_ready() -> None:
    order = build_order(items=tuple(build_item(id=str(number)) for number in range(1000)))
    settings = build_store(None).settings
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count_turns())
    outcome = await prepare(order, settings, policy_of(settings), PLACED, NoRecall())
    counting.cancel()
    assert outcome.ready[0].xml.count(b"<Item>") == 1000
    assert turns >= 10
