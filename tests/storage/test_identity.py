"""When a notice is a repeat, and what waits for what: by order, parcel and items."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shipments import Shipment, ShippedItem, count_pieces, fold_tracking
from proxy.storage.outbox.interface import AttemptOutcome, DeliveryState, PutResult
from tests.storage.conftest import Kept
from tests.storage.notices import LEASE, attempt, deliver, die, parcel, put

CUP = ShippedItem(line_id="7", sku="CUP", quantity=1)
POT = ShippedItem(line_id="8", sku="POT", quantity=1)


def told(*items: ShippedItem, tracking: str = "HAND DELIVERED", order: str = "55") -> Shipment:
    return Shipment(
        order_id=order, order_number="1001", carrier="USPS", tracking_number=tracking, items=items
    )


async def test_other_items_under_the_same_tracking_text_are_another_part(kept: Kept) -> None:
    first = await put(kept, told(CUP), lease=LEASE)
    await deliver(kept, first)
    result, second = await kept.outbox.put("north", told(POT), lease=LEASE)
    assert (result, second.id != first.id) == (PutResult.LEASED, True)


@pytest.mark.parametrize("word", ["stamps_com", "usps", "", "UPS"])
async def test_the_same_parcel_under_another_word_for_its_carrier_is_a_repeat(
    kept: Kept, word: str
) -> None:
    first = await put(kept, told(CUP))
    again = msgspec.structs.replace(told(CUP), carrier=word)
    assert await kept.outbox.put("north", again, lease=LEASE) == (PutResult.JOINED, first)


async def test_a_notice_without_items_repeats_whatever_was_told_of_the_parcel(kept: Kept) -> None:
    first = await put(kept, told(CUP), lease=LEASE)
    await deliver(kept, first)
    result, known = await kept.outbox.put("north", told(), lease=LEASE)
    assert (result, known.id) == (PutResult.JOINED, first.id)


async def test_a_parcel_told_without_items_is_whole_so_a_later_part_of_it_is_a_repeat(
    kept: Kept,
) -> None:
    first = await put(kept, told(), lease=LEASE)
    await deliver(kept, first)
    result, known = await kept.outbox.put("north", told(CUP), lease=LEASE)
    assert (result, known.id) == (PutResult.JOINED, first.id)


async def test_one_tracking_number_for_two_orders_is_two_parcels(kept: Kept) -> None:
    first = await put(kept, told(CUP, order="55"), lease=LEASE)
    result, second = await kept.outbox.put("north", told(CUP, order="56"), lease=LEASE)
    assert (result, second.id != first.id) == (PutResult.LEASED, True)


async def test_without_a_tracking_number_day_carrier_and_service_stand_in(kept: Kept) -> None:
    bare = msgspec.structs.replace(told(CUP, tracking=""), shipped_on=date(2026, 3, 1))
    first = await put(kept, bare)
    assert await put(kept, bare) == first
    for other in (
        msgspec.structs.replace(bare, shipped_on=date(2026, 3, 2)),
        msgspec.structs.replace(bare, service="Express"),
        msgspec.structs.replace(bare, carrier="UPS"),
    ):
        assert (await put(kept, other)).id != first.id


async def test_a_number_alone_is_the_order_that_earlier_notices_name_by_id(kept: Kept) -> None:
    first = await put(kept, parcel("1001", "A", order_id="55"), lease=LEASE)
    await deliver(kept, first)
    result, known = await kept.outbox.put("north", parcel("1001", "A"), lease=LEASE)
    assert (result, known.id) == (PutResult.JOINED, first.id)
    other = await put(kept, parcel("1001", "B"))
    assert other.shipment.order_id == "55"


async def test_a_number_of_two_orders_stays_a_number(kept: Kept) -> None:
    for order_id in ("55", "56"):
        await put(kept, parcel("1001", "A", order_id=order_id))
    assert (await put(kept, parcel("1001", "A"))).shipment.order_id == ""


async def test_what_waits_under_a_number_alone_is_told_at_once_when_its_id_comes(
    kept: Kept,
) -> None:
    unnamed = await put(kept, parcel("1001", "A"), lease=LEASE)
    lost = attempt(kept, AttemptOutcome.RETRY, "no such order")
    await kept.outbox.retry_at(unnamed, kept.clock(), lost, counted=True)
    result, named = await kept.other.put("north", parcel("1001", "A", order_id="55"), lease=LEASE)
    assert (result, named.id, named.shipment.order_id) == (PutResult.LEASED, unnamed.id, "55")


async def test_an_id_that_comes_while_the_shop_is_asked_is_kept_for_the_next_try(
    kept: Kept,
) -> None:
    unnamed = await put(kept, parcel("1001", "A"), lease=LEASE)
    result, known = await kept.other.put("north", parcel("1001", "A", order_id="55"), lease=LEASE)
    assert (result, known.lease, known.shipment.order_id) == (
        PutResult.JOINED,
        unnamed.lease,
        "55",
    )
    lost = attempt(kept, AttemptOutcome.RETRY, "no such order")
    await kept.outbox.retry_at(unnamed, kept.clock(), lost, counted=True)
    (claimed,) = await kept.other.claim("north", limit=9, lease=LEASE)
    assert claimed.shipment.order_id == "55"


async def test_a_notice_that_names_no_order_the_shop_knows_blocks_none_that_does(
    kept: Kept,
) -> None:
    unnamed = await put(kept, parcel("1001", "A"), lease=LEASE)
    lost = attempt(kept, AttemptOutcome.RETRY, "no such order")
    queued = await put(kept, parcel("1001", "B", order_id="55"), lease=LEASE)
    assert queued.lease is None, "while the shop is asked about the number, nothing overtakes it"
    await kept.outbox.retry_at(unnamed, kept.clock(), lost, counted=True)
    third = await put(kept, parcel("1001", "C", order_id="56"), lease=LEASE)
    assert third.lease is not None
    assert queued.id in {row.id for row in await kept.other.claim("north", limit=9, lease=LEASE)}


async def test_a_dead_part_of_a_parcel_comes_back_with_its_items_when_a_bare_notice_repeats_it(
    kept: Kept,
) -> None:
    dead = await die(kept, told(CUP))
    result, again = await kept.outbox.put("north", told(), lease=LEASE)
    assert (result, again.id, again.shipment.items) == (PutResult.LEASED, dead.id, (CUP,))
    assert again.state is DeliveryState.WAITING


@given(st.text(alphabet="1z9 -\u2013\u00ad\tZ"))
def test_case_blanks_and_dashes_do_not_tell_two_tracking_numbers_apart(number: str) -> None:
    assert (
        fold_tracking(number)
        == fold_tracking(f" {number.upper()}-")
        == fold_tracking(fold_tracking(number))
    )


@given(st.lists(st.sampled_from([CUP, POT, ShippedItem(sku="CUP", quantity=2)])))
def test_neither_order_nor_splitting_of_items_makes_another_shipment(
    items: list[ShippedItem],
) -> None:
    pieces = [
        msgspec.structs.replace(item, quantity=1) for item in items for _ in range(item.quantity)
    ]
    assert count_pieces(items) == count_pieces(reversed(pieces))
    assert told(*items).key() == told(*reversed(pieces)).key()
