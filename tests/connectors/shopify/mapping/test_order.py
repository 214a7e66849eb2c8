"""What becomes of an order's times, notes, delivery and addresses where sample data lacks them;
each order is written by hand after Shopify's reference.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.orders import Fulfillment
from tests.connectors.shopify.mapping.handwritten import ADDRESS, accepted, line, order, rejected


def test_times_become_utc_and_the_number_loses_its_hash() -> None:
    found = accepted(order())
    assert found.placed_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert found.modified_at == datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    assert (found.id, found.number) == ("5001", "1001")
    assert accepted(order(name="EN-1001-X")).number == "EN-1001-X"


def test_note_attributes_give_the_gift_message_the_flag_and_notes() -> None:
    attributes = [
        {"name": "Gift-Message", "value": "Happy birthday"},
        {"name": "is_gift", "value": "true"},
        {"name": "delivery date", "value": "Friday"},
        {"name": "_internal", "value": "x"},
    ]
    found = accepted(
        order(note="Ring twice", note_attributes=attributes, tags="vip, , first order")
    )
    assert (found.gift, found.gift_message) == (True, "Happy birthday")
    assert (found.customer_notes, found.internal_notes) == ("Ring twice", "delivery date: Friday")
    assert found.tags == ("vip", "first order")
    assert accepted(order(note_attributes=[{"name": "gift", "value": "no"}])).gift is False


def test_custom_fields_take_facts_and_attributes() -> None:
    raw = order(
        po_number="PO-7",
        note_attributes=[{"name": "Dock", "value": 4}],
        discount_codes=[{"code": "A"}],
    )
    assert accepted(
        raw, custom_fields=["order:po_number", "dock", "order:discount_codes"]
    ).custom_fields == ("PO-7", "4", "A")


@pytest.mark.parametrize("kind", ["pickup", "pick_up"])
def test_an_order_the_buyer_collects_says_so_and_needs_no_address(kind: str) -> None:
    raw = order(
        shipping_address=None,
        shipping_lines=[{"title": "North shop", "price": "0.00", "delivery_category": kind}],
    )
    assert {item.fulfillment for item in accepted(raw).items} == {Fulfillment.PICKUP}


def test_an_order_the_merchant_delivers_says_so() -> None:
    raw = order(shipping_lines=[{"title": "Van", "price": "4.00", "delivery_category": "local"}])
    assert {item.fulfillment for item in accepted(raw).items} == {Fulfillment.LOCAL_DELIVERY}


def test_a_line_that_another_service_ships_says_so_and_the_merchants_own_does_not() -> None:
    raw = order(line(fulfillment_service="manual"), line(id=12, fulfillment_service="printful"))
    assert [item.fulfillment for item in accepted(raw).items] == [
        Fulfillment.PARCEL,
        Fulfillment.OTHER_SERVICE,
    ]


def test_a_sale_over_the_counter_is_collected_but_one_with_an_address_is_sent() -> None:
    (counter,) = accepted(order(source_name="pos", shipping_address=None)).items
    (sent,) = accepted(order(source_name="pos")).items
    assert (counter.fulfillment, sent.fulfillment) == (Fulfillment.PICKUP, Fulfillment.PARCEL)


def test_an_address_with_missing_parts_goes_out_with_what_there_is() -> None:
    bare = {
        "last_name": "Lovelace",
        "address1": "Box 7",
        "country": "Germany",
        "country_code": None,
        "province": "Bayern",
    }
    found = accepted(order(shipping_address=bare)).customer.ship_to
    assert (found.name, found.line1, found.city, found.country, found.region) == (
        "Lovelace",
        "Box 7",
        "",
        "DE",
        "Bayern",
    )
    assert found.email == "ada@example.com"


def test_text_in_any_script_stays_as_it_is() -> None:
    address = {
        **ADDRESS,
        "name": "山田太郎",
        "address1": "東京都千代田区1-1",
        "city": "千代田区",
        "zip": "100-0001",
        "country_code": "JP",
    }
    found = accepted(order(line(name="緑茶 🍵"), shipping_address=address))
    assert (found.customer.ship_to.name, found.customer.ship_to.city) == ("山田太郎", "千代田区")
    assert found.items[0].name == "緑茶 🍵"


def test_an_order_without_shipping_address_is_rejected_although_the_buyer_is_known() -> None:
    assert rejected(order(shipping_address=None)).endswith(
        "found none; give the order one in Shopify"
    )


@pytest.mark.parametrize(
    "address", [None, {"country": "United States", "country_code": "US", "province_code": "NY"}]
)
def test_withheld_personal_data_is_diagnosed_and_not_exported_as_an_empty_label(
    address: Any,
) -> None:
    hidden = {
        "email": None,
        "phone": None,
        "customer": None,
        "billing_address": None,
        "shipping_address": address,
    }
    assert "Shopify withholds them" in rejected(order(**hidden))


def test_an_order_of_digital_goods_needs_no_address() -> None:
    raw = order(
        line(requires_shipping=False),
        shipping_address=None,
        email=None,
        customer=None,
        billing_address=None,
    )
    assert not any(item.shippable for item in accepted(raw).items)
