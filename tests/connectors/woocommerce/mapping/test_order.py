"""An order as a whole: its total, its addresses, its gift message, its coupons and its status."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from connectors.woocommerce.mapping.rules import Discounts, VirtualItems
from connectors.woocommerce.mapping.statuses import STATUSES
from tests.connectors.woocommerce.mapping.handwritten import good, line, order
from tests.connectors.woocommerce.recordings import (
    RULES,
    recorded,
    recorded_orders,
    recorded_surroundings,
)


@pytest.mark.parametrize("discounts", Discounts)
def test_lines_tax_and_shipping_add_up_to_the_total_of_every_recorded_order(
    discounts: Discounts,
) -> None:
    around = recorded_surroundings()
    rules = msgspec.structs.replace(RULES, discounts=discounts, virtual_items=VirtualItems.KEEP)
    for json in recorded_orders():
        found = good(json, around, rules)
        told = (
            sum((item.unit_price * item.quantity for item in found.items), Decimal(0))
            + found.tax
            + found.shipping
        )
        assert abs(told - found.total) <= Decimal("0.02"), json["id"]


@pytest.mark.parametrize(
    ("place", "metas", "lines"),
    [
        (
            {
                "address_1": "Avenida Paulista",
                "number": "1578",
                "neighborhood": "Bela Vista",
                "country": "BR",
            },
            {},
            ("Avenida Paulista, 1578", "Bela Vista"),
        ),
        (
            {"address_1": "Avenida Paulista", "address_2": "Sala 2", "country": "BR"},
            {"_shipping_number": "1578", "_shipping_neighborhood": "Bela Vista"},
            ("Avenida Paulista, 1578", "Sala 2, Bela Vista"),
        ),
        (
            {"address_1": "Siriusdreef", "country": "NL"},
            {"_shipping_house_number": "66", "_shipping_house_number_suffix": "b"},
            ("Siriusdreef 66 b", ""),
        ),
        (
            {"address_1": "Siriusdreef 66", "country": "NL"},
            {"_shipping_house_number": "66"},
            ("Siriusdreef 66", ""),
        ),
    ],
)
def test_a_house_number_in_a_field_of_its_own_reaches_the_label(
    place: dict[str, str], metas: dict[str, str], lines: tuple[str, str]
) -> None:
    meta_data = [{"key": key, "value": value} for key, value in metas.items()]
    found = good(order(shipping=place, meta_data=meta_data)).customer.ship_to
    assert (found.line1, found.line2) == lines


@pytest.mark.parametrize(
    ("billing", "metas", "buyers", "receivers"),
    [
        ({}, {"_billing_eu_vat_number": "DE123"}, "DE123", ""),
        ({"cpf": "123.456.789-09"}, {"_billing_cnpj": "1"}, "123.456.789-09", ""),
        ({}, {"_billing_cf": "RSSMRA80A01H501U", "_billing_piva": ""}, "RSSMRA80A01H501U", ""),
        ({}, {"_billing_vat_id": "AT1", "_shipping_vat_id": "AT2"}, "AT1", "AT2"),
        ({}, {"_vat_number": {"odd": 1}, "_other": "DE1"}, "", ""),
    ],
)
def test_a_tax_number_that_a_plugin_keeps_is_read(
    billing: dict[str, str], metas: dict[str, object], buyers: str, receivers: str
) -> None:
    meta_data = [{"key": key, "value": value} for key, value in metas.items()]
    own = {**order()["billing"], **billing}
    found = good(order(billing=own, meta_data=meta_data)).customer
    # The receiver is the buyer here, and so is the number.
    assert (found.bill_to.tax_id, found.ship_to.tax_id) == (buyers, buyers)
    shipping = {"first_name": "Bo", "address_1": "2 Hill St"}
    found = good(order(billing=own, shipping=shipping, meta_data=meta_data)).customer
    assert (found.bill_to.tax_id, found.ship_to.tax_id) == (buyers, receivers)


@pytest.mark.parametrize(
    ("state", "country", "region"),
    [
        ("I", "GR", "Attica"),
        ("JP08", "JP", "Ibaraki"),
        ("JP47", "JP", "Okinawa"),
        ("CN2", "CN", "Beijing"),
        ("CN32", "CN", "Xinjiang"),
        ("CO", "IE", "Cork"),
        ("DE-NW", "DE", "North Rhine-Westphalia"),
        ("OR", "US", "OR"),
        ("Texas", "US", "TX"),
        ("CO", "US", "CO"),
        ("Somewhere", "GR", "Somewhere"),
    ],
)
def test_a_private_code_of_a_region_becomes_its_name(state: str, country: str, region: str) -> None:
    place = {"address_1": "1 Road", "city": "Town", "state": state, "country": country}
    assert good(order(shipping=place)).customer.ship_to.region == region


def test_the_parcel_goes_to_the_billing_address_where_there_is_no_other() -> None:
    found = good(order(shipping={"country": "US"}))
    assert found.customer.ship_to == found.customer.bill_to
    elsewhere = good(
        order(
            shipping={
                "first_name": "Bo",
                "address_1": "2 Hill St",
                "city": "Leeds",
                "country": "GB",
            }
        )
    )
    place = elsewhere.customer.ship_to
    assert (place.name, place.line1, place.country, place.phone, place.email) == (
        "Bo",
        "2 Hill St",
        "GB",
        "1",
        "ada@example.com",
    )


def test_an_address_without_a_street_is_none_and_no_country_is_put_beside_a_foreign_state() -> None:
    town_alone = good(order(shipping={"city": "Leeds", "postcode": "LS1"}))
    assert town_alone.customer.ship_to == town_alone.customer.bill_to
    foreign = good(order(shipping={"address_1": "2 Hill St", "city": "Perth", "state": "WA9"}))
    assert (foreign.customer.ship_to.region, foreign.customer.ship_to.country) == ("WA9", "")


def test_without_a_gateways_id_the_payment_method_is_the_title_that_the_buyer_saw() -> None:
    titled = {"payment_method_title": "Bank &amp; cash"}
    assert good(order(payment_method="bacs", **titled)).payment_method == "bacs"
    assert good(order(payment_method="", **titled)).payment_method == "Bank & cash"


def test_gift_and_coupons_and_methods_are_told() -> None:
    prefix = "_wc_other/woocommerce_shipstation/shipstation_"
    found = good(
        order(
            meta_data=[
                {"key": f"{prefix}is_gift", "value": "1"},
                {"key": f"{prefix}gift_message", "value": "For Mum &amp; Dad <3"},
            ],
            coupon_lines=[{"code": "a"}, {"code": "b"}],
            shipping_lines=[
                {"method_title": "Standard &amp; Tracked"},
                {"method_title": ""},
                {"method_title": "DHL"},
            ],
        )
    )
    assert (found.gift, found.gift_message, found.custom_fields, found.shipping_method) == (
        True,
        "For Mum & Dad <3",
        ("a | b",),
        "Standard & Tracked | DHL",
    )


def test_every_status_of_the_recorded_orders_is_known() -> None:
    assert {json["status"] for json in [*recorded_orders(), *recorded("orders-trash")]} <= set(
        STATUSES
    )


def test_an_address_that_the_buyer_chose_for_every_line_is_the_orders() -> None:
    chosen = {"shipping_first_name": "Bo", "shipping_address_1": "2 Hill St"}
    meta = {"key": "thwma_order_shipping_address", "value": {"a": {"shipping_address": chosen}}}
    lines = [line(meta_data=[meta]), line(2, meta_data=[meta])]
    found = good(order(line_items=lines, total="20.00"))
    (place,) = found.destinations
    assert {item.destination for item in found.items} == {place.key}
    assert (place.ship_to.name, place.ship_to.line1) == ("Bo", "2 Hill St")


def test_the_orders_own_address_chosen_for_a_line_is_not_a_second_one() -> None:
    billing = order()["billing"]
    chosen = {f"shipping_{name}": value for name, value in billing.items()}
    meta = {"key": "thwma_order_shipping_address", "value": {"a": {"shipping_address": chosen}}}
    assert good(order(line_items=[line(meta_data=[meta]), line(2)])).destinations == ()
