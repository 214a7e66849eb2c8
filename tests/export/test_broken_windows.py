"""Windows that cannot be read, or not in time, or by a process that dies: what ShipStation hears,
and that nothing is missing afterwards.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    ThrottledError,
    UnavailableError,
)
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export import BuildFailedError, StillReadingError
from proxy.storage.errors import StorageError
from tests.export.conftest import OpenWorld
from tests.export.play.shop_turns import fail_at, fill, hang_at, ids
from tests.export.play.world import World


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("shop is down"),
        ThrottledError("slow down", retry_after=9),
        AuthenticationError("no"),
    ],
)
async def test_a_failed_page_of_the_shop_fails_the_window_on_every_replica_that_waits_for_it(
    world: World, error: ConnectorError
) -> None:
    world.connector.counts = False
    fill(world, 9)
    hang_at(world, 2)
    mine, theirs, _ = await _ask_both_and_fail(world, error)
    assert (type(mine), str(mine)) == (type(error), str(error))
    assert (type(theirs), str(theirs)) == (type(error), str(error))


async def _ask_both_and_fail(world: World, error: ConnectorError) -> list[Any]:
    """Each replica is asked for the same window, and a second later the shop fails: who asks
    after that begins a reading of its own.
    """
    walk = world.poller.begin()
    request = ExportRequest(start=walk.start, end=walk.end)
    asked = [replica.exporter.page(world.store, request) for replica in world.replicas]
    return await world.clock.run(_gather(*asked, _soon(world, error)))


async def _gather(*work: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*work, return_exceptions=True)


async def test_a_request_that_comes_after_a_window_failed_reads_it_again(world: World) -> None:
    fill(world, 2)
    fail_at(world, 1, UnavailableError("shop is down"))
    with pytest.raises(UnavailableError):
        await world.ask()
    world.at = 1
    assert ids((await world.ask()).body) == ["000001", "000002"]


async def test_a_failure_after_page_one_keeps_its_promise_once_the_shop_is_back(
    world: World,
) -> None:
    fill(world, 10)
    hang_at(world, 3)
    walk = world.poller.begin()
    await world.poller.take(walk, 1, world.page, world.sent)
    third = world.page(ExportRequest(start=walk.start, end=walk.end, page=3))
    told, _ = await asyncio.gather(
        third, _soon(world, UnavailableError("shop is down")), return_exceptions=True
    )
    assert isinstance(told, UnavailableError)
    await world.poller.finish(walk, world.page, world.sent)
    assert walk.pages == 4
    assert world.differences() == {}
    assert world.poller.received == 10


async def _soon(world: World, error: ConnectorError | None) -> None:
    """The shop that hangs goes on, or fails, a second from now."""
    await world.clock.wait(asyncio.Event(), 1)
    world.connector.break_off(error)


async def test_past_the_deadline_reading_goes_on_and_a_later_poll_finds_it_done(
    world: World,
) -> None:
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


async def test_a_connector_that_hangs_for_good_is_given_up_and_the_window_read_anew(
    world: World,
) -> None:
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
    request = world.exporter.page(
        world.store, ExportRequest(start=world.poller.start, end=world.poller.start)
    )
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


async def test_deferring_gives_an_empty_page_and_the_gap_comes_with_the_next_window(
    open_world: OpenWorld,
) -> None:
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


async def test_shiprush_is_never_deferred_for_nothing_reaches_back_for_it(
    open_world: OpenWorld,
) -> None:
    world = await open_world(export={"when_shop_is_down": "defer"}, store={"door": "shiprush"})
    fail_at(world, 1, UnavailableError("shop is down"))
    with pytest.raises(UnavailableError):
        await world.ask()


@contextmanager
def disk_that_fills_up_at(world: World, page: int) -> Iterator[None]:
    """From the moment that the shop is asked for its page of that number no file of ours can grow;
    in the end there is room again.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_up(given: int) -> None:
        if given == page:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))

    world.connector.before_page = fill_up
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("open_world", ["sqlite"], indirect=True)
@pytest.mark.parametrize("page", [1, 2, 3])
async def test_a_disk_that_fills_up_amid_a_window_is_an_error_and_costs_no_order(
    world: World, page: int
) -> None:
    fill(world, 9)
    with disk_that_fills_up_at(world, page):
        for _ in range(2):
            with pytest.raises((StorageError, StillReadingError)):
                await world.poll()
    await world.poll()
    assert world.differences() == {}
    world.book.edit("000002")
    world.clock.forward(120)
    await world.poll()
    assert world.differences() == {}
