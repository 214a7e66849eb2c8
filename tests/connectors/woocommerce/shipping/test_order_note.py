"""A shipment is known by its order note, and by no note that only happens to hold its number."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.carriers import Carriers
from connectors.shipments import Shipment, ShippedItem
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.shipping.order_note import has_note, write_note
from tests.connectors.woocommerce.harness import notes_of_ours, notice, open_woocommerce
from tests.strategies import texts

CARRIERS = Carriers()
ITEMS = (ShippedItem(sku="A", name="Chair", quantity=1),)


def parcel(number: str, **more: object) -> Shipment:
    facts = {
        "order_id": "1001",
        "order_number": "SO-2026-000001001",
        "carrier": "ups",
        "service": "UPS Ground",
        "items": ITEMS,
        **more,
    }
    return Shipment(tracking_number=number, shipped_on=date(2026, 3, 1), **facts)  # type: ignore[arg-type] # a test's own facts


def told(words: str, shipment: Shipment) -> bool:
    return has_note(
        [wire.Note(note=words)],
        shipment,
        [write_note(shipment, (), CARRIERS)],
        to_customer=False,
        order_id="77000000001001",
    )


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("Payment for order 1001 received.", "1001"),
        ("Payment for SO-2026-000001001 received.", "SO-2026-000001001"),
        ("Payment for SO-2026-000001001 received.", "000001001"),
        ("Order 77000000001001 was placed by phone.", "77000000001001"),
        ("Order status changed from Pending payment to Processing.", "processing"),
        ("1 x Chair (A) shipped with UPS Ground on 2026-03-01.\nTracking number: 1Z999", "UPS"),
        ("1 x Chair (A) shipped with UPS Ground on 2026-03-01.\nTracking number: 1Z999", "Ground"),
        ("1 x Chair (A) shipped with UPS Ground on 2026-03-01.\nTracking number: 1Z999", "1Z99"),
        ("1 x Chair (A) shipped with UPS Ground on 2026-03-01.\nTracking number: 1Z999-2", "1Z999"),
        (
            (
                "1 x Chair shipped with UPS.\nTracking number: 1Z999\nYour other parcel"
                " has\nTracking number: 1Z888"
            ),
            "1Z888",
        ),
        ("Chair (A) x 1 shipped via UPS on March 1, 2026 with tracking number 1Z9991.", "1Z999"),
        ("Stock levels reduced: Chair (A) 20260301→20260300", "20260301"),
        ("Refund 940011189922-1 was made.", "940011189922"),
    ],
)
def test_a_note_that_happens_to_hold_the_number_does_not_tell_of_the_parcel(
    words: str, number: str
) -> None:
    assert not told(words, parcel(number))


@pytest.mark.parametrize(
    "number", ["1Z999AA10123456784", "1001", "UPS", "R&D 7", "<b>7</b>", "a  b", "&amp;1"]
)
@pytest.mark.parametrize("service", ["UPS Ground", ""])
@pytest.mark.parametrize("lines", ["\n", "\r\n", "<br />\n", " "])
def test_our_own_note_tells_of_its_parcel_whatever_the_number_looks_like(
    number: str, service: str, lines: str
) -> None:
    shipment = parcel(number, service=service, notify_customer=True, notes_to_customer="Enjoy!")
    assert told(write_note(shipment, (), CARRIERS).replace("\n", lines), shipment)
    assert not told(write_note(shipment, (), CARRIERS).replace("\n", lines), parcel("1Z888"))


@pytest.mark.parametrize("spelled", ["t7 1z-9", "T71Z9", "t-7 1Z 9"])
def test_a_note_is_known_however_the_parts_of_its_number_are_set_apart(spelled: str) -> None:
    note = write_note(parcel("T7-1Z9"), (), CARRIERS)
    assert told(note, parcel(spelled))
    assert not told(note, parcel(f"{spelled}9"))
    assert not told(note, parcel("T7-1Z"))


@pytest.mark.parametrize(
    "words",
    [
        "Chair (A) x 1 shipped via UPS on March 1, 2026 with tracking number {}.",
        "Items shipped via UPS on March 1, 2026 with tracking number {} (Shipstation).",
        "<p>Items shipped via UPS on March 1, 2026 with tracking number {} (ShipStation).</p>",
    ],
)
@pytest.mark.parametrize("number", ["1001", "TRK-A", "9400111899223197428490"])
def test_a_note_of_the_shipstation_plugin_tells_of_its_parcel(words: str, number: str) -> None:
    assert told(words.format(number), parcel(number))


@pytest.mark.parametrize(
    "words",
    [
        "Sent with UPS, 1z999aa10123456784.",
        "Versandt: 1Z999AA10123456784",
        "https://ups.com/?n=1Z999AA10123456784",
    ],
)
def test_a_number_of_many_digits_is_known_in_any_words(words: str) -> None:
    assert told(words, parcel("1Z999AA10123456784"))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), texts)
def test_what_we_write_is_what_we_find(number: str, name: str) -> None:
    shipment = parcel(number, items=(ShippedItem(name=name, quantity=1),))
    assert told(write_note(shipment, (), CARRIERS), shipment)


async def test_a_parcel_whose_number_is_the_orders_own_is_told_once() -> None:
    async with FakeWooCommerceShop() as shop:
        order = shop.book.add(modified_at=at(1))
        shop.desk.notes[order.id] = [
            {
                "id": 1,
                "author": "Olga",
                "note": f"Payment for order {order.id} received.",
                "customer_note": False,
            }
        ]
        async with open_woocommerce(shop, QUICK) as connector:
            for _ in range(2):
                await connector.ship(notice(order, order.id), ())
        assert len(notes_of_ours(shop, order.id)) == 1
