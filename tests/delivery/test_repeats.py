"""Notices that come more than once, or of one order more than one: each parcel is told once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from connectors.shipments import Shipment, ShippedItem
from proxy.delivery.intake import NoticeOutcome, NoticeResult
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
        answer = await deliverer.accept(process.store, parcel())
        assert answer.outcome is NoticeOutcome.REPEATED
    gate.opened.set()
    assert (await first).outcome is NoticeOutcome.DELIVERED
    assert len(world.shop.calls) == 1


async def test_a_repeat_of_a_delivered_notice_does_not_ask_the_shop(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    await process.deliverer.accept(process.store, parcel())
    answer = await process.deliverer.accept(process.store, parcel())
    assert answer == NoticeResult(
        outcome=NoticeOutcome.REPEATED,
        message="known already; the shop has it",
        final=True,
        delivery=1,
    )
    assert len(world.shop.calls) == 1


async def test_a_repeat_of_a_waiting_notice_does_not_hurry_it(world: World, parcel: Parcel) -> None:
    process = await world.process()
    world.shop.before = answering(503)
    await process.deliverer.accept(process.store, parcel())
    answer = await process.deliverer.accept(process.store, parcel())
    assert (answer.outcome, answer.final) == (NoticeOutcome.REPEATED, False)
    assert len(world.shop.calls) == 1


async def test_a_repeat_of_a_dead_notice_is_tried_again_at_once(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.before = answering(422, "no")
    for _ in range(2):
        answer = await process.deliverer.accept(process.store, parcel())
        assert (answer.outcome, answer.final) == (NoticeOutcome.REFUSED, True)
    world.shop.before = unhindered
    answer = await process.deliverer.accept(process.store, parcel())
    assert answer.outcome is NoticeOutcome.DELIVERED
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
    for outcome in (NoticeOutcome.DELIVERED, NoticeOutcome.REPEATED):
        assert (await process.deliverer.accept(process.store, marked)).outcome is outcome
    assert world.shop.of("1001") == [""]


async def test_two_partial_notices_at_the_same_instant_on_two_replicas_are_told_one_after_the_other(
    world: World, parcel: Parcel
) -> None:
    process, replica = await world.process(), await world.process()
    answers = await asyncio.gather(
        process.deliverer.accept(process.store, parcel(number="A")),
        replica.deliverer.accept(replica.store, parcel(number="B")),
    )
    assert NoticeOutcome.DELIVERED in {answer.outcome for answer in answers}
    assert {answer.outcome for answer in answers} <= {
        NoticeOutcome.DELIVERED,
        NoticeOutcome.WAITING,
    }
    await drain(process)
    assert sorted(world.shop.of("1001")) == ["A", "B"]
    first, second = world.shop.parcels
    assert (first["earlier"], second["earlier"]) == ([], [first["number"]])


async def test_a_second_label_for_the_same_goods_is_told_with_the_first_beside_it(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    for number in ("VOIDED", "NEW"):
        answer = await process.deliverer.accept(process.store, parcel(number=number))
        assert answer.outcome is NoticeOutcome.DELIVERED
    assert world.shop.parcels[-1]["earlier"] == ["VOIDED"]


async def test_an_answer_lost_on_the_way_does_not_make_a_second_parcel(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.after = answering(502, "bad gateway")
    answer = await process.deliverer.accept(process.store, parcel())
    assert answer.outcome is NoticeOutcome.WAITING
    world.shop.after = unhindered
    world.clock.forward(timedelta(minutes=2))
    await drain(process)
    assert world.shop.of("1001") == ["1Z1"]
    assert (await world.only()).state is DeliveryState.DELIVERED
