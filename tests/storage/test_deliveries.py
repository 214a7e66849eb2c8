"""The operator's side of the outbox."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from proxy.storage.errors import UnknownDeliveryError
from proxy.storage.outbox.interface import AttemptOutcome, DeliveryFilter, DeliveryState, PutResult
from tests.storage.conftest import Kept
from tests.storage.notices import LEASE, attempt, deliver, die, parcel, put


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
    assert [
        row.id
        for row in await find(DeliveryFilter(states=(DeliveryState.DEAD, DeliveryState.DISCARDED)))
    ] == [dead.id]
    assert [row.id for row in await find(DeliveryFilter(since=kept.clock()))] == [waiting.id]
    assert [row.id for row in await find(DeliveryFilter(order="55"))] == [dead.id]
    assert [row.id for row in await find(DeliveryFilter(ids=(dead.id, 404)))] == [dead.id]
    assert await kept.deliveries.counts() == {
        ("north", DeliveryState.DEAD): 1,
        ("south", DeliveryState.WAITING): 1,
    }


async def test_the_operator_retries_the_dead_and_the_waiting_but_touches_nothing_under_way(
    kept: Kept,
) -> None:
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


async def test_a_delivered_one_is_told_again_on_purpose_and_the_reason_is_kept(kept: Kept) -> None:
    done = await put(kept, parcel("1"), lease=LEASE)
    await deliver(kept, done)
    dead = await die(kept, parcel("2"))
    under_way = await put(kept, parcel("3"), lease=LEASE)
    kept.clock.forward(60)
    await kept.deliveries.purge(kept.clock())
    assert await kept.deliveries.resend(DeliveryFilter(), "the shop lost it") == 1
    (claimed,) = await kept.outbox.claim("north", limit=1, lease=LEASE)
    assert (claimed.id, claimed.attempts, claimed.purged_at) == (done.id, 0, None)
    (noted,) = await kept.deliveries.attempts_at(done.id)
    assert (noted.outcome, noted.message) == (AttemptOutcome.RESENT, "the shop lost it")
    for other in (dead, under_way):
        assert (await kept.deliveries.get(other.id)).state is other.state
    await deliver(kept, claimed)
    kept.clock.forward(60)
    assert await kept.deliveries.purge(kept.clock()) == 1


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
    assert (old.purged_at, old.shipment.tracking_number, len(old.shipment.items)) == (
        kept.clock(),
        "1Z1",
        1,
    )
    assert await kept.deliveries.attempts_at(old.id) == []
    assert (await kept.deliveries.get(fresh.id)).shipment == parcel("3")
    assert (await kept.deliveries.get(dead.id)).shipment == parcel("2"), (
        "a dead one may yet be sent"
    )


async def test_the_shops_words_about_a_discarded_shipment_go_with_its_buyer(kept: Kept) -> None:
    dead = await die(kept, parcel("1"))
    await kept.deliveries.discard(DeliveryFilter(ids=(dead.id,)))
    kept.clock.forward(60)
    assert (await kept.deliveries.get(dead.id)).last_error == "no such order"
    assert await kept.deliveries.purge(kept.clock()) == 1
    assert (await kept.deliveries.get(dead.id)).last_error == ""


async def test_after_the_clock_was_set_back_nothing_waits_longer_than_the_longest_step(
    kept: Kept,
) -> None:
    step, lease = timedelta(hours=6), timedelta(seconds=LEASE)
    later = kept.clock() + step
    for order in ("1", "2"):
        waiting = await put(kept, parcel(order), lease=LEASE)
        told = attempt(kept, AttemptOutcome.RETRY)
        await kept.outbox.retry_at(waiting, later, told, counted=True)
    held = await put(kept, parcel("3"), lease=LEASE)
    other = await put(kept, parcel("4"), store="south", lease=LEASE)

    async def shorten() -> int:
        return await kept.deliveries.shorten_waits(["north"], longest=step, lease=lease)

    assert await shorten() == 0
    kept.clock.forward(-3600)
    assert await shorten() == 3
    assert await shorten() == 0
    claimed = await kept.outbox.claim("north", limit=9, lease=LEASE)
    assert [row.shipment.order_number for row in claimed] == ["1", "2"]
    kept.clock.forward(LEASE)
    assert held.id in {row.id for row in await kept.other.claim("north", limit=9, lease=LEASE)}
    assert (await kept.deliveries.get(other.id)).lease_until == other.lease_until


async def test_who_works_on_a_delivery_while_the_clock_is_set_back_may_settle_it(
    kept: Kept,
) -> None:
    held = await put(kept, parcel(), lease=LEASE)
    kept.clock.forward(-3600)
    step, lease = timedelta(hours=6), timedelta(seconds=LEASE)
    assert await kept.deliveries.shorten_waits(["north"], longest=step, lease=lease) == 1
    assert await kept.other.claim("north", limit=9, lease=LEASE) == []
    await deliver(kept, held)
    assert (await kept.deliveries.get(held.id)).state is DeliveryState.DELIVERED


async def test_what_was_not_understood_is_kept_until_the_buyer_is_forgotten(kept: Kept) -> None:
    _, first = await kept.outbox.put("north", parcel(), lease=LEASE, doubts=["ShipDate: no day"])
    assert (await kept.deliveries.get(first.id)).doubts == ("ShipDate: no day",)
    await deliver(kept, first)
    kept.clock.forward(60)
    await kept.deliveries.purge(kept.clock())
    assert (await kept.deliveries.get(first.id)).doubts == ()


async def test_the_newer_notices_doubts_count_once_a_dead_one_comes_again(kept: Kept) -> None:
    dead = await die(kept, parcel())
    await kept.outbox.put("north", parcel(), lease=LEASE, doubts=["ShipDate: no day"])
    assert (await kept.deliveries.get(dead.id)).doubts == ("ShipDate: no day",)
