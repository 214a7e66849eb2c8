"""Trials of a live store: what they are given counts for nothing, and what ShipStation is given
does not bend them.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.orders import OrderStatus
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export.windows import WindowRules
from tests.export.conftest import OpenWorld
from tests.export.play.poller import read_page
from tests.export.play.world import World


def around_now(world: World) -> ExportRequest:
    minute = world.clock().replace(second=0, microsecond=0)
    return ExportRequest(start=minute, end=minute)


async def walk(world: World, request: ExportRequest, *, exact: bool = True) -> dict[str, str]:
    """One window of a trial, whole: the orders and their states."""
    store, found, page, pages = world.store.on_trial(exact=exact), dict[str, str](), 1, 1
    while page <= pages:
        asked = ExportRequest(start=request.start, end=request.end, page=page)
        given = await world.clock.run(world.exporter.page(store, asked))
        await world.exporter.mark_sent(given)
        pages, orders = read_page(given.body)
        found |= {order.id: order.status for order in orders}
        page += 1
    return found


async def test_a_trial_of_a_store_that_nobody_polled_leaves_no_trace_in_its_books(
    world: World,
) -> None:
    for _ in range(5):
        world.book.add()
    world.clock.forward(120)
    assert (
        len(
            await walk(
                world, ExportRequest(start=world.clock() - timedelta(days=90), end=world.clock())
            )
        )
        == 5
    )
    report = await world.exporter.ledger.read_coverage(world.store.books)
    assert (report.coverage, report.finished_until, report.gaps) == (None, None, ())
    assert await world.exporter.ledger.find_told(world.store.books, list(world.book.orders)) == {}


@pytest.mark.parametrize("exact", [True, False])
async def test_a_trial_confirms_no_walk_of_shipstations(world: World, exact: bool) -> None:  # noqa: FBT001
    world.book.add()
    world.clock.forward(60)
    await world.poll()
    before = await world.exporter.ledger.read_coverage(world.store.books)
    world.clock.forward(180)
    await walk(world, around_now(world), exact=exact)
    assert await world.exporter.ledger.read_coverage(world.store.books) == before


async def test_a_trial_takes_no_order_away_that_is_owed_to_shipstation(world: World) -> None:
    world.book.add()
    await world.poll()
    await world.exporter.ledger.add_hint(world.store.books, "000001")
    world.book.edit("000001", dated=False, customer_notes="")
    world.clock.forward(3600)
    await walk(world, around_now(world))
    await world.poll()
    assert world.differences() == {}


async def test_windows_of_a_trial_hold_nothing_older_than_asked_and_its_polls_reach_back(
    open_world: OpenWorld,
) -> None:
    world = await open_world(export={"lookback": "30m"})
    world.book.add()
    world.clock.forward(20 * 60)
    assert await walk(world, around_now(world)) == {}
    assert list(await walk(world, around_now(world), exact=False)) == ["000001"]


async def test_a_trial_asks_for_its_own_minute_again_and_hears_the_news(world: World) -> None:
    world.book.add()
    assert await walk(world, around_now(world)) == {"000001": "paid"}
    earlier = ExportRequest(
        start=world.clock() - timedelta(days=1), end=world.clock() - timedelta(hours=1)
    )
    await walk(world, earlier)
    world.book.edit("000001", status=OrderStatus.CANCELLED)
    assert await walk(world, around_now(world)) == {"000001": "cancelled"}


async def test_a_new_trial_knows_nothing_of_the_last_and_an_old_one_is_forgotten(
    world: World,
) -> None:
    world.book.add()
    ledger = world.exporter.ledger
    for forget in ("by a new one", "by time"):
        await walk(world, around_now(world), exact=False)
        name = world.store.on_trial(exact=False).books
        assert (await ledger.read_coverage(name)).coverage is not None
        if forget == "by a new one":
            await world.exporter.forget_trials(world.store)
        else:
            world.clock.forward(31 * 60)
            await ledger.tidy_trial(name, WindowRules())
        assert (await ledger.read_coverage(name)).coverage is None
        assert await ledger.find_told(name, ["000001"]) == {}
        async with world.storage.reading(name) as rows:
            assert await rows.snapshots() == []
