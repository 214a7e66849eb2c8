"""Hints: orders that come with the next window whatever the list of the shop says."""

from __future__ import annotations

from connectors.shipments import Shipment
from proxy.storage.export.records import HintReason
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


async def test_an_order_that_a_notice_was_delivered_for_comes_with_the_next_window(
    world: World,
) -> None:
    world.book.add()
    assert await poll_after(world, 60) == ["000001"]
    world.book.edit("000001", lag=2 * DAY, dated=False)
    world.exporter.note_delivered(world.store, Shipment(order_id="000001", order_number="1"))
    # It stops before it has taken that down.
    await world.exporter.__aexit__(None, None, None)
    world.at = 1
    assert await poll_after(world, HOUR) == ["000001"]
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


async def test_waiting_hints_are_listed_by_reason_the_latest_first(world: World) -> None:
    ledger, books = world.exporter.ledger, world.store.books
    for order_id, reason in (
        ("000001", HintReason.NEWS),
        ("000002", HintReason.NOTICE),
        ("000003", HintReason.SWEEP),
        ("000001", HintReason.NEWS),
    ):
        await ledger.add_hint(books, order_id, reason)
        world.clock.forward(60)
    reasons = (HintReason.NEWS, HintReason.SWEEP)
    waiting = await ledger.list_waiting_hints(books, reasons, 10)
    assert [hint.order_id for hint in waiting] == ["000001", "000003"]
    assert [hint.order_id for hint in await ledger.list_waiting_hints(books, reasons, 1)] == [
        "000001"
    ]
    await world.ask()
    assert await ledger.list_waiting_hints(books, reasons, 10) == []
