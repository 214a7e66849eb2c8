from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.orders import Address, Dimensions, ItemOption, LengthUnit, LineItem, Order, OrderStatus, Weight, WeightUnit
from proxy.doors.custom_store.errors import encode_error
from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from proxy.doors.custom_store.schema import schema_faults
from tests.builders import build_address, build_customer, build_discount, build_item, build_order
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
    dimensions=Dimensions(length=Decimal(10), width=Decimal("5.5"), height=Decimal("2.125"), unit=LengthUnit.CENTIMETER),
)
minimal = Order(
    id="1",
    number="1",
    placed_at=full.placed_at,
    modified_at=full.modified_at,
    status=OrderStatus.ON_HOLD,
    total=Decimal(0),
    customer=build_customer(code="", bill_to=Address(), ship_to=Address(country="DE")),
    items=(LineItem(id="", name="", quantity=1, unit_price=Decimal(0)),),
)
nasty = build_order(customer_notes="|".join(NASTY), items=(build_item(name="2 > 1 ]]> & <b>"),))


@pytest.mark.parametrize(("name", "order"), [("full", full), ("minimal", minimal), ("nasty", nasty)])
def test_an_order_is_written_as_in_its_golden_file(name: str, order: Order) -> None:
    assert frame_page([encode_order(order, dimensions=True)], 3).decode() == (GOLDEN / f"{name}.xml").read_text("utf-8")


def test_an_error_is_written_as_in_its_golden_file() -> None:
    assert encode_error("page: expected < 1 & found '\x00]]>'").decode() == (GOLDEN / "error.xml").read_text("utf-8")


def test_an_error_is_short_whatever_caused_it() -> None:
    assert len(encode_error("😀" * 5000)) < 1200


@given(tame_orders)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_an_order_within_the_limits_reads_back_equal(order: Order) -> None:
    assert read_order(encode_order(order, dimensions=True)) == order


@given(orders)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_order_becomes_xml_that_parses_validates_and_keeps_every_limit(order: Order) -> None:
    element = etree.fromstring(encode_order(order, dimensions=True))
    assert schema_faults(element) == []
    for leaf in element.iter():
        held = leaf.text or ""
        if leaf.tag in LIMITS:
            assert utf16(held) <= LIMITS[leaf.tag], leaf.tag
        assert not any(character < " " and character not in "\t\n" for character in held)
    again = read_order(etree.tostring(element))
    assert (again.id, again.number, again.status) == (order.id, order.number, order.status)
    assert [item.id for item in again.items] == [item.id for item in order.items]
    assert [item.quantity for item in again.items] == [item.quantity for item in order.items]


@given(st.lists(orders, max_size=3), st.integers(1, 32_767))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_page_of_any_orders_is_one_valid_document(some: list[Order], pages: int) -> None:
    encoded = [encode_order(order) for order in some]
    for page in (frame_page(encoded, pages), frame_page(b"\n".join(encoded), pages)):
        root = etree.fromstring(page)
        assert schema_faults(root) == []
        assert root.get("pages") == str(pages)
        assert [text(element, "OrderID") for element in root] == [order.id for order in some]


def test_an_empty_page_is_a_well_formed_document() -> None:
    assert etree.fromstring(frame_page([], 1)).tag == "Orders"


def test_free_text_stands_in_cdata_and_its_end_mark_is_escaped() -> None:
    xml = encode_order(build_order(customer_notes="a ]]> b", internal_notes="a & b"))
    assert b"<CustomerNotes>a ]]&gt; b</CustomerNotes>" in xml
    assert b"<InternalNotes><![CDATA[a & b]]></InternalNotes>" in xml


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("-0.001", "0.00"),
        ("1E+3", "1000.00"),
        ("1e-7", "0.00"),
        ("12.345", "12.35"),
        ("2.675", "2.68"),
        ("-12.345", "-12.35"),
        ("1000", "1000.00"),
        ("9999999.994", "9999999.99"),
        ("-9999999.99", "-9999999.99"),
    ],
)
def test_money_is_plain_with_two_decimals(amount: str, written: str) -> None:
    element = etree.fromstring(encode_order(build_order(total=Decimal(amount))))
    assert text(element, "OrderTotal") == written


@pytest.mark.parametrize(
    ("weight", "written"),
    [("453.592", "453.59"), ("0.005", "0.01"), ("0.0001", "0.01"), ("1E+2", "100.00")],
)
def test_a_weight_has_two_decimals_and_is_never_rounded_to_nothing(weight: str, written: str) -> None:
    item = build_item(weight=Weight(value=Decimal(weight), unit=WeightUnit.GRAMS))
    assert text(etree.fromstring(encode_order(build_order(items=(item,)))), "Items/Item/Weight") == written


@pytest.mark.parametrize(
    "weight", [None, Weight(value=Decimal(0), unit=WeightUnit.GRAMS), Weight(value=Decimal(-3), unit=WeightUnit.GRAMS)]
)
def test_a_weight_that_is_not_known_is_left_out(weight: Weight | None) -> None:
    xml = encode_order(build_order(items=(build_item(weight=weight),)))
    assert b"Weight" not in xml


def test_more_than_ten_options_are_told_in_the_tenth() -> None:
    options = tuple(ItemOption(name=f"O{n}", value=str(n)) for n in range(1, 13))
    item = read_order(encode_order(build_order(items=(build_item(options=options),)))).items[0]
    assert item.options[:9] == options[:9]
    assert item.options[9:] == (ItemOption(name="More", value="O10: 10; O11: 11; O12: 12"),)


def test_two_long_customer_codes_stay_two() -> None:
    codes = [
        text(etree.fromstring(encode_order(build_order(customer=build_customer(code="x" * 60 + end)))), "Customer/CustomerCode")
        for end in "ab"
    ]
    assert codes[0] != codes[1]
    assert all(len(code) == 50 for code in codes)


@pytest.mark.parametrize(("code", "email", "sent"), [("c1", "a@b.test", "c1"), ("", "a@b.test", "a@b.test"), ("", "", "A-1001")])
def test_a_buyer_without_a_code_is_known_by_mail_or_by_order(code: str, email: str, sent: str) -> None:
    address = build_address(email=email)
    order = build_order(customer=build_customer(code=code, bill_to=address, ship_to=address))
    assert read_order(encode_order(order)).customer.code == sent


def test_a_missing_name_is_taken_from_the_company_or_the_other_address() -> None:
    bill_to, ship_to = build_address(name=" ", company="Example Ltd"), build_address(name="", company="")
    sent = read_order(encode_order(build_order(customer=build_customer(bill_to=bill_to, ship_to=ship_to)))).customer
    assert (sent.bill_to.name, sent.ship_to.name) == ("Example Ltd", "Example Ltd")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://a:port/x.jpg",
        "https://a@b:c/x",
        "https://a/#x#y",
        "/relative.jpg",
        "http://[bad",
        "https://a b",
        "https://a/%zz",
        "https://" + "a" * 500,
    ],
)
def test_an_image_link_that_is_none_is_left_out(url: str) -> None:
    assert b"ImageUrl" not in encode_order(build_order(items=(build_item(image_url=url),)))


@given(st.text("ab:/@?#%&=+~,;!$'()*.-_[]ä€😀19\u00a0\u200b", max_size=20))
@settings(deadline=None)
def test_no_image_link_costs_an_order(rest: str) -> None:
    sent = read_order(encode_order(build_order(items=(build_item(image_url=f"https://{rest}"),)))).items[0].image_url
    assert sent in {"", f"https://{rest}"}


@pytest.mark.parametrize("upc", ["0123456789012", "12a", "١٢"])
def test_a_upc_that_is_none_is_left_out(upc: str) -> None:
    assert b"UPC" not in encode_order(build_order(items=(build_item(upc=upc),)))


def test_an_email_too_long_for_the_wire_is_left_out_rather_than_cut() -> None:
    address = build_address(email="a" * 95 + "@b.test")
    assert read_order(encode_order(build_order(customer=build_customer(bill_to=address)))).customer.bill_to.email == ""


def test_only_a_negative_line_is_an_adjustment() -> None:
    lines = read_order(encode_order(build_order(items=(build_discount(), build_discount(unit_price=Decimal(3)))))).items
    assert [line.adjustment for line in lines] == [True, False]


def test_the_size_of_the_parcel_is_sent_on_request() -> None:
    assert b"Dimensions" not in encode_order(full)
    assert b"<DimensionUnits>Centimeter</DimensionUnits><Length>10.00</Length>" in encode_order(full, dimensions=True)


def test_an_order_of_a_thousand_lines_is_sent_whole() -> None:
    lines = tuple(build_item(id=str(number)) for number in range(1000))
    assert len(read_order(encode_order(build_order(items=lines))).items) == 1000
