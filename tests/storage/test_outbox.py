from __future__ import annotations

import asyncio
from datetime import date, timedelta

import msgspec
import pytest

from connectors.orders import Address
from connectors.shipments import Shipment, ShippedItem
from proxy.storage.errors import LeaseLostError, UnknownDeliveryError
from proxy.storage.interface import Attempt, AttemptOutcome, Delivery, DeliveryFilter, DeliveryState, PutResult
from tests.storage.conftest import Kept

LEASE = 60.0


def parcel(order: str = "1001", number: str = "1Z1", order_id: str = "") -> Shipment:
    return Shipment(
        order_id=order_id,
        order_number=order,
        carrier="UPS",
        tracking_number=number,
        shipped_on=date(2026, 3, 1),
        items=(ShippedItem(line_id="7", sku="A", quantity=2),),
        recipient=Address(name="Ada Löwe", line1="1 Main St", country="US"),
        customer_notes="ring twice",
    )


def attempt(kept: Kept, outcome: AttemptOutcome, message: str = "") -> Attempt:
    return Attempt(at=kept.clock(), outcome=outcome, seconds=0.25, message=message, worker="test")


async def put(kept: Kept, shipment: Shipment, store: str = "north", lease: float | None = None) -> Delivery:
    _, delivery = await kept.outbox.put(store, shipment, lease=lease)
    return delivery


async def deliver(kept: Kept, delivery: Delivery) -> None:
    await kept.outbox.delivered(delivery, attempt(kept, AttemptOutcome.DELIVERED))


async def die(kept: Kept, shipment: Shipment) -> Delivery:
    delivery = await put(kept, shipment, lease=LEASE)
    await kept.outbox.bury(delivery, attempt(kept, AttemptOutcome.REFUSED, "no such order"))
    return await kept.deliveries.get(delivery.id)


async def test_a_notice_comes_back_as_it_was_put(kept: Kept) -> None:
    sent = parcel(order_id="55")
    result, delivery = await kept.outbox.put("north", sent, lease=LEASE)
    assert result is PutResult.LEASED
    assert delivery.shipment == sent
    assert (await kept.deliveries.get(delivery.id)) == delivery
    assert delivery.lease_until == kept.clock() + timedelta(seconds=LEASE)
    assert delivery.created_at == kept.clock()


async def test_the_same_notice_is_stored_once(kept: Kept) -> None:
    first = await put(kept, parcel())
    result, again = await kept.other.put("north", parcel(), lease=LEASE)
    assert result is PutResult.JOINED
    assert again.id == first.id
    assert again.lease is None


async def test_the_same_notice_of_two_stores_is_two_deliveries(kept: Kept) -> None:
    first = await put(kept, parcel(), store="north")
    second = await put(kept, parcel(), store="south")
    assert first.id != second.id


async def test_of_many_at_the_same_instant_one_is_stored_and_the_rest_join(kept: Kept) -> None:
    outboxes = [kept.outbox, kept.other] * 5
    results = await asyncio.gather(*(outbox.put("north", parcel(), lease=LEASE) for outbox in outboxes))
    assert [result for result, _ in results].count(PutResult.LEASED) == 1
    assert [result for result, _ in results].count(PutResult.JOINED) == 9
    assert len({delivery.id for _, delivery in results}) == 1


async def test_two_parcels_of_one_order_at_the_same_instant_go_one_after_the_other(kept: Kept) -> None:
    results = await asyncio.gather(
        kept.outbox.put("north", parcel(number="A"), lease=LEASE), kept.other.put("north", parcel(number="B"), lease=LEASE)
    )
    assert sorted(result for result, _ in results) == [PutResult.LEASED, PutResult.QUEUED]
    assert await kept.outbox.claim("north", limit=10, lease=LEASE) == []
    first = next(delivery for result, delivery in results if result is PutResult.LEASED)
    await deliver(kept, first)
    (second,) = await kept.other.claim("north", limit=10, lease=LEASE)
    assert await kept.other.earlier(second) == [first.shipment]


async def test_a_delivered_notice_is_joined_for_good(kept: Kept) -> None:
    await deliver(kept, await put(kept, parcel(), lease=LEASE))
    result, known = await kept.outbox.put("north", parcel(), lease=LEASE)
    assert (result, known.state) == (PutResult.JOINED, DeliveryState.DELIVERED)


async def test_a_dead_notice_that_comes_again_is_ours_at_once_and_starts_its_schedule_anew(kept: Kept) -> None:
    dead = await die(kept, parcel())
    assert (dead.state, dead.attempts, dead.last_error) == (DeliveryState.DEAD, 1, "no such order")
    kept.clock.forward(3600)
    result, again = await kept.outbox.put("north", parcel(), lease=LEASE)
    assert (result, again.id, again.attempts, again.finished_at) == (PutResult.LEASED, dead.id, 0, None)
    assert (again.created_at, again.queued_at) == (dead.created_at, kept.clock())


async def test_a_discarded_notice_that_comes_again_stays_discarded(kept: Kept) -> None:
    dead = await die(kept, parcel())
    assert await kept.deliveries.discard(DeliveryFilter(ids=(dead.id,))) == 1
    result, known = await kept.outbox.put("north", parcel(), lease=LEASE)
    assert (result, known.state) == (PutResult.JOINED, DeliveryState.DISCARDED)


async def test_a_claim_takes_the_longest_due_first_and_no_more_than_asked(kept: Kept) -> None:
    for order in ("1", "2", "3"):
        await put(kept, parcel(order))
        kept.clock.forward(1)
    claimed = await kept.outbox.claim("north", limit=2, lease=LEASE)
    assert [delivery.shipment.order_number for delivery in claimed] == ["1", "2"]
    rest = await kept.other.claim("north", limit=2, lease=LEASE)
    assert [delivery.shipment.order_number for delivery in rest] == ["3"]


async def test_a_claim_leaves_other_stores_alone(kept: Kept) -> None:
    await put(kept, parcel(), store="south")
    assert await kept.outbox.claim("north", limit=9, lease=LEASE) == []
    assert await kept.outbox.due(["north", "south"]) == ["south"]


async def test_workers_that_claim_at_once_never_share_a_delivery(kept: Kept) -> None:
    for order in range(30):
        await put(kept, parcel(str(order)))
    rounds = await asyncio.gather(*((kept.outbox, kept.other)[n % 2].claim("north", limit=7, lease=LEASE) for n in range(10)))
    ids = [delivery.id for claimed in rounds for delivery in claimed]
    assert len(ids) == len(set(ids))
    rest = await kept.outbox.claim("north", limit=30, lease=LEASE)
    assert len(ids) + len(rest) == 30


async def test_the_second_notice_of_an_order_waits_for_the_first_whether_it_names_id_or_number(kept: Kept) -> None:
    first = await put(kept, parcel("1001", "A", order_id="55"))
    await put(kept, parcel("", "B", order_id="55"))
    await put(kept, parcel("1001", "C"))
    claimed = await kept.outbox.claim("north", limit=9, lease=LEASE)
    assert [delivery.id for delivery in claimed] == [first.id]


async def test_a_notice_waiting_for_its_next_try_holds_back_the_later_ones_of_its_order(kept: Kept) -> None:
    first = await put(kept, parcel(number="A"), lease=LEASE)
    await put(kept, parcel(number="B"))
    later = kept.clock() + timedelta(hours=1)
    await kept.outbox.retry_at(first, later, attempt(kept, AttemptOutcome.RETRY, "shop is down"), counted=True)
    assert await kept.outbox.claim("north", limit=9, lease=LEASE) == []
    kept.clock.forward(3600)
    (claimed,) = await kept.outbox.claim("north", limit=9, lease=LEASE)
    assert (claimed.id, claimed.attempts, claimed.last_error) == (first.id, 1, "shop is down")


async def test_a_dead_notice_lets_the_next_of_its_order_go_on(kept: Kept) -> None:
    await die(kept, parcel(number="A"))
    second = await put(kept, parcel(number="B"), lease=LEASE)
    assert second.lease is not None


async def test_a_dead_notice_brought_back_does_not_overtake_one_that_is_under_way(kept: Kept) -> None:
    dead = await die(kept, parcel(number="A"))
    under_way = await put(kept, parcel(number="B"), lease=LEASE)
    assert await kept.deliveries.retry(DeliveryFilter(ids=(dead.id,))) == 1
    assert await kept.other.claim("north", limit=9, lease=LEASE) == []
    await deliver(kept, under_way)
    assert [delivery.id for delivery in await kept.other.claim("north", limit=9, lease=LEASE)] == [dead.id]


async def test_a_lapsed_lease_is_taken_over_counted_and_told(kept: Kept) -> None:
    lost = await put(kept, parcel(), lease=LEASE)
    assert await kept.other.claim("north", limit=9, lease=LEASE) == []
    kept.clock.forward(LEASE)
    (taken,) = await kept.other.claim("north", limit=9, lease=LEASE)
    assert (taken.id, taken.attempts) == (lost.id, 1)
    (told,) = await kept.deliveries.attempts_at(lost.id)
    assert told.outcome is AttemptOutcome.INTERRUPTED


@pytest.mark.parametrize("way", ["delivered", "retry_at", "bury", "give_back"])
async def test_who_lost_the_lease_can_no_longer_settle(kept: Kept, way: str) -> None:
    late = await put(kept, parcel(), lease=LEASE)
    kept.clock.forward(LEASE)
    (taken,) = await kept.other.claim("north", limit=9, lease=LEASE)
    told = attempt(kept, AttemptOutcome.DELIVERED)
    settle = {
        "delivered": lambda: kept.outbox.delivered(late, told),
        "retry_at": lambda: kept.outbox.retry_at(late, kept.clock(), told, counted=True),
        "bury": lambda: kept.outbox.bury(late, told),
        "give_back": lambda: kept.outbox.give_back(late),
    }
    with pytest.raises(LeaseLostError):
        await settle[way]()
    assert await kept.deliveries.get(taken.id) == taken


async def test_what_is_settled_cannot_be_settled_again(kept: Kept) -> None:
    delivery = await put(kept, parcel(), lease=LEASE)
    await deliver(kept, delivery)
    with pytest.raises(LeaseLostError):
        await kept.outbox.bury(delivery, attempt(kept, AttemptOutcome.REFUSED))
    assert (await kept.deliveries.get(delivery.id)).state is DeliveryState.DELIVERED


async def test_a_delivery_given_back_is_due_at_once_and_nothing_is_held_against_it(kept: Kept) -> None:
    delivery = await put(kept, parcel(), lease=LEASE)
    await kept.outbox.give_back(delivery)
    (again,) = await kept.other.claim("north", limit=9, lease=LEASE)
    assert (again.id, again.attempts) == (delivery.id, 0)
    assert await kept.deliveries.attempts_at(delivery.id) == []


async def test_an_attempt_that_does_not_count_leaves_the_schedule_where_it_was(kept: Kept) -> None:
    delivery = await put(kept, parcel(), lease=LEASE)
    told = attempt(kept, AttemptOutcome.RETRY, "resting")
    await kept.outbox.retry_at(delivery, kept.clock() + timedelta(minutes=1), told, counted=False)
    waiting = await kept.deliveries.get(delivery.id)
    assert (waiting.attempts, waiting.next_attempt_at, waiting.lease) == (0, kept.clock() + timedelta(minutes=1), None)
    assert await kept.deliveries.attempts_at(delivery.id) == [told]


async def test_only_stores_with_something_due_are_looked_at(kept: Kept) -> None:
    stores = ["east", "north", "south"]
    assert await kept.outbox.due(stores) == []
    await put(kept, parcel(), store="north")
    await put(kept, parcel(), store="south", lease=LEASE)
    assert await kept.outbox.due(stores) == ["north"]
    assert await kept.outbox.due(["south"]) == await kept.outbox.due([]) == []
    kept.clock.forward(LEASE)
    assert await kept.outbox.due(stores) == ["north", "south"]


async def test_earlier_shipments_are_those_the_shop_has_in_the_order_it_heard_of_them(kept: Kept) -> None:
    await die(kept, parcel(number="DEAD"))
    for number in ("A", "B"):
        await deliver(kept, await put(kept, parcel(number=number, order_id="55"), lease=LEASE))
        kept.clock.forward(1)
    await deliver(kept, await put(kept, parcel("2002", "OTHER"), lease=LEASE))
    await deliver(kept, await put(kept, parcel("1001", "SAME NUMBER, OTHER ORDER", order_id="56"), lease=LEASE))
    await deliver(kept, await put(kept, parcel(number="ELSEWHERE", order_id="55"), store="south", lease=LEASE))
    third = await put(kept, parcel(number="C", order_id="55"), lease=LEASE)
    assert [shipment.tracking_number for shipment in await kept.outbox.earlier(third)] == ["A", "B"]


async def test_a_delivery_that_nobody_put_is_unknown(kept: Kept) -> None:
    with pytest.raises(UnknownDeliveryError):
        await kept.deliveries.get(404)


async def test_the_operator_finds_deliveries_by_store_state_order_and_time(kept: Kept) -> None:
    dead = await die(kept, parcel("1", order_id="55"))
    kept.clock.forward(60)
    waiting = await put(kept, parcel("2"), store="south")
    find = kept.deliveries.find
    assert [row.id for row in await find(DeliveryFilter())] == [waiting.id, dead.id]
    assert [row.id for row in await find(DeliveryFilter(), limit=1)] == [waiting.id]
    assert [row.id for row in await find(DeliveryFilter(store="south"))] == [waiting.id]
    assert [row.id for row in await find(DeliveryFilter(states=(DeliveryState.DEAD, DeliveryState.DISCARDED)))] == [dead.id]
    assert [row.id for row in await find(DeliveryFilter(since=kept.clock()))] == [waiting.id]
    assert [row.id for row in await find(DeliveryFilter(order="55"))] == [dead.id]
    assert [row.id for row in await find(DeliveryFilter(ids=(dead.id, 404)))] == [dead.id]
    assert await kept.deliveries.counts() == {("north", DeliveryState.DEAD): 1, ("south", DeliveryState.WAITING): 1}


async def test_the_operator_brings_back_the_dead_and_hastens_the_waiting_but_touches_nothing_under_way(kept: Kept) -> None:
    dead = await die(kept, parcel("1"))
    waiting = await put(kept, parcel("2"), lease=LEASE)
    later = kept.clock() + timedelta(days=1)
    await kept.outbox.retry_at(waiting, later, attempt(kept, AttemptOutcome.RETRY), counted=True)
    under_way = await put(kept, parcel("3"), lease=LEASE)
    done = await put(kept, parcel("4"), lease=LEASE)
    await deliver(kept, done)
    assert await kept.deliveries.retry(DeliveryFilter()) == 2
    claimed = await kept.outbox.claim("north", limit=9, lease=LEASE)
    assert [(row.id, row.attempts) for row in claimed] == [(dead.id, 0), (waiting.id, 0)]
    assert await kept.deliveries.get(under_way.id) == under_way


async def test_a_long_list_is_brought_back_whole(kept: Kept) -> None:
    for number in range(210):
        await put(kept, parcel(str(number)))
    assert await kept.deliveries.discard(DeliveryFilter(store="north")) == 210
    assert await kept.deliveries.counts() == {}


async def test_what_the_operator_discards_is_never_told_to_the_shop(kept: Kept) -> None:
    waiting = await put(kept, parcel("1"))
    under_way = await put(kept, parcel("2"), lease=LEASE)
    assert await kept.deliveries.discard(DeliveryFilter(store="north")) == 1
    assert (await kept.deliveries.get(waiting.id)).state is DeliveryState.DISCARDED
    assert await kept.outbox.claim("north", limit=9, lease=LEASE) == []
    await deliver(kept, under_way)


async def test_the_buyer_is_forgotten_in_time_but_a_repeat_is_still_known(kept: Kept) -> None:
    await deliver(kept, await put(kept, parcel("1"), lease=LEASE))
    dead = await die(kept, parcel("2"))
    kept.clock.forward(60)
    fresh = await put(kept, parcel("3"), lease=LEASE)
    await deliver(kept, fresh)
    assert await kept.deliveries.purge(kept.clock()) == 1
    assert await kept.deliveries.purge(kept.clock()) == 0
    result, old = await kept.outbox.put("north", parcel("1"), lease=LEASE)
    assert result is PutResult.JOINED
    assert "Ada" not in msgspec.json.encode(old).decode()
    assert "ring" not in msgspec.json.encode(old).decode()
    assert (old.purged_at, old.shipment.tracking_number, len(old.shipment.items)) == (kept.clock(), "1Z1", 1)
    assert await kept.deliveries.attempts_at(old.id) == []
    assert (await kept.deliveries.get(fresh.id)).shipment == parcel("3")
    assert (await kept.deliveries.get(dead.id)).shipment == parcel("2"), "a dead one may yet be sent"


async def test_the_outbox_tells_the_time_it_goes_by(kept: Kept) -> None:
    assert await kept.outbox.now() == kept.clock()
