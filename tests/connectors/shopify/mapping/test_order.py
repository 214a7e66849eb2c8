"""What becomes of orders in the states that sample data lacks; each is written by hand after Shopify's reference."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import ItemOption, Order, OrderStatus, RejectedOrder, Weight, WeightUnit
from connectors.shopify.mapping.items import Variant
from connectors.shopify.mapping.order import decode_order, read_order
from connectors.shopify.mapping.statuses import Held
from tests.connectors.shopify.mapping.handwritten import ADDRESS, accepted, both, line, order, read, rejected, settings

D = Decimal


def test_times_become_utc_and_the_number_loses_its_hash() -> None:
    found = accepted(order())
    assert found.placed_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert found.modified_at == datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    assert (found.id, found.number) == ("5001", "1001")
    assert accepted(order(name="EN-1001-X")).number == "EN-1001-X"


def test_a_custom_line_without_product_and_a_gift_card_read() -> None:
    custom = line(12, "4.00", variant_id=None, product_id=None, sku=None, title="Engraving", name="Engraving", product_exists=False)
    card = line(13, "25.00", gift_card=True, requires_shipping=False, name="Gift Card", sku="GC")
    found = accepted(order(line(), custom, card, total="39.00"))
    assert [(item.name, item.sku, item.shippable) for item in found.items] == [
        ("Tea", "TEA-11", True),
        ("Engraving", "", True),
        ("Gift Card", "GC", False),
    ]


def test_a_line_removed_by_an_edit_is_gone_and_a_refunded_one_is_less() -> None:
    removed = line(12, quantity=2, current_quantity=0, fulfillable_quantity=0)
    reduced = line(13, quantity=5, current_quantity=3, fulfillable_quantity=3)
    found = accepted(order(line(), removed, reduced))
    assert [(item.id, item.quantity) for item in found.items] == [("11", 1), ("13", 3)]


def test_two_partial_fulfillments_of_one_line_leave_the_rest_or_the_full_picture() -> None:
    raw = order(
        line(quantity=5, current_quantity=5, fulfillable_quantity=2), line(12, fulfillable_quantity=0), fulfillment_status="partial"
    )
    assert [(item.id, item.quantity) for item in accepted(raw).items] == [("11", 2)]
    assert [(item.id, item.quantity) for item in accepted(raw, partial_orders="full").items] == [("11", 5), ("12", 1)]
    assert accepted(raw).status is OrderStatus.PAID


def test_an_answer_without_current_quantities_takes_refunds_off() -> None:
    one = line(quantity=4)
    del one["current_quantity"], one["fulfillable_quantity"]
    refund = {"refund_line_items": [{"line_item_id": 11, "quantity": 3, "subtotal": 30.0}], "order_adjustments": []}
    assert accepted(order(one, refunds=[refund])).items[0].quantity == 1


@pytest.mark.parametrize(
    ("properties", "options"),
    [
        (None, []),
        ([], []),
        ({}, []),
        ({"name": "Engraving", "value": "Bob"}, [("Engraving", "Bob")]),
        ({"name": 2}, [("name", "2")]),
        ([{"name": 2}], []),
        ({"Colour": "Blue", "_id": "x"}, [("Colour", "Blue")]),
        ([{"name": "note", "value": 2}, {"name": "_hidden", "value": "x"}], [("note", "2")]),
        ([{"name": "Gift", "value": True}, {"name": "empty", "value": ""}], [("Gift", "yes")]),
        (["loose text"], [("Option", "loose text")]),
        ([{"name": None, "value": "y"}], [("Option", "y")]),
        ([{"name": "parts", "value": ["a", "b"]}], [("parts", '["a","b"]')]),
    ],
)
def test_properties_read_in_every_shape(properties: Any, options: list[tuple[str, str]]) -> None:
    found = accepted(order(line(properties=properties)))
    assert found.items[0].options == tuple(ItemOption(name=name, value=value) for name, value in options)


def test_properties_that_are_text_reject_the_order_with_the_path() -> None:
    assert rejected(order(line(properties="colour=blue"))) == "line_items[0].properties: expected a list of names and values, found str"


def test_missing_properties_are_none() -> None:
    one = line()
    del one["properties"]
    assert accepted(order(one)).items[0].options == ()


def test_note_attributes_give_the_gift_message_the_flag_and_notes() -> None:
    attributes = [
        {"name": "Gift-Message", "value": "Happy birthday"},
        {"name": "is_gift", "value": "true"},
        {"name": "delivery date", "value": "Friday"},
        {"name": "_internal", "value": "x"},
    ]
    found = accepted(order(note="Ring twice", note_attributes=attributes, tags="vip, , first order"))
    assert (found.gift, found.gift_message) == (True, "Happy birthday")
    assert (found.customer_notes, found.internal_notes) == ("Ring twice", "delivery date: Friday")
    assert found.tags == ("vip", "first order")
    assert accepted(order(note_attributes=[{"name": "gift", "value": "no"}])).gift is False


def test_custom_fields_take_facts_and_attributes() -> None:
    raw = order(po_number="PO-7", note_attributes=[{"name": "Dock", "value": 4}], discount_codes=[{"code": "A"}])
    assert accepted(raw, custom_fields=["order:po_number", "dock", "order:discount_codes"]).custom_fields == ("PO-7", "4", "A")


@pytest.mark.parametrize("kind", ["pickup", "pick_up"])
def test_an_order_the_buyer_collects_has_nothing_to_ship(kind: str) -> None:
    raw = order(shipping_address=None, shipping_lines=[{"title": "North shop", "price": "0.00", "delivery_category": kind}])
    assert not any(item.shippable for item in accepted(raw).items)
    assert rejected(raw, pickup_orders="export").startswith("shipping_address: expected an address")


def test_an_order_the_merchant_delivers_has_nothing_for_a_carrier_unless_wanted() -> None:
    raw = order(shipping_lines=[{"title": "Van", "price": "4.00", "delivery_category": "local"}])
    assert not any(item.shippable for item in accepted(raw).items)
    assert all(item.shippable for item in accepted(raw, local_delivery="export").items)


def test_a_sale_over_the_counter_has_nothing_to_ship_but_one_with_an_address_has() -> None:
    assert not any(item.shippable for item in accepted(order(source_name="pos", shipping_address=None)).items)
    assert all(item.shippable for item in accepted(order(source_name="pos")).items)


def test_an_address_with_missing_parts_goes_out_with_what_there_is() -> None:
    bare = {"last_name": "Lovelace", "address1": "Box 7", "country": "Germany", "country_code": None, "province": "Bayern"}
    found = accepted(order(shipping_address=bare)).customer.ship_to
    assert (found.name, found.line1, found.city, found.country, found.region) == ("Lovelace", "Box 7", "", "DE", "Bayern")
    assert found.email == "ada@example.com"


def test_text_in_any_script_stays_as_it_is() -> None:
    address = {**ADDRESS, "name": "山田太郎", "address1": "東京都千代田区1-1", "city": "千代田区", "zip": "100-0001", "country_code": "JP"}
    found = accepted(order(line(name="緑茶 🍵"), shipping_address=address))
    assert (found.customer.ship_to.name, found.customer.ship_to.city) == ("山田太郎", "千代田区")
    assert found.items[0].name == "緑茶 🍵"


def test_an_order_without_shipping_address_is_rejected_although_the_buyer_is_known() -> None:
    assert rejected(order(shipping_address=None)).endswith("found none; give the order one in Shopify")


@pytest.mark.parametrize("address", [None, {"country": "United States", "country_code": "US", "province_code": "NY"}])
def test_withheld_personal_data_is_diagnosed_and_not_exported_as_an_empty_label(address: Any) -> None:
    hidden = {"email": None, "phone": None, "customer": None, "billing_address": None, "shipping_address": address}
    assert "Shopify withholds them" in rejected(order(**hidden))


def test_an_order_of_digital_goods_needs_no_address() -> None:
    raw = order(line(requires_shipping=False), shipping_address=None, email=None, customer=None, billing_address=None)
    assert not any(item.shippable for item in accepted(raw).items)


@pytest.mark.parametrize(
    ("facts", "status", "word", "known"),
    [
        ({"financial_status": "paid"}, OrderStatus.PAID, "paid", True),
        ({"financial_status": "partially_refunded"}, OrderStatus.PAID, "partially_refunded", True),
        ({"financial_status": "authorized"}, OrderStatus.UNPAID, "authorized", True),
        ({"financial_status": "pending"}, OrderStatus.UNPAID, "pending", True),
        ({"financial_status": "partially_paid"}, OrderStatus.UNPAID, "partially_paid", True),
        ({"financial_status": "expired"}, OrderStatus.UNPAID, "expired", True),
        ({"financial_status": None}, OrderStatus.UNPAID, "", True),
        ({"financial_status": "voided"}, OrderStatus.CANCELLED, "voided", True),
        ({"financial_status": "refunded"}, OrderStatus.CANCELLED, "refunded", True),
        ({"financial_status": "refunded", "fulfillment_status": "fulfilled"}, OrderStatus.SHIPPED, "fulfilled", True),
        ({"fulfillment_status": "fulfilled"}, OrderStatus.SHIPPED, "fulfilled", True),
        ({"fulfillment_status": "restocked"}, OrderStatus.CANCELLED, "restocked", True),
        ({"cancelled_at": "2026-03-02T11:00:00Z", "fulfillment_status": "fulfilled"}, OrderStatus.CANCELLED, "cancelled", True),
        ({"financial_status": "haggling"}, OrderStatus.ON_HOLD, "haggling", False),
    ],
)
def test_each_state_means_one_of_the_five(facts: dict[str, Any], status: OrderStatus, word: str, *, known: bool) -> None:
    found = accepted(order(**facts))
    assert (found.status, found.shop_status, found.status_known) == (status, word, known)


def test_an_order_emptied_by_refunds_is_cancelled_or_shipped_by_what_went_out() -> None:
    gone = line(quantity=2, current_quantity=0, fulfillable_quantity=0)
    assert accepted(order(gone, financial_status="partially_refunded")).status is OrderStatus.CANCELLED
    assert accepted(order(gone, fulfillment_status="partial")).status is OrderStatus.SHIPPED


def test_a_cancelled_order_shows_what_was_ordered() -> None:
    one = line(quantity=2, current_quantity=0, fulfillable_quantity=0)
    raw = order(one, total="20.00", cancelled_at="2026-03-02T11:00:00Z", current_total_price="0.00", current_total_price_set=both("0.00"))
    found = accepted(raw)
    assert (found.items[0].quantity, found.total) == (2, D("20.00"))


def held(raw: dict[str, Any], units: dict[int, int]) -> Order:
    decoded = decode_order(json.dumps(raw).encode())
    assert not isinstance(decoded, RejectedOrder)
    found = read_order(decoded, settings(), held=Held(units=units, reasons=("On hold: awaiting payment",)))
    assert isinstance(found, Order)
    return found


def test_an_order_held_as_a_whole_is_on_hold_and_one_held_in_part_ships_the_rest() -> None:
    raw = order(line(11, quantity=2), line(12))
    whole, part = held(raw, {11: 2, 12: 1}), held(raw, {11: 1})
    assert (whole.status, whole.shop_status) == (OrderStatus.ON_HOLD, "on_hold")
    assert [item.quantity for item in whole.items] == [2, 1]
    assert (part.status, [item.quantity for item in part.items]) == (OrderStatus.PAID, [1, 1])
    assert part.internal_notes == "On hold: awaiting payment"


def test_customs_facts_are_options_only_where_wanted() -> None:
    decoded = decode_order(json.dumps(order()).encode())
    assert not isinstance(decoded, RejectedOrder)
    weight = Weight(value=D(8), unit=WeightUnit.OUNCES)
    variants = {111: Variant(image_url="https://cdn/x.jpg", barcode="0123", weight=weight, hs_code="090210", origin="JP")}
    plain, told = (read_order(decoded, settings(customs=customs), variants=variants) for customs in (False, True))
    assert isinstance(plain, Order)
    assert isinstance(told, Order)
    assert (plain.items[0].image_url, plain.items[0].upc, plain.items[0].weight) == ("https://cdn/x.jpg", "0123", weight)
    assert plain.items[0].options == ()
    assert [(one.name, one.value) for one in told.items[0].options] == [("HS code", "090210"), ("Country of origin", "JP")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"total_price": "abc"}, "total_price: expected money or a number"),
        ({"updated_at": "yesterday"}, "updated_at: expected a time such as"),
        ({"updated_at": "2026-03-02T10:05:00"}, "updated_at: expected a time with its offset"),
        ({"line_items": [line() | {"quantity": 1.5}]}, "line_items[0].quantity: expected `int`"),
        ({"line_items": [line(price_set=both("NaN"))]}, "line_items[0].price: expected money, found NaN"),
        ({"line_items": {}}, "line_items: expected `array"),
        ({"customer": "Ada"}, "customer: expected `object"),
    ],
)
def test_an_order_that_is_not_what_shopify_promises_is_rejected_with_the_path(change: dict[str, Any], reason: str) -> None:
    found = read(order(**change))
    assert isinstance(found, RejectedOrder)
    assert found.reason.startswith(reason), found.reason
    assert (found.id, found.number) == ("5001", "1001")


@pytest.mark.parametrize(
    "change",
    [
        {"line_items": [line(price_set=both("1e300"))]},
        {"updated_at": "0001-01-01T00:00:00+10:00"},
        {"line_items": [line(grams=-1, variant_id=None)]},
    ],
)
def test_absurd_sizes_reject_the_order(change: dict[str, Any]) -> None:
    assert "expected" in rejected(order(**change), discounts="net")


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(field=st.sampled_from(sorted(order())), value=junk)
def test_no_value_in_any_field_does_more_than_reject_the_order(field: str, value: Any) -> None:
    found = read(order(**{field: value}))
    assert isinstance(found, Order | RejectedOrder)


@given(field=st.sampled_from(sorted(line())), value=junk)
def test_no_value_in_any_field_of_a_line_does_more_than_reject_the_order(field: str, value: Any) -> None:
    found = read(order(line(**{field: value})))
    assert isinstance(found, Order | RejectedOrder)
