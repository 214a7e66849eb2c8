"""What has been given and what is owed: the line, gaps, and orders that need not be sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.orders import OrderStatus
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export.windows import WindowRules
from tests.export.conftest import OpenWorld
from tests.export.play.poller import Walk, read_page
from tests.export.play.polls import DAY, poll_after, report_coverage
from tests.export.play.world import World


async def test_the_line_moves_only_once_shipstation_comes_back_for_more(world: World) -> None:
    await poll_after(world, 60)
    first = await report_coverage(world)
    assert first.coverage is not None
    assert first.finished_until is not None
    assert first.coverage.covered_until < first.finished_until
    await poll_after(world, 600)
    second = await report_coverage(world)
    assert second.coverage is not None
    assert second.coverage.covered_until == first.finished_until


async def test_a_page_that_was_not_written_does_not_count(world: World) -> None:
    for number in (1, 2):
        await world.ask(number)
    assert (await report_coverage(world)).finished_until is None


async def test_an_outage_is_made_up_for_though_shipstation_moves_on(world: World) -> None:
    await poll_after(world, 60)
    world.book.add()
    world.clock.forward(5 * DAY)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    assert await poll_after(world, 300) == ["000001"]


async def test_a_gap_older_than_max_recovery_is_an_alarm_until_it_is_asked_for(
    world: World,
) -> None:
    await poll_after(world, 60)
    lost = world.book.add()
    world.clock.forward(40 * DAY)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    assert await poll_after(world, 300) == []
    assert await poll_after(world, 300) == []
    (gap,) = (await report_coverage(world)).gaps
    assert gap.start <= lost.modified_at <= gap.end
    history = Walk(gap.start.replace(second=0), gap.end)
    await world.poller.finish(history, world.page, world.sent)
    assert await poll_after(world, 300) == []
    assert world.differences() == {}
    assert (await report_coverage(world)).gaps == ()


async def test_an_operator_may_put_a_gap_aside(world: World) -> None:
    await poll_after(world, 60)
    world.clock.forward(40 * DAY)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    await poll_after(world, 300)
    (gap,) = (await report_coverage(world)).gaps
    ledger = world.exporter.ledger
    assert await ledger.dismiss_gap(world.store.books, gap.start)
    assert not await ledger.dismiss_gap(world.store.books, gap.start)
    assert (await report_coverage(world)).gaps == ()


async def test_shiprush_is_never_given_an_order_older_than_it_asked_for(
    open_world: OpenWorld,
) -> None:
    world = await open_world(store={"door": "shiprush"})
    world.book.add()
    world.clock.forward(120)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    await world.exporter.ledger.add_hint(world.store.books, "000001")
    assert await poll_after(world, 300) == []
    assert [window.start for window in world.connector.asked] == [
        world.poller.start - timedelta(minutes=5)
    ]


async def test_orders_that_shipstation_surely_has_need_not_be_sent_again(
    open_world: OpenWorld,
) -> None:
    world = await open_world(export={"resend_unchanged": False})
    world.clock.forward(300)
    world.book.add()
    world.book.add()
    assert await poll_after(world, 60) == ["000001", "000002"]
    world.book.edit("000002")
    assert await poll_after(world, 120) == ["000002"]


async def test_an_order_is_sent_again_while_its_walk_is_not_confirmed(
    open_world: OpenWorld,
) -> None:
    world = await open_world(export={"resend_unchanged": False})
    world.clock.forward(300)
    world.book.add()
    world.clock.forward(60)
    await world.ask()
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    assert await poll_after(world, 300) == ["000001"]


async def test_buyers_data_does_not_outlive_its_pages(world: World) -> None:
    world.book.add()
    world.clock.forward(60)
    request = ExportRequest(start=world.poller.start, end=world.clock())
    snapshot = (await world.page(request)).snapshot_id
    assert snapshot is not None
    ledger = world.exporter.ledger
    world.clock.forward(31 * 60)
    await ledger.tidy(world.store.books, WindowRules())
    async with world.storage.reading(world.store.books) as rows:
        assert await rows.snapshots() == []
        assert await rows.parts(snapshot, 1) == []


@pytest.mark.parametrize("page", [1, 2])
async def test_old_news_that_goes_out_late_is_followed_by_the_newest(
    world: World, page: int
) -> None:
    """Two windows cross: the second one's news is overtaken by a page of the first, which was read
    before.
    """
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


async def test_it_is_recorded_in_which_window_an_order_was_given(world: World) -> None:
    order = world.book.add()
    start = world.poller.start
    assert await poll_after(world, 60) == [order.id]
    told = (await world.exporter.ledger.find_told(world.store.books, [order.id]))[order.id]
    assert told.window_end is not None
    end = told.window_end.replace(second=0, microsecond=0)
    assert (told.window_start, end) == (start, world.poller.start)
    assert told.page == 1
