"""Whatever WooCommerce's JSON looks like, an order is read right or set aside with the place
that is wrong.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.orders import Order, RejectedOrder
from connectors.woocommerce.mapping.decoding import read_row
from tests.connectors.woocommerce.mapping.handwritten import good, line, order, read

ODD_BUT_FINE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ids as text", {"id": "7", "line_items": [line(id="1")]}),
    (
        "numbers as numbers",
        {"number": 7, "total": 10, "line_items": [line(subtotal=10, total=10.0, quantity="2")]},
    ),
    ("SKU as a number", {"line_items": [line(sku=123)]}),
    (
        "a deleted product",
        {"line_items": [line(product_id=0, sku=None, image={"id": "", "src": ""})]},
    ),
    (
        "ids of nothing",
        {
            "line_items": [
                line(variation_id="", bundled_by="", bundled_items=[], composite_parent=None)
            ]
        },
    ),
    ("lists as objects", {"line_items": {"1": line(), "4": line(2)}, "total": "20"}),
    ("objects as lists", {"billing": [], "shipping": [], "line_items": [line(image=[])]}),
    (
        "nothing at all",
        {
            "customer_note": None,
            "meta_data": None,
            "coupon_lines": None,
            "fee_lines": None,
            "shipping_lines": None,
        },
    ),
    (
        "a meta value of any shape",
        {
            "meta_data": [
                {"key": "a", "value": {"b": [1]}},
                {"key": 5, "value": None},
                {"key": "c", "value": [[]]},
            ]
        },
    ),
    (
        "a line meta value of any shape",
        {
            "line_items": [
                line(meta_data=[{"key": "x", "value": {"a": 1}, "display_value": {"a": 1}}])
            ]
        },
    ),
    ("a picture that is not there", {"line_items": [line(image={"id": 0, "src": False})]}),
    ("a zone in the time", {"date_modified_gmt": "2026-03-02T05:00:00-05:00"}),
    ("the prefix of the database", {"status": "wc-processing"}),
    ("a date that was never set", {"date_paid_gmt": "-0001-11-30T00:00:00"}),
    ("dates of another type", {"date_created_gmt": False, "date_paid_gmt": {"date": "x"}}),
    ("no date but the last change", {"date_created_gmt": None, "date_paid_gmt": None}),
    ("coupons of another type", {"coupon_lines": "SAVE10"}),
    ("a coupon without an object", {"coupon_lines": [7]}),
    ("meta data of another type", {"meta_data": "none", "shipping_lines": 0}),
    ("a billing address of another type", {"billing": "1 Harbour Road"}),
    ("keys nobody knows", {"surprise": {"a": [1]}, "line_items": [line(addons=[{"x": 1}])]}),
)


@pytest.mark.parametrize(
    "changes", [pytest.param(changes, id=name) for name, changes in ODD_BUT_FINE]
)
def test_odd_json_is_read(changes: dict[str, Any]) -> None:
    found = good(order(**changes))
    assert (found.id, found.number, found.shop_status) == ("7", "7", "processing")
    assert found.modified_at.isoformat() == "2026-03-02T10:00:00+00:00"
    assert found.items[0].quantity == 2
    assert found.items[0].unit_price == 5


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"total": "twelve"}, "total: expected money, found 'twelve'"),
    ({"total": None}, "total: expected money, found None"),
    ({"total": "1,234.00"}, "total: expected money, found '1,234.00'"),
    ({"total": "NaN"}, "total: expected money, found 'NaN'"),
    ({"total": True}, "total: expected money, found True"),
    (
        {"line_items": [line(), line(2, total="abc")]},
        "line_items[1].total: expected money, found 'abc'",
    ),
    (
        {"line_items": [line(quantity=None)]},
        "line_items[0].quantity: expected a quantity, found None",
    ),
    (
        {"line_items": [line(), line(), line(name={"de": "Seife"})]},
        "line_items[2].name: expected text or a number, found an object",
    ),
    (
        {"line_items": 5},
        "line_items: expected a list or nothing or an object, found a whole number",
    ),
    ({"line_items": [{"name": "x"}]}, "line_items[0].id: expected a value, found none"),
    ({"fee_lines": [{"id": 1, "total": "x"}]}, "fee_lines[0].total: expected money, found 'x'"),
    (
        {"date_modified_gmt": "yesterday"},
        "date_modified_gmt: expected a time such as 2026-11-20T05:36:04, found 'yesterday'",
    ),
    ({"status": 5}, "status: expected text, found a whole number"),
    (
        {"refunds": [{"id": 3, "total": "-1"}]},
        "refunds[0]: expected a refund that the shop shows with its lines, found 3",
    ),
)


@pytest.mark.parametrize(("changes", "reason"), WRONG)
def test_an_order_that_cannot_be_read_says_where(changes: dict[str, Any], reason: str) -> None:
    found = read(order(**changes))
    assert isinstance(found, RejectedOrder)
    assert (found.id, found.number, found.reason) == ("7", "7", reason)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "total", "quantity", "src", "key", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


PATHS = st.sampled_from(
    sorted(
        {
            *order(),
            "refunds",
            "fee_lines",
            "coupon_lines",
            "shipping_lines",
            "meta_data",
            "customer_id",
            "date_paid_gmt",
        }
    )
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(PATHS, JSON, max_size=4),
    st.dictionaries(st.sampled_from(sorted(line())), JSON, max_size=3),
)
def test_no_json_makes_reading_fail(changes: dict[str, Any], line_changes: dict[str, Any]) -> None:
    json = order(line_items=[line(), {**line(2), **line_changes}])
    found = read({**json, **changes})
    assert isinstance(found, Order | RejectedOrder)
    if isinstance(found, RejectedOrder):
        assert "expected" in found.reason


@given(st.binary(max_size=60))
def test_no_bytes_make_decoding_fail(raw: bytes) -> None:
    assert read_row(raw).order is not None
