"""Pages: what ShipStation is given, when, and that it is the same whoever is asked."""

from __future__ import annotations

import asyncio

from connectors.orders import OrderStatus
from proxy.doors.custom_store.requests import ExportRequest
from tests.export.play.poller import read_page
from tests.export.play.shop_turns import fill, hang_at, ids
from tests.export.play.world import World


async def test_every_order_of_the_window_is_given_once_over_all_pages(world: World) -> None:
    fill(world, 10)
    await world.poll()
    assert world.differences() == {}
    assert world.poller.received == 10


async def test_an_empty_window_is_one_page_without_orders(world: World) -> None:
    assert read_page((await world.ask()).body) == (1, [])


async def test_a_page_beyond_the_promised_ones_is_empty_and_promises_the_same(world: World) -> None:
    fill(world, 4)
    assert read_page((await world.ask()).body)[0] == 2
    assert read_page((await world.ask(7)).body) == (2, [])


async def test_page_one_goes_out_before_the_window_is_read(world: World) -> None:
    fill(world, 30)
    hang_at(world, 3)
    page = await world.ask()
    assert read_page(page.body)[0] == 10
    assert len(ids(page.body)) == 3
    assert world.connector.pages_given <= 3


async def test_where_the_shop_cannot_count_page_one_waits_for_the_end(world: World) -> None:
    world.connector.counts = False
    fill(world, 30)
    page = await world.ask()
    assert read_page(page.body)[0] == 10
    assert world.connector.pages_given >= 10


async def test_the_last_promised_page_carries_all_that_is_left(world: World) -> None:
    """The shop takes orders while it is read, so there are more than it counted."""
    fill(world, 7)
    world.connector.before_page = lambda given: fill_within(world, given)
    walk = world.poller.begin()
    await world.poller.finish(walk, world.page, world.sent)
    assert walk.pages == 3
    assert world.differences() == {}


def fill_within(world: World, given: int) -> None:
    if given == 2:
        for _ in range(5):
            world.book.add()


async def test_promised_pages_that_stay_empty_are_empty(world: World) -> None:
    """Half of the counted orders are not given."""
    fill(world, 9)
    for key in ("000004", "000005", "000006", "000007", "000008"):
        world.connector.rejected[key] = "total: expected money, found 'abc'"
    await world.poll()
    assert sorted(world.poller.copy) == ["000001", "000002", "000003", "000009"]
    assert (
        read_page(
            (await world.page(ExportRequest(start=world.poller.start, end=world.poller.start))).body
        )[0]
        >= 1
    )


async def test_a_count_that_is_too_low_is_not_believed(world: World) -> None:
    fill(world, 10)

    world.connector.cached_count = 3
    assert read_page((await world.ask()).body)[0] == 4


async def test_pages_of_one_window_come_from_any_replica_and_are_read_once(world: World) -> None:
    fill(world, 9)
    first = await world.ask()
    world.at = 1
    second, third = await world.ask(2), await world.ask(3)
    assert ids(first.body) + ids(second.body) + ids(third.body) == sorted(world.book.orders)
    assert len(world.connector.asked) == 1


async def test_requests_at_the_same_time_share_one_builder(world: World) -> None:
    fill(world, 9)
    walk = world.poller.begin()
    requests = [
        ExportRequest(start=walk.start, end=walk.end, page=number) for number in (1, 2, 1, 3, 2)
    ]
    pages = await world.clock.run(_gather(world, requests))
    assert ids(pages[0]) == ids(pages[2])
    assert ids(pages[1]) == ids(pages[4])
    assert len(world.connector.asked) == 1


async def _gather(world: World, requests: list[ExportRequest]) -> list[bytes]:
    exporters = [world.replicas[number % 2].exporter for number in range(len(requests))]
    given = await asyncio.gather(
        *(
            each.page(world.store, request)
            for each, request in zip(exporters, requests, strict=True)
        )
    )
    return [page.body for page in given]


async def test_a_later_page_without_a_snapshot_reads_the_window_anew(world: World) -> None:
    fill(world, 6)
    assert ids((await world.ask(2)).body) == ["000004", "000005", "000006"]


async def test_pages_are_forgotten_after_a_while_and_read_anew(world: World) -> None:
    fill(world, 4)
    walk = world.poller.begin()
    request = ExportRequest(start=walk.start, end=walk.end)
    await world.page(request)
    await world.settle()
    world.book.edit("000001", dated=False, customer_notes="")
    world.clock.forward(29 * 60)
    assert len({(await world.page(request)).body for _ in range(2)}) == 1
    assert len(world.connector.asked) == 1
    world.clock.forward(2 * 60)
    await world.page(request)
    assert len(world.connector.asked) == 2


async def test_a_second_import_within_the_minute_brings_what_changed_since_the_first(
    world: World,
) -> None:
    world.book.add()
    await world.poll()
    await world.poll()
    world.book.edit("000001", status=OrderStatus.CANCELLED)
    world.book.add()
    assert world.poller.begin().start == world.poller.begin().end
    await world.poll()
    assert world.differences() == {}


async def test_the_same_minute_asked_for_again_holds_what_its_lost_answer_held(
    world: World,
) -> None:
    fill(world, 1)
    await world.poll()
    world.book.add()
    for _ in range(3):
        await world.sent(await world.ask())
    await world.poll()
    assert world.differences() == {}


async def test_orders_left_out_before_page_one_is_full_promise_no_page(world: World) -> None:
    for number in range(12):
        order = world.book.add()
        if number < 6:
            world.connector.rejected[order.id] = "total: expected money, found 'abc'"
    world.clock.forward(60)
    assert read_page((await world.ask()).body)[0] == 2
