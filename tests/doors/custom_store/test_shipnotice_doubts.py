"""What no parcel needs never costs one: a field that cannot be read is left out and named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shipments import Shipment
from proxy.doors.custom_store.requests import parse_notify
from tests.doors.custom_store.notices import QUERY, build_items, build_notice


def read(inner: str) -> tuple[Shipment, list[str]]:
    doubts: list[str] = []
    return parse_notify(QUERY, build_notice(inner), doubts.append), doubts


@pytest.mark.parametrize(
    ("inner", "field", "value", "complaint"),
    [
        ("<ShippingCost>$4.95</ShippingCost>", "cost", None, "ShippingCost: expected an amount"),
        ("<ShippingCost>-1</ShippingCost>", "cost", None, "ShippingCost: expected an amount"),
        ("<ShipDate>01/01/0001</ShipDate>", "shipped_on", None, "ShipDate: expected "),
        ("<ShipDate>soon</ShipDate>", "shipped_on", None, "ShipDate: expected MM/dd/yyyy"),
        (
            "<LabelCreateDate>03/23/2026 21:09 CET</LabelCreateDate>",
            "label_created_at",
            None,
            "LabelCreateDate: expected ",
        ),
        ("<NotifyCustomer>maybe</NotifyCustomer>", "notify_customer", False, "NotifyCustomer: "),
        (f"<Carrier>{'x' * 201}</Carrier>", "carrier", "x" * 200, "Carrier: expected at most"),
        (
            "<CustomerNotes>one</CustomerNotes><CustomerNotes>two</CustomerNotes>",
            "customer_notes",
            "one",
            "CustomerNotes: expected one value, found 2",
        ),
    ],
)
def test_a_field_that_cannot_be_read_is_unknown_and_named(
    inner: str, field: str, value: Any, complaint: str
) -> None:
    shipment, doubts = read(inner)
    assert getattr(shipment, field) == value
    assert len(doubts) == 1
    assert doubts[0].startswith(complaint)


def test_markup_in_a_note_is_text() -> None:
    shipment, doubts = read(
        "<CustomerNotes>ring <b>twice</b><br/><item>please</item></CustomerNotes>"
    )
    assert (shipment.customer_notes, doubts) == ("ring twiceplease", [])


def test_an_item_of_which_nothing_was_packed_is_none() -> None:
    body = build_items("<SKU>A</SKU><Quantity>2</Quantity>", "<SKU>B</SKU><Quantity>0</Quantity>")
    assert [(item.sku, item.quantity) for item in parse_notify(QUERY, body).items] == [("A", 2)]


@pytest.mark.parametrize(
    ("inner", "name", "doubted"),
    [
        ("<Name>Shirt <b>red</b></Name>", "Shirt red", 0),
        ("<Name>Shirt</Name><Name>Skirt</Name>", "Shirt", 1),
        ("<Name>Shirt</Name><SKU>A</SKU><SKU>B</SKU>", "Shirt", 1),
    ],
)
def test_what_stands_beside_a_line_id_refuses_no_item(inner: str, name: str, doubted: int) -> None:
    body = build_items(f"<LineItemID>7</LineItemID><Quantity>1</Quantity>{inner}")
    doubts: list[str] = []
    (item,) = parse_notify(QUERY, body, doubts.append).items
    assert (item.line_id, item.name, len(doubts)) == ("7", name, doubted)


def test_an_item_of_which_nothing_was_packed_needs_no_name() -> None:
    body = build_items("<SKU>A</SKU><Quantity>2</Quantity>", "<Quantity>0</Quantity>")
    assert [(item.sku, item.quantity) for item in parse_notify(QUERY, body).items] == [("A", 2)]


@pytest.mark.parametrize("character", ["\x01", "\x0b", "\x1f"])
def test_a_control_character_in_a_note_is_dropped(character: str) -> None:
    shipment, _ = read(f"<CustomerNotes>a{character}b\tc</CustomerNotes>")
    assert shipment.customer_notes == "ab\tc"


@pytest.mark.parametrize("reference", ["&#x1F;", "&#0;", "&#xD83D;&#xDE00;", "&#xFFFE;"])
def test_a_reference_to_no_character_of_xml_is_dropped(reference: str) -> None:
    shipment, _ = read(f"<CustomerNotes>a{reference}b&#65;&#x1F600;</CustomerNotes>")
    assert shipment.customer_notes == "abA\U0001f600"


def test_a_form_beside_a_query_that_says_everything_is_taken() -> None:
    query = {**QUERY, "tracking_number": "1Z1"}
    shipment = parse_notify(query, b"tracking_number=2Z2&service=Ground&junk=")
    assert (shipment.tracking_number, shipment.service) == ("1Z1", "Ground")


FREE = ("ShippingCost", "ShipDate", "LabelCreateDate", "NotifyCustomer", "Carrier", "CustomField1")


@given(st.sampled_from(FREE), st.text(alphabet="0129/:$.-T aZ", max_size=300))
def test_no_text_in_a_field_that_no_parcel_needs_refuses_a_notice(name: str, text: str) -> None:
    shipment, doubts = read(f"<{name}>{text}</{name}>")
    assert shipment.order_number
    assert len(doubts) <= 1
