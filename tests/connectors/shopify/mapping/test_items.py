"""An order's lines are what is left to ship, with the options that Shopify calls properties."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from connectors.orders import (
    Customs,
    ItemOption,
    Order,
    OrderStatus,
    RejectedOrder,
    Weight,
    WeightUnit,
)
from connectors.shopify.mapping.items import Variant
from connectors.shopify.mapping.order import decode_order, read_order
from tests.connectors.shopify.mapping.handwritten import accepted, line, order, rules


def test_a_custom_line_without_product_and_a_gift_card_read() -> None:
    custom = line(
        12,
        "4.00",
        variant_id=None,
        product_id=None,
        sku=None,
        title="Engraving",
        name="Engraving",
        product_exists=False,
    )
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
        line(quantity=5, current_quantity=5, fulfillable_quantity=2),
        line(12, fulfillable_quantity=0),
        fulfillment_status="partial",
    )
    assert [(item.id, item.quantity) for item in accepted(raw).items] == [("11", 2)]
    assert [(item.id, item.quantity) for item in accepted(raw, partial_orders="full").items] == [
        ("11", 5),
        ("12", 1),
    ]
    assert accepted(raw).status is OrderStatus.PAID


def test_an_answer_without_current_quantities_takes_refunds_off() -> None:
    one = line(quantity=4)
    del one["current_quantity"], one["fulfillable_quantity"]
    refund = {
        "refund_line_items": [{"line_item_id": 11, "quantity": 3, "subtotal": 30.0}],
        "order_adjustments": [],
    }
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
        ([{"name": "parts", "value": ["a", "b"]}], [("parts", "a, b")]),
    ],
)
def test_properties_read_in_every_shape(properties: Any, options: list[tuple[str, str]]) -> None:
    found = accepted(order(line(properties=properties)))
    assert found.items[0].options == tuple(
        ItemOption(name=name, value=value) for name, value in options
    )


def test_properties_that_are_text_are_one_option() -> None:
    (item,) = accepted(order(line(properties="colour=blue"))).items
    assert item.options == (ItemOption(name="Option", value="colour=blue"),)


def test_missing_properties_are_none() -> None:
    one = line()
    del one["properties"]
    assert accepted(order(one)).items[0].options == ()


def test_facts_of_the_variant_are_in_its_line() -> None:
    decoded = decode_order(json.dumps(order()).encode())
    assert not isinstance(decoded, RejectedOrder)
    weight = Weight(value=Decimal(8), unit=WeightUnit.OUNCES)
    variants = {
        111: Variant(
            image_url="https://cdn/x.jpg",
            barcode="0123",
            weight=weight,
            customs=Customs(hs_code="090210", origin="JP"),
        )
    }
    found = read_order(decoded, rules(), variants=variants)
    assert isinstance(found, Order)
    line = found.items[0]
    assert (line.image_url, line.upc, line.weight) == (
        "https://cdn/x.jpg",
        "0123",
        weight,
    )
    assert line.customs == Customs(hs_code="090210", origin="JP")
