"""Hints: orders that come with the next window whatever the list of the shop says."""

from __future__ import annotations

from tests.export.play.polls import DAY, HOUR, poll_after
from tests.export.play.world import World


async def test_a_hinted_order_comes_with_the_next_window_though_the_list_lags(world: World) -> None:
    await poll_after(world, 60)
    world.book.add(lag=2 * DAY)
    await world.exporter.ledger.add_hint(world.store.books, "000001")
    assert await poll_after(world, HOUR) == ["000001"]
    assert await poll_after(world, HOUR) == []


async def test_a_hinted_order_in_the_list_comes_once_as_it_is_now(world: World) -> None:
    world.book.add()
    world.book.edit("000001", lag=2 * DAY, dated=False)
    await world.exporter.ledger.add_hint(world.store.books, "000001")
    assert await poll_after(world, 60) == ["000001"]
    assert world.differences() == {}


async def test_a_hint_stays_until_the_walk_that_carried_it_is_confirmed(world: World) -> None:
    await poll_after(world, 60)
    world.book.add(lag=2 * DAY)
    world.clock.forward(HOUR)
    await world.exporter.ledger.add_hint(world.store.books, "000001")
    await world.ask()
    assert await poll_after(world, HOUR) == ["000001"]


async def test_a_hint_at_an_order_the_shop_does_not_know_is_dropped(world: World) -> None:
    await world.exporter.ledger.add_hint(world.store.books, "nobody")
    assert await poll_after(world, 60) == []
    assert await poll_after(world, 600) == []
