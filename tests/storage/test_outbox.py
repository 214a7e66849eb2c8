from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from proxy.storage.errors import LeaseLostError
from proxy.storage.outbox.interface import (
    AttemptOutcome,
    DeliveryFilter,
    DeliveryState,
    KeptExchange,
    PutResult,
)
from proxy.storage.outbox.rows import MOST_WITH_EXCHANGES
from tests.storage.conftest import Kept
from tests.storage.notices import LEASE, attempt, deliver, die, parcel, put


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
    results = await asyncio.gather(
        *(outbox.put("north", parcel(), lease=LEASE) for outbox in outboxes)
    )
    assert [result for result, _ in results].count(PutResult.LEASED) == 1
    assert [result for result, _ in results].count(PutResult.JOINED) == 9
    assert len({delivery.id for _, delivery in results}) == 1


async def test_two_parcels_of_one_order_at_the_same_instant_go_one_after_the_other(
    kept: Kept,
) -> None:
    results = await asyncio.gather(
        kept.outbox.put("north", parcel(number="A"), lease=LEASE),
        kept.other.put("north", parcel(number="B"), lease=LEASE),
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


async def test_a_dead_notice_that_comes_again_is_ours_at_once_and_starts_its_schedule_anew(
    kept: Kept,
) -> None:
    dead = await die(kept, parcel())
    assert (dead.state, dead.attempts, dead.last_error) == (DeliveryState.DEAD, 1, "no such order")
    kept.clock.forward(3600)
    result, again = await kept.outbox.put("north", parcel(), lease=LEASE)
    assert (result, again.id, again.attempts, again.finished_at) == (
        PutResult.LEASED,
        dead.id,
        0,
        None,
    )
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
    rounds = await asyncio.gather(
        *((kept.outbox, kept.other)[n % 2].claim("north", limit=7, lease=LEASE) for n in range(10))
    )
    ids = [delivery.id for claimed in rounds for delivery in claimed]
    assert len(ids) == len(set(ids))
    rest = await kept.outbox.claim("north", limit=30, lease=LEASE)
    assert len(ids) + len(rest) == 30


async def test_the_second_notice_of_an_order_waits_for_the_first_whether_it_names_id_or_number(
    kept: Kept,
) -> None:
    first = await put(kept, parcel("1001", "A", order_id="55"))
    await put(kept, parcel("", "B", order_id="55"))
    await put(kept, parcel("1001", "C"))
    claimed = await kept.outbox.claim("north", limit=9, lease=LEASE)
    assert [delivery.id for delivery in claimed] == [first.id]


async def test_a_notice_waiting_for_its_next_try_holds_back_the_later_ones_of_its_order(
    kept: Kept,
) -> None:
    first = await put(kept, parcel(number="A"), lease=LEASE)
    await put(kept, parcel(number="B"))
    later = kept.clock() + timedelta(hours=1)
    await kept.outbox.retry_at(
        first, later, attempt(kept, AttemptOutcome.RETRY, "shop is down"), counted=True
    )
    assert await kept.outbox.claim("north", limit=9, lease=LEASE) == []
    kept.clock.forward(3600)
    (claimed,) = await kept.outbox.claim("north", limit=9, lease=LEASE)
    assert (claimed.id, claimed.attempts, claimed.last_error) == (first.id, 1, "shop is down")


async def test_a_dead_notice_lets_the_next_of_its_order_go_on(kept: Kept) -> None:
    await die(kept, parcel(number="A"))
    second = await put(kept, parcel(number="B"), lease=LEASE)
    assert second.lease is not None


async def test_a_dead_notice_brought_back_does_not_overtake_one_that_is_under_way(
    kept: Kept,
) -> None:
    dead = await die(kept, parcel(number="A"))
    under_way = await put(kept, parcel(number="B"), lease=LEASE)
    assert await kept.deliveries.retry(DeliveryFilter(ids=(dead.id,))) == 1
    assert await kept.other.claim("north", limit=9, lease=LEASE) == []
    await deliver(kept, under_way)
    assert [delivery.id for delivery in await kept.other.claim("north", limit=9, lease=LEASE)] == [
        dead.id
    ]


async def test_a_lapsed_lease_is_taken_over_counted_and_told(kept: Kept) -> None:
    lost = await put(kept, parcel(), lease=LEASE)
    assert await kept.other.claim("north", limit=9, lease=LEASE) == []
    kept.clock.forward(LEASE)
    (taken,) = await kept.other.claim("north", limit=9, lease=LEASE)
    assert (taken.id, taken.attempts) == (lost.id, 1)
    (told,) = await kept.deliveries.attempts_at(lost.id)
    assert told.outcome is AttemptOutcome.INTERRUPTED


@pytest.mark.parametrize("way", ["mark_delivered", "retry_at", "mark_dead", "give_back"])
async def test_who_lost_the_lease_can_no_longer_settle(kept: Kept, way: str) -> None:
    late = await put(kept, parcel(), lease=LEASE)
    kept.clock.forward(LEASE)
    (taken,) = await kept.other.claim("north", limit=9, lease=LEASE)
    told = attempt(kept, AttemptOutcome.DELIVERED)
    settle = {
        "mark_delivered": lambda: kept.outbox.mark_delivered(late, told),
        "retry_at": lambda: kept.outbox.retry_at(late, kept.clock(), told, counted=True),
        "mark_dead": lambda: kept.outbox.mark_dead(late, told),
        "give_back": lambda: kept.outbox.give_back(late),
    }
    with pytest.raises(LeaseLostError):
        await settle[way]()
    assert await kept.deliveries.get(taken.id) == taken


async def test_what_is_settled_cannot_be_settled_again(kept: Kept) -> None:
    delivery = await put(kept, parcel(), lease=LEASE)
    await deliver(kept, delivery)
    with pytest.raises(LeaseLostError):
        await kept.outbox.mark_dead(delivery, attempt(kept, AttemptOutcome.REFUSED))
    assert (await kept.deliveries.get(delivery.id)).state is DeliveryState.DELIVERED


async def test_a_delivery_given_back_is_due_at_once_and_nothing_is_held_against_it(
    kept: Kept,
) -> None:
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
    assert (waiting.attempts, waiting.next_attempt_at, waiting.lease) == (
        0,
        kept.clock() + timedelta(minutes=1),
        None,
    )
    assert await kept.deliveries.attempts_at(delivery.id) == [told]


async def test_the_newest_attempts_alone_keep_their_exchanges(kept: Kept) -> None:
    told = msgspec.structs.replace(
        attempt(kept, AttemptOutcome.RETRY),
        exchanges=(KeptExchange(method="POST", url="http://shop/x", status=500, answer="no"),),
    )
    delivery = await put(kept, parcel(), lease=LEASE)
    for _ in range(MOST_WITH_EXCHANGES + 2):
        await kept.outbox.retry_at(delivery, kept.clock(), told, counted=False)
        (delivery,) = await kept.outbox.claim("north", limit=1, lease=LEASE)
    shown = [each.exchanges for each in await kept.deliveries.attempts_at(delivery.id)]
    assert shown == [(), ()] + [told.exchanges] * MOST_WITH_EXCHANGES


async def test_only_stores_with_something_due_are_looked_at(kept: Kept) -> None:
    stores = ["east", "north", "south"]
    assert await kept.outbox.due(stores) == []
    await put(kept, parcel(), store="north")
    await put(kept, parcel(), store="south", lease=LEASE)
    assert await kept.outbox.due(stores) == ["north"]
    assert await kept.outbox.due(["south"]) == await kept.outbox.due([]) == []
    kept.clock.forward(LEASE)
    assert await kept.outbox.due(stores) == ["north", "south"]


async def test_earlier_shipments_are_those_the_shop_has_in_the_order_it_heard_of_them(
    kept: Kept,
) -> None:
    await die(kept, parcel(number="DEAD"))
    for number in ("A", "B"):
        await deliver(kept, await put(kept, parcel(number=number, order_id="55"), lease=LEASE))
        kept.clock.forward(1)
    await deliver(kept, await put(kept, parcel("2002", "OTHER"), lease=LEASE))
    await deliver(
        kept,
        await put(kept, parcel("1001", "SAME NUMBER, OTHER ORDER", order_id="56"), lease=LEASE),
    )
    await deliver(
        kept, await put(kept, parcel(number="ELSEWHERE", order_id="55"), store="south", lease=LEASE)
    )
    third = await put(kept, parcel(number="C", order_id="55"), lease=LEASE)
    assert [shipment.tracking_number for shipment in await kept.outbox.earlier(third)] == ["A", "B"]


async def test_the_outbox_tells_the_time_it_goes_by(kept: Kept) -> None:
    assert await kept.outbox.now() == kept.clock()
