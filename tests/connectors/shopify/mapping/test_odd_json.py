"""Whatever Shopify's JSON looks like, an order is read, or rejected with the place that is
wrong.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import Order, RejectedOrder
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.order import decode_order
from tests.connectors.shopify.mapping.handwritten import accepted, both, line, order, read, rejected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"total_price": "abc"}, "total_price: expected money or a number"),
        ({"updated_at": "yesterday"}, "updated_at: expected a time such as"),
        ({"updated_at": "2026-03-02T10:05:00"}, "updated_at: expected a time with its offset"),
        ({"line_items": [line() | {"quantity": 1.5}]}, "line_items[0].quantity: expected `int`"),
        (
            {"line_items": [line(price_set=both("NaN"))]},
            "line_items[0].price: expected money, found NaN",
        ),
        ({"line_items": {}}, "line_items: expected `array"),
    ],
)
def test_an_order_that_is_not_what_shopify_promises_is_rejected_with_the_path(
    change: dict[str, Any], reason: str
) -> None:
    found = read(order(**change))
    assert isinstance(found, RejectedOrder)
    assert found.reason.startswith(reason), found.reason
    assert (found.id, found.number) == ("5001", "1001")


@pytest.mark.parametrize(
    "change",
    [
        {"line_items": [line(price_set=both("1e300"))]},
        {"updated_at": "0001-01-01T00:00:00+10:00"},
    ],
)
def test_absurd_sizes_reject_the_order(change: dict[str, Any]) -> None:
    assert "expected" in rejected(order(**change), discounts="net")


@pytest.mark.parametrize(
    "odd",
    [
        {"customer": "Ada"},
        {"customer": {"email": 7}},
        {"billing_address": None},
        {"billing_address": []},
        {"note_attributes": {}},
        {"note_attributes": [{"name": {}, "value": 1}]},
        {"order_number": "no. 7"},
        {"tags": 7},
        {"refunds": {}},
        {"created_at": "-0001-11-30T00:00:00"},
        {"created_at": None, "processed_at": None},
        {"processed_at": "0001-01-01T00:00:00+10:00"},
        {"discount_codes": {}},
        {"payment_gateway_names": "paypal"},
        {"shipping_lines": {}},
        {"line_items": [line(grams=-1, variant_id=None)]},
        {"line_items": [line(grams="1e999999999", variant_id=None)]},
        {"line_items": [line(grams={}, variant_id="none", tip=[])]},
        {"line_items": [line(properties=7)]},
        {"line_items": [line(quantity=-1, current_quantity=1, fulfillable_quantity=1)]},
    ],
)
def test_side_fields_of_another_shape_cost_no_order(odd: dict[str, Any]) -> None:
    found = accepted(order(**odd))
    assert found.number == "1001"
    assert found.items


def test_what_a_side_field_means_is_kept_where_it_is_clear() -> None:
    found = accepted(
        order(
            tags=["new", "fragile"],
            order_number="1001",
            note_attributes={"Gift message": "Hi", "Floor": 3},
        )
    )
    assert found.tags == ("new", "fragile")
    assert found.gift_message == "Hi"
    assert found.internal_notes == "Floor: 3"


def test_what_is_left_out_is_named() -> None:
    found = decode_order(json.dumps(order(customer="Ada", email=7)).encode())
    assert isinstance(found, wire.Order)
    assert sorted(one.partition(":")[0] for one in found.left_out) == ["customer", "email"]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
SIDES = (
    "billing_address",
    "customer",
    "discount_codes",
    "note_attributes",
    "order_number",
    "payment_gateway_names",
    "tags",
    "created_at",
    "email",
)


@given(st.dictionaries(st.sampled_from(SIDES), ANYTHING, min_size=1))
def test_whatever_stands_in_side_fields_the_order_is_read(odd: dict[str, Any]) -> None:
    assert accepted(order(**odd)).items


def test_json_that_is_nested_too_deep_costs_its_own_order_alone() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    raw = json.dumps(order(line(properties="deep"))).encode().replace(b'"deep"', deep)
    found = decode_order(raw)
    assert isinstance(found, RejectedOrder)
    assert found.reason == "order: expected JSON of a reasonable depth, found a deeper one"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(field=st.sampled_from(sorted(order())), value=junk)
def test_no_value_in_any_field_does_more_than_reject_the_order(field: str, value: Any) -> None:
    found = read(order(**{field: value}))
    assert isinstance(found, Order | RejectedOrder)


@given(field=st.sampled_from(sorted(line())), value=junk)
def test_no_value_in_any_field_of_a_line_does_more_than_reject_the_order(
    field: str, value: Any
) -> None:
    found = read(order(line(**{field: value})))
    assert isinstance(found, Order | RejectedOrder)
