"""Orders are written as XML: whole documents, and everything in them read back."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.orders import (
    Address,
    Dimensions,
    LengthUnit,
    LineItem,
    Order,
    OrderId,
    OrderStatus,
)
from proxy.doors.custom_store.errors import encode_error
from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from proxy.doors.custom_store.schema import schema_faults
from proxy.doors.custom_store.words import fill_status_words
from tests.builders import build_customer, build_discount, build_item, build_order
from tests.doors.custom_store.reader import read_order, text
from tests.doors.custom_store.tame import tame_orders, utf16
from tests.strategies import NASTY, orders

GOLDEN = Path(__file__).parent / "golden"
# The stricter of guide and schema, in UTF-16 units, for every free text.
LIMITS = {
    "ShippingMethod": 100,
    "PaymentMethod": 50,
    "CustomerNotes": 1000,
    "InternalNotes": 1000,
    "GiftMessage": 1000,
    "CustomField1": 100,
    "CustomField2": 100,
    "CustomField3": 100,
    "RequestedWarehouse": 100,
    "Source": 50,
    "CustomerCode": 50,
    "Company": 100,
    "Phone": 50,
    "Email": 100,
    "Address1": 200,
    "Address2": 200,
    "City": 100,
    "State": 100,
    "PostalCode": 50,
    "SKU": 50,
    "Location": 100,
    "ImageUrl": 500,
    "Value": 100,
    "LineItemID": 50,
    "UPC": 12,
}

full = build_order(
    items=(build_item(), build_discount()),
    internal_notes="Fragile\nKeep dry",
    gift=True,
    gift_message="Happy birthday",
    custom_fields=("SUMMER10", "", "third"),
    requested_warehouse="North",
    source="Web",
    dimensions=Dimensions(
        length=Decimal(10),
        width=Decimal("5.5"),
        height=Decimal("2.125"),
        unit=LengthUnit.CENTIMETER,
    ),
)
minimal = Order(
    id=OrderId("1"),
    number="1",
    placed_at=full.placed_at,
    modified_at=full.modified_at,
    status=OrderStatus.ON_HOLD,
    total=Decimal(0),
    customer=build_customer(code="", bill_to=Address(), ship_to=Address(country="DE")),
    items=(LineItem(id="", name="", quantity=1, unit_price=Decimal(0)),),
)
nasty = build_order(customer_notes="|".join(NASTY), items=(build_item(name="2 > 1 ]]> & <b>"),))


@pytest.mark.parametrize(
    ("name", "order"), [("full", full), ("minimal", minimal), ("nasty", nasty)]
)
def test_an_order_is_written_as_in_its_golden_file(name: str, order: Order) -> None:
    assert frame_page([encode_order(order, dimensions=True)], 3).decode() == (
        GOLDEN / f"{name}.xml"
    ).read_text("utf-8")


def test_an_error_is_written_as_in_its_golden_file() -> None:
    assert encode_error("page: expected < 1 & found '\x00]]>'").decode() == (
        GOLDEN / "error.xml"
    ).read_text("utf-8")


def test_an_error_is_short_whatever_caused_it() -> None:
    assert len(encode_error("😀" * 5000)) < 1200


@given(tame_orders)
@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_an_order_within_the_limits_reads_back_equal(order: Order) -> None:
    assert read_order(encode_order(order, dimensions=True)) == order


@given(orders)
@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_any_order_becomes_xml_that_parses_validates_and_keeps_every_limit(order: Order) -> None:
    element = etree.fromstring(encode_order(order, dimensions=True))
    assert schema_faults(element) == []
    for leaf in element.iter():
        held = leaf.text or ""
        if leaf.tag in LIMITS:
            assert utf16(held) <= LIMITS[leaf.tag], leaf.tag
        assert not any(character < " " and character not in "\t\n" for character in held)
    again = read_order(etree.tostring(element))
    assert (again.number, again.status) == (" ".join(order.number.split()), order.status)
    ids = zip(
        (again.id, *(item.id for item in again.items)),
        (order.id, *(item.id for item in order.items)),
        strict=True,
    )
    for sent, own in ids:
        if own == own.strip():
            assert sent == own
        else:
            # Its blanks would not come back.
            assert re.fullmatch("id-[0-9a-f]{32}", sent)
    assert [item.quantity for item in again.items] == [item.quantity for item in order.items]


@given(st.lists(orders, max_size=3), st.integers(1, 32_767))
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_a_page_of_any_orders_is_one_valid_document(some: list[Order], pages: int) -> None:
    encoded = [encode_order(order) for order in some]
    for page in (frame_page(encoded, pages), frame_page(b"\n".join(encoded), pages)):
        root = etree.fromstring(page)
        assert schema_faults(root) == []
        assert root.get("pages") == str(pages)
        numbers = [" ".join(order.number.split()) for order in some]
        assert [text(element, "OrderNumber") for element in root] == numbers


def test_an_empty_page_is_a_well_formed_document() -> None:
    assert etree.fromstring(frame_page([], 1)).tag == "Orders"


def test_free_text_stands_in_cdata_and_its_end_mark_is_escaped() -> None:
    xml = encode_order(build_order(customer_notes="a ]]> b", internal_notes="a & b"))
    assert b"<CustomerNotes>a ]]&gt; b</CustomerNotes>" in xml
    assert b"<InternalNotes><![CDATA[a & b]]></InternalNotes>" in xml


def test_the_size_of_the_parcel_is_sent_on_request() -> None:
    assert b"Dimensions" not in encode_order(full)
    assert b"<DimensionUnits>Centimeter</DimensionUnits><Length>10.00</Length>" in encode_order(
        full, dimensions=True
    )


def test_an_order_of_a_thousand_lines_is_sent_whole() -> None:
    lines = tuple(build_item(id=str(number)) for number in range(1000))
    assert len(read_order(encode_order(build_order(items=lines))).items) == 1000


def test_a_form_that_is_filled_in_already_hears_its_own_words() -> None:
    words = fill_status_words({OrderStatus.PAID: "processing"})
    sent = [
        etree.fromstring(encode_order(build_order(status=status), status_words=words)).findtext(
            "OrderStatus"
        )
        for status in (OrderStatus.PAID, OrderStatus.ON_HOLD)
    ]
    assert sent == ["processing", "on_hold"]
