"""Pages: what ShipStation is given, when, and that it is the same whoever is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta

import pytest

from connectors.errors import AuthenticationError, ThrottledError, UnavailableError
from connectors.orders import OrderStatus
from proxy.export import BuildFailedError, Page, StillReadingError
from proxy.shipstation.requests import ExportRequest
from tests.export.conftest import OpenWorld
from tests.export.poller import read_page
from tests.export.world import World


def fill(world: World, orders: int) -> None:
    for _ in range(orders):
        world.book.add()
    world.clock.forward(120)


def fail_at(world: World, page: int, error: Exception) -> None:
    """The shop raises instead of giving its page of that number, counted from now."""
    wanted = world.connector.pages_given + page

    def fail(given: int) -> None:
        if given == wanted:
            raise error

    world.connector.before_page = fail


def hang_at(world: World, page: int) -> None:
    """The shop does not answer when asked for its page of that number, counted from now."""
    wanted = world.connector.pages_given + page

    def hang(given: int) -> None:
        if given == wanted:
            world.connector.hang = asyncio.Event()

    world.connector.before_page = hang


def ids(body: bytes) -> list[str]:
    return [given.id for given in read_page(body)[1]]


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
    assert read_page((await world.page(ExportRequest(start=world.poller.start, end=world.poller.start))).body)[0] >= 1


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
    requests = [ExportRequest(start=walk.start, end=walk.end, page=number) for number in (1, 2, 1, 3, 2)]
    pages = await world.clock.run(_gather(world, requests))
    assert ids(pages[0]) == ids(pages[2])
    assert ids(pages[1]) == ids(pages[4])
    assert len(world.connector.asked) == 1


async def _gather(world: World, requests: list[ExportRequest]) -> list[bytes]:
    exporters = [world.replicas[number % 2].exporter for number in range(len(requests))]
    given = await asyncio.gather(*(each.page(world.store, request) for each, request in zip(exporters, requests, strict=True)))
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


async def test_a_second_import_within_the_minute_brings_what_changed_since_the_first(world: World) -> None:
    world.book.add()
    await world.poll()
    await world.poll()
    world.book.edit("000001", status=OrderStatus.CANCELLED)
    world.book.add()
    assert world.poller.begin().start == world.poller.begin().end
    await world.poll()
    assert world.differences() == {}


async def test_the_same_minute_asked_for_again_holds_what_its_lost_answer_held(world: World) -> None:
    fill(world, 1)
    await world.poll()
    world.book.add()
    for _ in range(3):
        await world.sent(await world.ask())
    await world.poll()
    assert world.differences() == {}


@pytest.mark.parametrize("error", [UnavailableError("shop is down"), ThrottledError("slow down", retry_after=9), AuthenticationError("no")])
async def test_a_failed_page_of_the_shop_fails_the_window_on_every_replica(world: World, error: Exception) -> None:
    world.connector.counts = False
    fill(world, 9)
    fail_at(world, 2, error)
    walk = world.poller.begin()
    request = ExportRequest(start=walk.start, end=walk.end)
    other = world.replicas[1].exporter.page(world.store, request)
    mine, theirs = await world.clock.run(_both(world.page(request), other))
    assert (type(mine), str(mine)) == (type(error), str(error))
    assert (type(theirs), str(theirs)) == (type(error), str(error))


async def _both(*work: Coroutine[None, None, Page]) -> list[Page | BaseException]:
    return await asyncio.gather(*work, return_exceptions=True)


async def test_a_failure_after_page_one_keeps_its_promise_once_the_shop_is_back(world: World) -> None:
    fill(world, 10)
    hang_at(world, 3)
    walk = world.poller.begin()
    await world.poller.take(walk, 1, world.page, world.sent)
    third = world.page(ExportRequest(start=walk.start, end=walk.end, page=3))
    told, _ = await asyncio.gather(third, _soon(world, UnavailableError("shop is down")), return_exceptions=True)
    assert isinstance(told, UnavailableError)
    await world.poller.finish(walk, world.page, world.sent)
    assert walk.pages == 4
    assert world.differences() == {}
    assert world.poller.received == 10


async def _soon(world: World, error: UnavailableError | None) -> None:
    """The shop that hangs goes on, or fails, a second from now."""
    await world.clock.wait(asyncio.Event(), 1)
    world.connector.break_off(error)


async def test_past_the_deadline_reading_goes_on_and_a_later_poll_finds_it_done(world: World) -> None:
    world.connector.counts = False
    fill(world, 9)
    hang_at(world, 1)
    with pytest.raises(StillReadingError):
        await world.ask()
    world.connector.break_off(None)
    await world.settle()
    world.clock.forward(600)
    await world.poll()
    assert world.poller.received == 9
    assert len(world.connector.asked) == 1


async def test_a_connector_that_hangs_for_good_is_given_up_and_the_window_read_anew(world: World) -> None:
    fill(world, 4)
    hang_at(world, 1)
    with pytest.raises(StillReadingError):
        await world.ask()
    await world.settle(600)
    with pytest.raises(StillReadingError):
        await world.ask()
    await world.settle(300)
    await world.poll()
    assert world.differences() == {}


async def test_a_window_whose_builder_was_killed_is_taken_over_in_mid_walk(world: World) -> None:
    fill(world, 12)
    hang_at(world, 3)
    walk = world.poller.begin()
    await world.poller.take(walk, 1, world.page, world.sent)
    await world.clock.run(world.connector.hanging.wait())
    await world.replicas[0].kill()
    world.at = 1
    await world.poller.finish(walk, world.page, world.sent)
    assert walk.pages == 4
    assert world.differences() == {}
    assert world.poller.received == 12


async def test_a_replica_that_stops_in_good_order_gives_its_work_back_at_once(world: World) -> None:
    hang_at(world, 1)
    request = world.exporter.page(world.store, ExportRequest(start=world.poller.start, end=world.poller.start))
    waiting = asyncio.ensure_future(request)
    await world.clock.run(world.connector.hanging.wait())
    waiting.cancel()
    await world.exporter.__aexit__(None, None, None)
    world.at = 1
    before = world.clock()
    await world.page(ExportRequest(start=world.poller.start, end=world.poller.start))
    assert world.clock() - before < timedelta(seconds=1)


async def test_a_fault_of_our_own_is_told_apart_from_the_shops(world: World) -> None:
    fail_at(world, 1, ZeroDivisionError("secret"))
    with pytest.raises(BuildFailedError) as told:
        await world.ask()
    assert "secret" not in str(told.value)


async def test_deferring_gives_an_empty_page_and_the_gap_comes_with_the_next_window(open_world: OpenWorld) -> None:
    world = await open_world(export={"when_shop_is_down": "defer"})
    fill(world, 5)
    fail_at(world, 1, UnavailableError("shop is down"))
    await world.poll()
    assert world.poller.copy == {}
    world.clock.forward(3600)
    await world.poll()
    assert world.differences() == {}


async def test_deferring_does_not_hide_what_a_person_must_mend(open_world: OpenWorld) -> None:
    world = await open_world(export={"when_shop_is_down": "defer"})
    fail_at(world, 1, AuthenticationError("wrong key"))
    with pytest.raises(AuthenticationError):
        await world.ask()


async def test_shiprush_is_never_deferred_for_nothing_reaches_back_for_it(open_world: OpenWorld) -> None:
    world = await open_world(export={"when_shop_is_down": "defer"}, store={"dialect": "shiprush"})
    fail_at(world, 1, UnavailableError("shop is down"))
    with pytest.raises(UnavailableError):
        await world.ask()
