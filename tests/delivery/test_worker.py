from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web

from connectors.shipments import Shipment
from proxy.delivery.intake import NoticeOutcome
from proxy.storage.errors import StorageError
from proxy.storage.outbox.interface import DeliveryFilter, DeliveryState
from tests.delivery.conftest import Process, World, until
from tests.delivery.plays import Gate, Parcel, answering, drain, unhindered
from tests.delivery.shelf import open_shop


async def settled(world: World, state: DeliveryState, count: int) -> None:
    """Until so many deliveries are in this state."""

    async def reached() -> bool:
        return (
            len(await world.deliveries.find(DeliveryFilter(states=(state,)), limit=count)) >= count
        )

    await until(reached)


async def put(world: World, store: str, *shipments: Shipment) -> None:
    for shipment in shipments:
        await world.outbox.put(store, shipment, lease=None)


async def test_a_running_worker_finds_what_another_process_put_in(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    async with process.worker.running():
        await put(world, "north", parcel())
        await settled(world, DeliveryState.DELIVERED, 1)
    assert world.shop.of("1001") == ["1Z1"]


async def test_parcels_of_one_order_arrive_in_the_order_they_were_noticed(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    await put(world, "north", *(parcel(number=str(number)) for number in range(10)))
    await drain(process)
    assert world.shop.of("1001") == [str(number) for number in range(10)]


async def test_a_store_whose_shop_hangs_takes_nothing_from_the_others(
    world: World, parcel: Parcel
) -> None:
    async with open_shop() as slow:
        north, south = await world.process(), await world.process(name="south", url=slow.url)
        both = north.worker
        both._stores = {"north": north.store, "south": south.store}
        slow.before = gate = Gate()
        await put(world, "south", *(parcel(str(order)) for order in range(20)))
        await put(world, "north", *(parcel(str(order)) for order in range(20)))
        async with both.running():
            await gate.reached.wait()
            await settled(world, DeliveryState.DELIVERED, 20)
            assert (len(world.shop.parcels), len(slow.parcels), len(slow.calls)) == (20, 0, 4)
            gate.opened.set()
            await settled(world, DeliveryState.DELIVERED, 40)


async def test_no_more_than_the_set_number_of_deliveries_of_a_store_run_at_once(
    world: World, parcel: Parcel
) -> None:
    process = await world.process(concurrency=3)
    world.shop.before = gate = Gate()
    await put(world, "north", *(parcel(str(order)) for order in range(9)))
    assert await process.worker.look() == 3
    await gate.reached.wait()
    assert await process.worker.look() == 0
    gate.opened.set()
    await drain(process)
    assert len(world.shop.parcels) == 9


async def outlast(world: World, process: Process, span: timedelta) -> None:
    """Let time pass, minute by minute, with the worker looking."""
    for _ in range(int(span / timedelta(minutes=1))):
        world.clock.forward(timedelta(minutes=1))
        await drain(process)


async def test_an_outage_of_days_kills_no_delivery_and_asks_the_shop_seldom(
    world: World, parcel: Parcel
) -> None:
    process = await world.process(schedule=["1m", "2m"])
    world.shop.before = answering(503, "closed")
    await put(world, "north", *(parcel(str(order)) for order in range(8)))
    await drain(process)
    await outlast(world, process, timedelta(hours=2))
    assert len(world.shop.calls) < 2 * 60 + 8
    assert await world.deliveries.counts() == {("north", DeliveryState.WAITING): 8}
    world.shop.before = unhindered
    await outlast(world, process, timedelta(minutes=10))
    assert len(world.shop.parcels) == 8
    assert await world.deliveries.counts() == {}


async def test_while_its_shop_is_down_new_notices_are_stored_and_wait_without_asking(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    process.deliverer.attempts.clock = lambda: 0.0
    world.shop.before = answering(503, "closed")
    for order in range(9):
        answer = await process.deliverer.accept(process.store, parcel(str(order)))
        assert answer.outcome is NoticeOutcome.WAITING
    assert len(world.shop.calls) == 5


async def test_a_probe_that_the_database_prevents_is_made_by_the_next_who_may(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.before = answering(503, "closed")
    await put(world, "north", *(parcel(str(order)) for order in range(5)))
    await drain(process)
    calls, world.shop.before = len(world.shop.calls), unhindered
    world.clock.forward(timedelta(minutes=10))
    async with world.database.writing() as connection:
        for change in ("update", "insert"):
            await connection.exec_driver_sql(
                f"create trigger no_{change} before {change} on deliveries"
                " begin select raise(abort, 'full'); end"
            )
    with pytest.raises(StorageError, match="full"):
        await process.worker.look()
    with pytest.raises(StorageError, match="full"):
        await process.deliverer.accept(process.store, parcel("new"))
    async with world.database.writing() as connection:
        for change in ("update", "insert"):
            await connection.exec_driver_sql(f"drop trigger no_{change}")
    assert len(world.shop.calls) == calls
    assert await process.worker.look() == 1
    await drain(process)
    assert len(world.shop.parcels) == 5


async def test_one_delivery_that_alone_keeps_failing_is_given_up_in_the_end(
    world: World, parcel: Parcel
) -> None:
    process = await world.process(schedule=["1m", "2m"])

    async def poisoned(shipment: dict[str, str]) -> web.StreamResponse | None:
        return web.Response(status=500, text="fatal") if shipment["order"] == "poison" else None

    world.shop.before = poisoned
    await put(world, "north", parcel("poison"))
    for order in range(20):
        await put(world, "north", parcel(str(order)))
        await outlast(world, process, timedelta(minutes=1))
    (dead,) = await world.deliveries.find(DeliveryFilter(states=(DeliveryState.DEAD,)))
    assert (dead.shipment.order_number, dead.attempts, dead.last_error) == ("poison", 3, "fatal")
    assert len(world.shop.parcels) == 20


async def test_a_shop_that_asks_for_a_pause_gets_it(world: World, parcel: Parcel) -> None:
    process = await world.process()
    world.shop.before = answering(429, "slow down", Retry_After="120")
    await process.deliverer.accept(process.store, parcel("1"))
    await put(world, "north", parcel("2"))
    await drain(process)
    assert len(world.shop.calls) == 1
    world.shop.before = unhindered
    world.clock.forward(timedelta(seconds=121))
    await drain(process)
    assert sorted(parcel["order"] for parcel in world.shop.parcels) == ["1", "2"]


async def test_a_delivery_that_ends_every_process_that_tries_it_is_given_up(
    world: World, parcel: Parcel
) -> None:
    process = await world.process(schedule=["1m"])
    await put(world, "north", parcel())
    for _ in range(3):
        await world.outbox.claim("north", limit=1, lease=120)
        world.clock.forward(timedelta(minutes=3))
    await drain(process)
    delivery = await world.only()
    assert (delivery.state, world.shop.calls) == (DeliveryState.DEAD, [])
    assert delivery.last_error.startswith("given up: ")


async def test_deliveries_of_a_store_that_is_no_longer_configured_wait(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    await put(world, "gone", parcel())
    await drain(process)
    assert (await world.only()).state is DeliveryState.WAITING


async def test_buyers_are_forgotten_after_the_retention(world: World, parcel: Parcel) -> None:
    process = await world.process(retention="1d")
    await process.deliverer.accept(process.store, parcel(customer_notes="ring twice"))
    world.clock.forward(timedelta(days=2))

    async def purged() -> bool:
        return (await world.only()).purged_at is not None

    async with process.worker.running():
        await until(purged)
    assert (await world.only()).shipment.customer_notes == ""


async def test_a_worker_outlives_a_database_that_fails(world: World, parcel: Parcel) -> None:
    process = await world.process()
    async with world.database.writing() as connection:
        await connection.exec_driver_sql("alter table deliveries rename to elsewhere")
    async with process.worker.running():
        await asyncio.sleep(0.05)
        async with world.database.writing() as connection:
            await connection.exec_driver_sql("alter table elsewhere rename to deliveries")
        await put(world, "north", parcel())
        await settled(world, DeliveryState.DELIVERED, 1)


async def test_a_clock_set_forward_while_the_shop_is_at_work_sends_no_parcel_twice(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    process.deliverer.attempts.clock = lambda: 0.0
    world.shop.before = gate = Gate()
    await put(world, "north", parcel())
    await process.worker.look()
    await gate.reached.wait()
    world.clock.forward(timedelta(minutes=10))
    assert (await process.worker.look(), process.deliverer.count_running("north")) == (0, 1)
    gate.opened.set()
    await drain(process)
    world.clock.forward(timedelta(minutes=10))
    await drain(process)
    assert (world.shop.of("1001"), len(world.shop.calls)) == (["1Z1"], 1)
    assert (await world.only()).state is DeliveryState.DELIVERED


async def test_what_was_claimed_as_portside_was_told_to_stop_is_given_back(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.before = gate = Gate()
    await put(world, "north", *(parcel(str(order)) for order in range(8)))
    async with process.worker.running():
        await gate.reached.wait()
    gate.opened.set()
    rows = await world.deliveries.find(DeliveryFilter())
    assert [row for row in rows if row.lease is not None] == []
    assert {row.attempts for row in rows} == {0}


async def test_a_clock_set_back_by_days_puts_no_delivery_off_by_days(
    world: World, parcel: Parcel
) -> None:
    world.clock.forward(timedelta(days=9))
    process = await world.process()
    world.shop.before = answering(503)
    assert (await process.deliverer.accept(process.store, parcel())).outcome.value == "waiting"
    world.shop.before = unhindered
    world.clock.forward(timedelta(days=-9))
    async with process.worker.running():
        await settled(world, DeliveryState.DELIVERED, 1)
    assert world.shop.of("1001") == ["1Z1"]
