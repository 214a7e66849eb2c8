"""Lists later than the lookback allows, and clocks that are behind: the lookback widens by itself,
and no order is lost by it.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from connectors.interface import Remark
from connectors.upstream.exchange import Exchange
from proxy.export.sweep import Sweeper
from proxy.rules.lateness import MOST_LOOKBACK, QUIET
from proxy.storage.export.records import HintReason
from tests.export.conftest import OpenWorld
from tests.export.play.polls import HOUR, poll_after
from tests.export.play.world import World

MINUTE = timedelta(minutes=1)


async def sweep(world: World) -> int:
    return await Sweeper(world.exporter.ledger, timedelta(hours=6)).sweep(world.store)


async def lookback_of(world: World) -> timedelta:
    """How far before the start that is asked for the next window is read."""
    start = world.poller.start
    await poll_after(world, 60)
    return start - world.connector.asked[-1].start


async def remarks_of(world: World) -> dict[str, str]:
    """What the operator is told, replica by replica the same."""
    said: list[dict[str, str]] = []
    for replica in world.replicas:
        told: list[Remark] = []
        await replica.exporter.report_list(replace(world.store, remark=told.append))
        said.append({remark.about: remark.text for remark in told})
    assert said[0] == said[1]
    return said[0]


async def miss_one(world: World) -> str:
    """An order that the list shows 35 minutes late, when the windows have gone by."""
    await poll_after(world, 60)
    missed = world.book.add(lag=2100).id
    for _ in range(4):
        assert await poll_after(world, 600) == []
    return missed


async def test_a_sweep_that_meets_what_the_list_showed_late_widens_the_lookback(
    world: World,
) -> None:
    assert (await remarks_of(world))["late list"] == ""
    for lookback in (20, 40):
        missed = await miss_one(world)
        assert await lookback_of(world) == lookback / 2 * MINUTE
        assert await sweep(world) == 1
        assert missed in await poll_after(world, 60)
        assert f"reach back {lookback}m" in (await remarks_of(world))["late list"]
        await poll_after(world, 60)
        assert await lookback_of(world) == lookback * MINUTE
    late = world.book.add(lag=2100).id
    given = [late in await poll_after(world, 600) for _ in range(4)]
    assert given == [False, False, False, True]
    assert world.differences() == {}


async def test_a_widening_looks_once_for_what_else_the_list_showed_too_late(world: World) -> None:
    """Nothing names the other order: no sweep, no webhook."""
    other = await miss_one(world)
    await poll_after(world, 6 * HOUR)
    missed = await miss_one(world)
    await world.exporter.ledger.add_hint(world.store.books, missed)
    assert await poll_after(world, 60) == [missed]
    assert other in await poll_after(world, 60)
    assert other not in await poll_after(world, 60)


async def test_a_widened_lookback_that_is_still_too_short_is_found_out_within_a_day(
    world: World,
) -> None:
    """Nothing names the orders that the list shows 35 minutes late."""
    await world.exporter.ledger.add_hint(world.store.books, await miss_one(world))
    for _ in range(3):
        await poll_after(world, 60)
    missed = await miss_one(world)
    assert await lookback_of(world) == 20 * MINUTE
    given = [missed in await poll_after(world, HOUR) for _ in range(24)]
    assert given.index(True) > 20
    assert await lookback_of(world) == 40 * MINUTE


async def test_the_lookback_is_widened_for_every_replica_and_after_restarts(world: World) -> None:
    missed = await miss_one(world)
    await world.exporter.ledger.add_hint(world.store.books, missed)
    await poll_after(world, 60)
    for number in (0, 1):
        await world.restart(number)
        world.at = number
        await poll_after(world, 60)
        assert await lookback_of(world) == 20 * MINUTE


async def test_a_change_that_the_shop_does_not_date_widens_nothing(world: World) -> None:
    await poll_after(world, 60)
    seen = world.book.add().id
    for _ in range(3):
        await poll_after(world, HOUR)
    world.book.edit(seen, dated=False)
    assert await sweep(world) == 1
    assert await poll_after(world, 60) == [seen]
    assert await lookback_of(world) == 10 * MINUTE


@pytest.mark.parametrize("resend", [True, False])
async def test_a_date_that_moved_without_a_change_is_known_when_the_change_comes(
    open_world: OpenWorld, *, resend: bool
) -> None:
    world = await open_world(export={"resend_unchanged": resend})
    await poll_after(world, 60)
    seen = world.book.add().id
    await poll_after(world, 60)
    await poll_after(world, 60)
    order = world.book.orders[seen]
    world.book.edit(seen, customer_notes=order.customer_notes)
    world.book.orders[seen] = replace(world.book.orders[seen], customer_notes=order.customer_notes)
    world.book.listed()[seen] = world.book.orders[seen]
    for _ in range(4):
        await poll_after(world, HOUR)
    world.book.edit(seen, dated=False)
    assert await sweep(world) == 1
    await poll_after(world, 60)
    assert await lookback_of(world) == 10 * MINUTE


async def test_an_order_that_was_held_and_is_mended_widens_nothing(world: World) -> None:
    await poll_after(world, 60)
    held = world.book.add().id
    world.connector.rejected = {held: "broken"}
    for _ in range(3):
        assert await poll_after(world, HOUR) == []
    world.connector.rejected = {}
    assert await poll_after(world, HOUR) == [held]
    assert await lookback_of(world) == 10 * MINUTE


async def test_a_span_that_is_imported_again_widens_nothing(world: World) -> None:
    await poll_after(world, 60)
    for _ in range(3):
        world.book.add()
        await poll_after(world, HOUR)
    start = world.clock() - timedelta(hours=3)
    world.poller.start = start.replace(second=0, microsecond=0)
    assert len(await poll_after(world, 60)) == 3
    assert await lookback_of(world) == 10 * MINUTE


async def test_an_order_later_than_the_bound_widens_nothing(world: World) -> None:
    await poll_after(world, 60)
    missed = world.book.add(lag=30 * HOUR).id
    for _ in range(31):
        await poll_after(world, HOUR)
    await world.exporter.ledger.add_hint(world.store.books, missed, HintReason.NEWS)
    assert await poll_after(world, 60) == [missed]
    assert await lookback_of(world) == 10 * MINUTE


async def test_the_setting_holds_again_once_no_change_has_been_late_for_long(world: World) -> None:
    missed = await miss_one(world)
    await world.exporter.ledger.add_hint(world.store.books, missed)
    await poll_after(world, 60)
    assert await lookback_of(world) > MOST_LOOKBACK / 2
    assert await lookback_of(world) == 20 * MINUTE
    world.clock.forward(QUIET.total_seconds())
    await poll_after(world, 60)
    assert await lookback_of(world) == 10 * MINUTE
    assert (await remarks_of(world))["late list"] == ""


def answer_of(offset: float) -> Exchange:
    """An answer of a shop whose clock is `offset` seconds ahead of ours."""
    return Exchange(
        method="GET",
        url="https://north.example",
        status=200,
        seconds=0.1,
        attempt=1,
        clock_offset=offset,
    )


async def test_a_clock_that_falls_behind_loses_no_order(world: World) -> None:
    """Set back between two polls, by more than the lookback: the window that notices it cannot
    know of it, the next one makes up for it.
    """
    await poll_after(world, 60)
    await poll_after(world, 600)
    world.book.skew = timedelta(minutes=-40)
    order = world.book.add().id
    world.store.pulse.hear(answer_of(-2400))
    assert await poll_after(world, HOUR) == []
    assert order in await poll_after(world, 60)
    assert await lookback_of(world) == 50 * MINUTE
    assert "40 minutes behind" in (await remarks_of(world))["shop clock"]
    assert (await remarks_of(world))["late list"] == ""
    world.clock.forward(24 * HOUR)
    await poll_after(world, 60)
    assert await lookback_of(world) == 10 * MINUTE
    assert (await remarks_of(world))["shop clock"] == ""


async def test_orders_of_a_shop_whose_clock_is_ahead_come_at_once(world: World) -> None:
    await poll_after(world, 60)
    world.store.pulse.hear(answer_of(3600))
    world.book.skew = timedelta(hours=1)
    order = world.book.add().id
    assert await poll_after(world, 60) == [order]
    world.store.pulse.hear(answer_of(5))
    assert await poll_after(world, 60) == []


async def test_a_poller_that_must_not_hear_of_older_orders_is_given_none(
    open_world: OpenWorld,
) -> None:
    world = await open_world(store={"door": "shiprush"})
    await poll_after(world, 60)
    for offset in (-2400, 2400):
        world.store.pulse.hear(answer_of(offset))
        await poll_after(world, 60)
    assert all(window.end - window.start < 2 * MINUTE for window in world.connector.asked[-2:])
