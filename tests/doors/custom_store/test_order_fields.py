"""What becomes of the values of an order that the wire cannot carry as they are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.orders import (
    ItemOption,
    Weight,
    WeightUnit,
)
from proxy.doors.custom_store.orders_xml import encode_order
from tests.builders import build_address, build_customer, build_discount, build_item, build_order
from tests.doors.custom_store.reader import read_order, text


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
def test_a_weight_has_two_decimals_and_is_never_rounded_to_nothing(
    weight: str, written: str
) -> None:
    item = build_item(weight=Weight(value=Decimal(weight), unit=WeightUnit.GRAMS))
    assert (
        text(etree.fromstring(encode_order(build_order(items=(item,)))), "Items/Item/Weight")
        == written
    )


@pytest.mark.parametrize(
    "weight",
    [
        None,
        Weight(value=Decimal(0), unit=WeightUnit.GRAMS),
        Weight(value=Decimal(-3), unit=WeightUnit.GRAMS),
    ],
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
        text(
            etree.fromstring(
                encode_order(build_order(customer=build_customer(code="x" * 60 + end)))
            ),
            "Customer/CustomerCode",
        )
        for end in "ab"
    ]
    assert codes[0] != codes[1]
    assert all(len(code) == 50 for code in codes)


@pytest.mark.parametrize(
    ("code", "email", "sent"),
    [("c1", "a@b.test", "c1"), ("", "a@b.test", "a@b.test"), ("", "", "A-1001")],
)
def test_a_buyer_without_a_code_is_known_by_mail_or_by_order(
    code: str, email: str, sent: str
) -> None:
    address = build_address(email=email)
    order = build_order(customer=build_customer(code=code, bill_to=address, ship_to=address))
    assert read_order(encode_order(order)).customer.code == sent


def test_a_missing_name_is_taken_from_the_company_or_the_other_address() -> None:
    bill_to, ship_to = (
        build_address(name=" ", company="Example Ltd"),
        build_address(name="", company=""),
    )
    sent = read_order(
        encode_order(build_order(customer=build_customer(bill_to=bill_to, ship_to=ship_to)))
    ).customer
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
    sent = (
        read_order(encode_order(build_order(items=(build_item(image_url=f"https://{rest}"),))))
        .items[0]
        .image_url
    )
    assert sent in {"", f"https://{rest}"}


@pytest.mark.parametrize("upc", ["0123456789012", "12a", "١٢"])
def test_a_upc_that_is_none_is_left_out(upc: str) -> None:
    assert b"UPC" not in encode_order(build_order(items=(build_item(upc=upc),)))


def test_an_email_too_long_for_the_wire_is_left_out_rather_than_cut() -> None:
    address = build_address(email="a" * 95 + "@b.test")
    assert (
        read_order(
            encode_order(build_order(customer=build_customer(bill_to=address)))
        ).customer.bill_to.email
        == ""
    )


def test_only_a_negative_line_is_an_adjustment() -> None:
    lines = read_order(
        encode_order(build_order(items=(build_discount(), build_discount(unit_price=Decimal(3)))))
    ).items
    assert [line.adjustment for line in lines] == [True, False]
