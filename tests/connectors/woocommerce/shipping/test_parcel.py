"""What a parcel takes of an order: never more than is left, counted over all its parcels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import Fulfillment, LineItem
from connectors.shipments import Shipment, ShippedItem, ShippingRules, find_lines
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at
from connectors.woocommerce.shipping.parcel import Parcel, plan_parcel
from tests.connectors.woocommerce.harness import notes_of_ours, notice, open_woocommerce
from tests.connectors.woocommerce.shipping.tracking import furnish

SKUS = ("A", "B", "")


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


lines = st.lists(
    st.tuples(st.sampled_from(SKUS), st.integers(0, 4), st.booleans()), min_size=1, max_size=4
).map(
    lambda facts: tuple(
        LineItem(
            id=str(number),
            sku=sku,
            name=f"Thing {number}",
            quantity=pieces,
            unit_price=Decimal(1),
            fulfillment=Fulfillment.PARCEL if shippable else Fulfillment.DIGITAL,
        )
        for number, (sku, pieces, shippable) in enumerate(facts)
    )
)
items = st.lists(
    st.builds(
        ShippedItem,
        line_id=st.sampled_from(("0", "1", "2", "3", "9", "")),
        sku=st.sampled_from((*SKUS, "C")),
        quantity=st.integers(1, 6),
    ),
    max_size=3,
).map(tuple)


def make_notices(parcels: list[tuple[ShippedItem, ...]]) -> list[Shipment]:
    return [
        Shipment(order_id="1", carrier="UPS", tracking_number=f"T{number}", items=each)
        for number, each in enumerate(parcels)
    ]


@given(lines, st.lists(items, min_size=1, max_size=5))
def test_all_parcels_together_take_what_was_ordered_and_no_more(
    ordered: tuple[LineItem, ...], parcels: list[tuple[ShippedItem, ...]]
) -> None:
    notices = make_notices(parcels)
    needed = {line.id: line.quantity for line in ordered if line.shippable}
    told = dict.fromkeys(needed, 0)
    for number, shipment in enumerate(notices):
        parcel = plan_parcel(ordered, shipment, notices[:number])
        for line, pieces in parcel.quantities.items():
            told[line] += pieces
        assert all(told[line] <= needed[line] for line in needed)
        assert parcel.complete == (told == needed)
        assert plan_parcel(ordered, shipment, notices[: number + 1]) == parcel


@given(lines, items, st.booleans(), st.dictionaries(st.sampled_from("0123"), st.integers(0, 5)))
def test_every_piece_of_a_notice_is_counted_shown_or_named_as_too_many(
    ordered: tuple[LineItem, ...],
    told: tuple[ShippedItem, ...],
    over_ship: bool,  # noqa: FBT001 - a property
    in_shop: dict[str, int],
) -> None:
    (shipment,) = make_notices([told])
    parcel = plan_parcel(ordered, shipment, (), in_shop=in_shop, over_ship=over_ship)
    named = sum(item.quantity for item in parcel.items)
    own = [item for item in told if find_lines(item, ordered)]
    assert named + parcel.beyond == sum(item.quantity for item in own)
    if over_ship:
        assert parcel.beyond == 0
    assert len(parcel.foreign) == len(told) - len(own)


def count(parcel: Parcel) -> int:
    return sum(parcel.quantities.values())


@given(lines, items, st.dictionaries(st.sampled_from("0123"), st.integers(0, 5)))
def test_what_the_shop_has_sent_is_not_taken_again(
    ordered: tuple[LineItem, ...], told: tuple[ShippedItem, ...], in_shop: dict[str, int]
) -> None:
    (shipment,) = make_notices([told])
    needed = {line.id: line.quantity for line in ordered if line.shippable}
    parcel = plan_parcel(ordered, shipment, (), in_shop=in_shop)
    assert all(
        pieces + in_shop.get(line, 0) <= needed[line] for line, pieces in parcel.quantities.items()
    )
    assert count(parcel) <= count(plan_parcel(ordered, shipment, ()))


async def test_a_note_names_no_more_pieces_than_were_left(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1), lines=(("A", 1),))
    async with open_woocommerce(shop, QUICK) as connector:
        outcome = await connector.ship(notice(order, "T1", 9), ())
    (note,) = notes_of_ours(shop, order.id)
    assert note.startswith("1 x Thing A (A) shipped")
    assert "without 8 of its pieces" in outcome.detail


async def test_pieces_beyond_the_order_are_told_where_the_settings_allow_it(
    shop: FakeWooCommerceShop,
) -> None:
    furnish(shop, "fulfillments")
    order = shop.book.add(modified_at=at(1), lines=(("A", 2),))
    async with open_woocommerce(shop, QUICK, ShippingRules(over_ship=True)) as connector:
        assert (await connector.ship(notice(order, "T1", 7), ())).completed
    assert [parcel.quantities for parcel in order.parcels] == [{order.lines[0].id: 7}]


async def test_a_second_label_for_what_was_sent_is_told_as_a_further_parcel(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        first = notice(order, "T1", 1)
        await connector.ship(first, ())
        outcome = await connector.ship(notice(order, "T2", 1), (first,))
        assert (await connector.ship(notice(order, "T2", 1), (first,))).already
    assert "as a further parcel" in outcome.detail
    newest, _ = notes_of_ours(shop, order.id)
    assert newest.startswith("A further parcel of the order shipped with USPS")
    assert "Tracking number: T2" in newest
