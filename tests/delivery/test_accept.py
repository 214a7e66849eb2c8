"""A notice is accepted: what becomes of it, and what the shop gets."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from connectors.errors import (
    AuthenticationError,
    ConflictError,
    ConnectorError,
    OrderNotFoundError,
    RefusedError,
)
from proxy.delivery.intake import NoticeOutcome, NoticeResult
from proxy.storage.errors import StorageError
from proxy.storage.outbox.interface import AttemptOutcome, DeliveryState
from tests.delivery.conftest import World, until
from tests.delivery.plays import Gate, Parcel, answering, drain, unhindered


async def test_a_notice_the_shop_takes_is_delivered_and_settled(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    answer = await process.deliverer.accept(process.store, parcel())
    assert answer == NoticeResult(
        outcome=NoticeOutcome.DELIVERED,
        message="delivered; the shop has it",
        final=True,
        delivery=1,
    )
    assert world.shop.of("1001") == ["1Z1"]
    delivery = await world.only()
    assert delivery.state is DeliveryState.DELIVERED
    (attempt,) = await world.deliveries.attempts_at(delivery.id)
    assert attempt.outcome is AttemptOutcome.DELIVERED
    assert attempt.seconds >= 0
    # Only its number was known, and the export hears which order that is.
    assert [told.order_id for told in world.delivered] == ["id of 1001"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [(404, OrderNotFoundError), (409, ConflictError), (400, RefusedError), (410, RefusedError)],
)
async def test_a_refusal_reaches_shipstation_with_the_shops_words_and_the_notice_is_kept_dead(
    world: World, parcel: Parcel, said: int, kind: type[ConnectorError]
) -> None:
    process = await world.process(order_grace="0s")
    world.shop.before = answering(said, "this order was cancelled")
    answer = await process.deliverer.accept(process.store, parcel())
    assert (answer.outcome, answer.final) == (NoticeOutcome.REFUSED, True)
    assert type(answer.error) is kind
    assert answer.message == "this order was cancelled"
    delivery = await world.only()
    assert (delivery.state, delivery.last_error) == (DeliveryState.DEAD, "this order was cancelled")
    await drain(process)
    assert len(world.shop.calls) == 1


async def test_a_notice_waits_out_a_passing_fault_and_is_tried_again_later(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.before = answering(503, "briefly closed")
    answer = await process.deliverer.accept(process.store, parcel())
    assert (answer.outcome, answer.final) == (NoticeOutcome.WAITING, False)
    assert answer.message.endswith("could not take it yet: briefly closed")
    world.shop.before = unhindered
    await drain(process)
    assert world.shop.parcels == [], "too early"
    world.clock.forward(timedelta(minutes=2))
    await drain(process)
    assert world.shop.of("1001") == ["1Z1"]


async def test_a_slow_shop_does_not_make_shipstation_wait_and_still_gets_it_once(
    world: World, parcel: Parcel
) -> None:
    process = await world.process(answer_within="1s")
    process.deliverer._answer_within = 0.01
    world.shop.before = gate = Gate()
    answer = await process.deliverer.accept(process.store, parcel())
    assert answer == NoticeResult(
        outcome=NoticeOutcome.WAITING, message="stored; Portside will tell the shop", delivery=1
    )
    gate.opened.set()
    await drain(process)
    await process.deliverer.close(within=5)
    assert world.shop.of("1001") == ["1Z1"]
    assert (await world.only()).state is DeliveryState.DELIVERED


async def test_an_order_the_shop_shows_only_later_is_refused_at_first_and_still_told(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.unknown = {"1001"}
    answer = await process.deliverer.accept(process.store, parcel())
    assert (answer.outcome, answer.final) == (NoticeOutcome.REFUSED, False)
    assert isinstance(answer.error, OrderNotFoundError)
    assert answer.message.endswith("; Portside goes on trying for a while")
    assert ".;" not in answer.message
    world.shop.unknown = set()
    world.clock.forward(timedelta(minutes=2))
    await drain(process)
    assert world.shop.of("1001") == ["1Z1"]


async def test_an_order_the_shop_never_shows_is_given_up_after_the_grace(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.unknown = {"1001"}
    await process.deliverer.accept(process.store, parcel())
    for _ in range(4):
        world.clock.forward(timedelta(minutes=30))
        await drain(process)
    assert (await world.only()).state is DeliveryState.DEAD


async def test_wrong_credentials_at_the_shop_are_told_to_the_merchant_and_tried_again(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.before = answering(401, "the key was revoked")
    answer = await process.deliverer.accept(process.store, parcel())
    assert (answer.outcome, answer.final) == (NoticeOutcome.REFUSED, False)
    assert isinstance(answer.error, AuthenticationError)
    world.shop.before = unhindered
    world.clock.forward(timedelta(minutes=2))
    await drain(process)
    assert world.shop.of("1001") == ["1Z1"]


@pytest.mark.parametrize(
    ("policy", "told", "mailed"),
    [
        ("as_told", True, True),
        ("as_told", False, False),
        ("always", False, True),
        ("never", True, False),
    ],
)
async def test_the_shop_mails_the_buyer_as_the_store_wants(
    world: World, parcel: Parcel, *, policy: str, told: bool, mailed: bool
) -> None:
    process = await world.process(notify_customer=policy)
    await process.deliverer.accept(process.store, parcel(notify_customer=told))
    assert world.shop.parcels[0]["mail"] is mailed


async def test_a_connector_that_fails_in_an_unforeseen_way_costs_no_shipment(
    world: World, parcel: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await world.process()
    with monkeypatch.context() as broken:
        broken.setattr(type(process.store.connector), "_ask", None)
        answer = await process.deliverer.accept(process.store, parcel())
    assert answer.outcome is NoticeOutcome.WAITING
    assert "a fault of its own" in answer.message
    world.clock.forward(timedelta(minutes=2))
    await drain(process)
    assert world.shop.of("1001") == ["1Z1"]


async def test_what_runs_when_portside_stops_is_broken_off_and_its_lease_given_back(
    world: World, parcel: Parcel
) -> None:
    process, replica = await world.process(), await world.process()
    world.shop.before = gate = Gate()
    waiting = asyncio.create_task(process.deliverer.accept(process.store, parcel()))
    await gate.reached.wait()
    await process.deliverer.close()
    assert (await waiting).outcome is NoticeOutcome.WAITING
    delivery = await world.only()
    assert (delivery.state, delivery.lease, delivery.attempts) == (DeliveryState.WAITING, None, 0)
    world.shop.before = unhindered
    await drain(replica)
    assert world.shop.of("1001") == ["1Z1"]


async def test_a_stopping_portside_still_stores_but_starts_nothing(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    await process.deliverer.close()
    answer = await process.deliverer.accept(process.store, parcel())
    assert answer.outcome is NoticeOutcome.WAITING
    assert world.shop.calls == []
    assert (await world.only()).lease is None


async def rename(world: World, table: str, name: str) -> None:
    async with world.database.writing() as connection:
        await connection.exec_driver_sql(f"alter table {table} rename to {name}")


async def test_what_cannot_be_stored_is_not_accepted_and_the_shop_is_not_asked(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    await rename(world, "deliveries", "elsewhere")
    with pytest.raises(StorageError):
        await process.deliverer.accept(process.store, parcel())
    assert world.shop.calls == []
    await rename(world, "elsewhere", "deliveries")
    answer = await process.deliverer.accept(process.store, parcel())
    assert answer.outcome is NoticeOutcome.DELIVERED


async def test_what_the_shop_said_is_written_down_as_soon_as_the_database_can(
    world: World, parcel: Parcel
) -> None:
    process = await world.process()
    world.shop.before = gate = Gate()
    answer = asyncio.create_task(process.deliverer.accept(process.store, parcel()))
    await gate.reached.wait()
    await rename(world, "attempts", "elsewhere")

    async def tried_in_vain() -> bool:
        return any(line["event"] == "Could not settle." for line in log)

    with capture_logs() as log:
        gate.opened.set()
        await until(tried_in_vain)
    await rename(world, "elsewhere", "attempts")
    assert (await answer).message == "delivered; the shop has it"
    assert (await world.only()).state is DeliveryState.DELIVERED
    assert len(world.shop.calls) == 1


async def test_a_secret_in_the_shops_words_goes_no_further(world: World, parcel: Parcel) -> None:
    process = await world.process()
    world.shop.before = answering(
        422, "https://shop.example/orders?consumer_secret=cs_123 was refused"
    )
    answer = await process.deliverer.accept(process.store, parcel())
    delivery = await world.only()
    (attempt,) = await world.deliveries.attempts_at(delivery.id)
    for text in (answer.message, delivery.last_error, attempt.message):
        assert "was refused" in text
        assert "cs_123" not in text
