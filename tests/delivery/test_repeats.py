"""Notices that come more than once, or of one order more than one: each parcel is told once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from connectors.shipments import Shipment, ShippedItem
from proxy.delivery.intake import NotifyAnswer
from proxy.storage.outbox.interface import AttemptOutcome, DeliveryState
from tests.delivery.conftest import World
from tests.delivery.plays import Gate, Parcel, answering, drain, unhindered


async def test_a_repeat_in_flight_is_joined_without_a_second_call(
    world: World, parcel: Parcel
) -> None:
    process, replica = await world.process(), await world.process()
    world.shop.before = gate = Gate()
    first = asyncio.create_task(process.deliverer.accept(process.store, parcel()))
    await gate.reached.wait()
    for deliverer in (process.deliverer, replica.deliverer):
        assert (await deliverer.accept(process.store, parcel())).status == 200
    gate.opened.set()
    assert (await first).status == 200
    assert len(world.shop.calls) == 1


async def test_a_repeat_of_a_delivered_notice_does_not_ask_the_shop(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    await process.deliverer.accept(process.store, parcel())
    answer = await process.deliverer.accept(process.store, parcel())
    assert answer == NotifyAnswer(status=200, message="known already; the shop has it")
    assert len(world.shop.calls) == 1


async def test_a_repeat_of_a_waiting_notice_does_not_hurry_it(world: World, parcel: Parcel) -> None:
    process = await world.process()
    world.shop.before = answering(503)
    await process.deliverer.accept(process.store, parcel())
    assert (await process.deliverer.accept(process.store, parcel())).status == 200
    assert len(world.shop.calls) == 1


async def test_a_repeat_of_a_dead_notice_is_tried_again_at_once(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.before = answering(422, "no")
    assert (await process.deliverer.accept(process.store, parcel())).status == 422
    assert (await process.deliverer.accept(process.store, parcel())).status == 422
    world.shop.before = unhindered
    assert (await process.deliverer.accept(process.store, parcel())).status == 200
    assert world.shop.of("1001") == ["1Z1"]
    attempts = await world.deliveries.attempts_at((await world.only()).id)
    assert [attempt.outcome for attempt in attempts] == [
        AttemptOutcome.REFUSED,
        AttemptOutcome.REFUSED,
        AttemptOutcome.DELIVERED,
    ]


async def test_an_order_marked_as_shipped_without_a_label_is_told_once(world: World) -> None:
    process = await world.process()
    marked = Shipment(
        order_number="1001", carrier="Other", items=(ShippedItem(line_id="1", quantity=1),)
    )
    for _ in range(2):
        assert (await process.deliverer.accept(process.store, marked)).status == 200
    assert world.shop.of("1001") == [""]


async def test_two_partial_notices_at_the_same_instant_on_two_replicas_are_told_one_after_the_other(
    world: World, parcel: Parcel
) -> None:
    process, replica = await world.process(), await world.process()
    answers = await asyncio.gather(
        process.deliverer.accept(process.store, parcel(number="A")),
        replica.deliverer.accept(replica.store, parcel(number="B")),
    )
    assert [answer.status for answer in answers] == [200, 200]
    await drain(process)
    assert sorted(world.shop.of("1001")) == ["A", "B"]
    first, second = world.shop.parcels
    assert (first["earlier"], second["earlier"]) == ([], [first["number"]])


async def test_a_second_label_for_the_same_goods_is_told_with_the_first_beside_it(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    for number in ("VOIDED", "NEW"):
        assert (await process.deliverer.accept(process.store, parcel(number=number))).status == 200
    assert world.shop.parcels[-1]["earlier"] == ["VOIDED"]


async def test_an_answer_lost_on_the_way_does_not_make_a_second_parcel(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.after = answering(502, "bad gateway")
    assert (await process.deliverer.accept(process.store, parcel())).status == 200
    world.shop.after = unhindered
    world.clock.forward(timedelta(minutes=2))
    await drain(process)
    assert world.shop.of("1001") == ["1Z1"]
    assert (await world.only()).state is DeliveryState.DELIVERED
