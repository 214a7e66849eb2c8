"""What has been given and what is owed: the line, hints, held orders, sweeps, and orders that need not be sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.errors import UnavailableError
from connectors.orders import OrderStatus
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export import CoverageReport
from proxy.export.opening import WindowRules
from proxy.export.sweep import Sweeper
from tests.builders import build_item
from tests.export.conftest import OpenWorld
from tests.export.play.poller import Walk, read_page
from tests.export.play.world import World

HOUR = 3600
DAY = 24 * HOUR


async def poll_after(world: World, seconds: float) -> list[str]:
    """What ShipStation is given so much later."""
    world.clock.forward(seconds)
    before = world.poller.received
    world.poller.log = []
    await world.poll()
    assert world.poller.received - before == len(world.poller.log)
    return world.poller.log


async def report(world: World) -> CoverageReport:
    return await world.exporter.ledger.coverage(world.store.name)


async def test_the_line_moves_only_once_shipstation_comes_back_for_more(world: World) -> None:
    await poll_after(world, 60)
    first = await report(world)
    assert first.coverage is not None
    assert first.finished_until is not None
    assert first.coverage.covered_until < first.finished_until
    await poll_after(world, 600)
    second = await report(world)
    assert second.coverage is not None
    assert second.coverage.covered_until == first.finished_until


async def test_a_page_that_was_not_written_does_not_count(world: World) -> None:
    for number in (1, 2):
        await world.ask(number)
    assert (await report(world)).finished_until is None


async def test_an_outage_is_made_up_for_though_shipstation_moves_on(world: World) -> None:
    await poll_after(world, 60)
    world.book.add()
    world.clock.forward(5 * DAY)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    assert await poll_after(world, 300) == ["000001"]


async def test_a_gap_older_than_max_recovery_is_an_alarm_until_it_is_asked_for(world: World) -> None:
    await poll_after(world, 60)
    lost = world.book.add()
    world.clock.forward(40 * DAY)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    assert await poll_after(world, 300) == []
    assert await poll_after(world, 300) == []
    (gap,) = (await report(world)).gaps
    assert gap.start <= lost.modified_at <= gap.end
    history = Walk(gap.start.replace(second=0), gap.end)
    await world.poller.finish(history, world.page, world.sent)
    assert await poll_after(world, 300) == []
    assert world.differences() == {}
    assert (await report(world)).gaps == ()


async def test_an_operator_may_put_a_gap_aside(world: World) -> None:
    await poll_after(world, 60)
    world.clock.forward(40 * DAY)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    await poll_after(world, 300)
    (gap,) = (await report(world)).gaps
    ledger = world.exporter.ledger
    assert await ledger.dismiss_gap(world.store.name, gap.start)
    assert not await ledger.dismiss_gap(world.store.name, gap.start)
    assert (await report(world)).gaps == ()


async def test_shiprush_is_never_given_an_order_older_than_it_asked_for(open_world: OpenWorld) -> None:
    world = await open_world(store={"dialect": "shiprush"})
    world.book.add()
    world.clock.forward(120)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    await world.exporter.ledger.add_hint(world.store.name, "000001")
    assert await poll_after(world, 300) == []
    assert [window.start for window in world.connector.asked] == [world.poller.start - timedelta(minutes=5)]


async def test_a_hinted_order_comes_with_the_next_window_though_the_list_lags(world: World) -> None:
    await poll_after(world, 60)
    world.book.add(lag=2 * DAY)
    await world.exporter.ledger.add_hint(world.store.name, "000001")
    assert await poll_after(world, HOUR) == ["000001"]
    assert await poll_after(world, HOUR) == []


async def test_a_hinted_order_in_the_list_comes_once_as_it_is_now(world: World) -> None:
    world.book.add()
    world.book.edit("000001", lag=2 * DAY, dated=False)
    await world.exporter.ledger.add_hint(world.store.name, "000001")
    assert await poll_after(world, 60) == ["000001"]
    assert world.differences() == {}


async def test_a_hint_stays_until_the_walk_that_carried_it_is_confirmed(world: World) -> None:
    await poll_after(world, 60)
    world.book.add(lag=2 * DAY)
    world.clock.forward(HOUR)
    await world.exporter.ledger.add_hint(world.store.name, "000001")
    await world.ask()
    assert await poll_after(world, HOUR) == ["000001"]


async def test_a_hint_at_an_order_the_shop_does_not_know_is_dropped(world: World) -> None:
    await world.exporter.ledger.add_hint(world.store.name, "nobody")
    assert await poll_after(world, 60) == []
    assert await poll_after(world, 600) == []


async def test_one_bad_order_is_held_with_its_reason_and_the_rest_goes_out(world: World) -> None:
    for _ in range(4):
        world.book.add()
    world.connector.rejected["000002"] = "line_items[2].price: expected money, found 'abc'"
    world.book.edit("000003", number="")
    assert await poll_after(world, 60) == ["000001", "000003", "000004"] or sorted(world.poller.copy) == ["000001", "000004"]
    held = {each.order_id: (each.kind, each.reason) for each in await world.exporter.ledger.held(world.store.name)}
    assert held["000002"] == ("unreadable", "line_items[2].price: expected money, found 'abc'")
    assert held["000003"][0] == "invalid"


async def test_a_held_order_leaves_the_list_once_it_goes_out(world: World) -> None:
    world.book.add()
    world.connector.rejected["000001"] = "total: expected money, found 'abc'"
    assert await poll_after(world, 60) == []
    world.connector.rejected.clear()
    world.book.edit("000001")
    assert await poll_after(world, 60) == ["000001"]
    assert await world.exporter.ledger.held(world.store.name) == []


async def test_an_order_that_is_too_young_comes_as_soon_as_it_is_old_enough(open_world: OpenWorld) -> None:
    world = await open_world(store={"filters": {"min_age": "2h"}})
    world.book.add()
    assert await poll_after(world, HOUR) == []
    assert [each.kind for each in await world.exporter.ledger.held(world.store.name)] == ["early"]
    assert await poll_after(world, 2 * HOUR) == ["000001"]
    assert await poll_after(world, HOUR) == []


async def test_no_filter_keeps_news_from_shipstation_of_an_order_it_has(world: World) -> None:
    world.book.add()
    world.book.add(items=(build_item(shippable=False),))
    assert await poll_after(world, 60) == ["000001"]
    world.book.edit("000001", items=(), status=OrderStatus.SHIPPED)
    assert await poll_after(world, HOUR) == ["000001"]


async def test_orders_that_shipstation_surely_has_need_not_be_sent_again(open_world: OpenWorld) -> None:
    world = await open_world(export={"resend_unchanged": False})
    world.clock.forward(300)
    world.book.add()
    world.book.add()
    assert await poll_after(world, 60) == ["000001", "000002"]
    world.book.edit("000002")
    assert await poll_after(world, 120) == ["000002"]


async def test_an_order_is_sent_again_while_its_walk_is_not_confirmed(open_world: OpenWorld) -> None:
    world = await open_world(export={"resend_unchanged": False})
    world.clock.forward(300)
    world.book.add()
    world.clock.forward(60)
    await world.ask()
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    assert await poll_after(world, 300) == ["000001"]


async def test_a_sweep_finds_a_change_the_shop_did_not_date(world: World) -> None:
    sweeper = Sweeper(world.exporter.ledger, timedelta(hours=6))
    for _ in range(3):
        world.book.add()
    await poll_after(world, 60)
    await poll_after(world, HOUR)
    world.book.edit("000002", dated=False)
    assert await poll_after(world, HOUR) == []
    assert await sweeper.sweep(world.store) == 1
    assert await poll_after(world, HOUR) == ["000002"]
    assert await sweeper.sweep(world.store) == 0
    assert world.differences() == {}


async def test_a_sweep_leaves_alone_what_was_never_asked_for(world: World) -> None:
    world.book.add()
    world.clock.forward(2 * DAY)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    await poll_after(world, 60)
    assert await Sweeper(world.exporter.ledger, timedelta(hours=6)).sweep(world.store) == 0


async def test_one_replica_sweeps_when_a_sweep_is_due_and_again_soon_after_a_failure(world: World) -> None:
    rules = WindowRules()
    sweepers = [Sweeper(replica.exporter.ledger, timedelta(hours=6)) for replica in world.replicas]

    async def tended_after(seconds: float) -> int:
        world.clock.forward(seconds)
        before = world.connector.pages_given
        for sweeper in sweepers:
            await sweeper.tend(world.store, rules)
        return world.connector.pages_given - before

    assert await tended_after(0) == 0
    await poll_after(world, 60)
    assert [await tended_after(60), await tended_after(6 * HOUR), await tended_after(5 * HOUR)] == [0, 1, 0]

    def down(_given: int) -> None:
        raise UnavailableError("shop is down")

    world.connector.before_page = down
    assert [await tended_after(HOUR), await tended_after(60), await tended_after(15 * 60)] == [1, 0, 1]


async def test_buyers_data_does_not_outlive_its_pages(world: World) -> None:
    world.book.add()
    world.clock.forward(60)
    request = ExportRequest(start=world.poller.start, end=world.clock())
    snapshot = (await world.page(request)).snapshot_id
    assert snapshot is not None
    ledger = world.exporter.ledger
    world.clock.forward(31 * 60)
    await ledger.tidy(world.store.name, WindowRules())
    async with world.storage.reading(world.store.name) as rows:
        assert await rows.snapshots() == []
        assert await rows.parts(snapshot, 1) == []


async def test_held_orders_are_bounded_in_number_for_each_kind(world: World) -> None:
    async with world.storage.writing(world.store.name) as rows:
        await rows.prune(world.clock(), 0)
    world.book.add()
    world.book.add(items=())
    world.connector.rejected["000001"] = "total: expected money, found 'abc'"
    await poll_after(world, 60)
    async with world.storage.writing(world.store.name) as rows:
        await rows.prune(world.clock(), 1)
        assert {each.kind for each in await rows.held(10)} == {"unreadable", "filtered"}
        await rows.prune(world.clock(), 0)
        assert await rows.held(10) == []


@pytest.mark.parametrize("page", [1, 2])
async def test_old_news_that_goes_out_late_is_followed_by_the_newest(world: World, page: int) -> None:
    """Two windows cross: the second one's news is overtaken by a page of the first, which was read before."""
    for _ in range(6):
        world.book.add()
    world.clock.forward(60)
    first = world.poller.begin()
    await world.poller.take(first, 1, world.page, world.sent)
    await world.settle()
    world.clock.forward(60)
    world.book.edit("000003" if page == 1 else "000004", status=OrderStatus.CANCELLED)
    world.clock.forward(60)
    await world.poll()
    await world.poller.take(first, page, world.page, world.sent)
    assert world.differences() != {}
    await poll_after(world, 20 * 60)
    assert world.differences() == {}
    assert read_page((await world.ask()).body)[0] >= 1
