"""Whatever WooCommerce's JSON looks like, an order is read right or set aside with the place that is wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.orders import Order, RejectedOrder, Weight, WeightUnit
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.decoding import read_row
from connectors.woocommerce.mapping.items import Discounts, Rules, VirtualItems
from connectors.woocommerce.mapping.order import Surroundings, read_order
from connectors.woocommerce.mapping.products import Goods
from connectors.woocommerce.mapping.statuses import STATUSES
from tests.connectors.woocommerce.recordings import recorded, recorded_orders, recorded_surroundings

KEEP = Rules(virtual_items=VirtualItems.KEEP)


def line(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A product line of two pieces at 5.00."""
    return {"id": number, "name": "Soap", "product_id": 9, "quantity": 2, "subtotal": "10.00", "total": "10.00", "sku": "S-1", **changes}


def order(**changes: Any) -> dict[str, Any]:
    """An order with nothing odd about it."""
    return {
        "id": 7,
        "number": "7",
        "status": "processing",
        "currency": "USD",
        "date_created_gmt": "2026-03-02T09:00:00",
        "date_modified_gmt": "2026-03-02T10:00:00",
        "total": "10.00",
        "total_tax": "0.00",
        "shipping_total": "0.00",
        "discount_total": "0.00",
        "billing": {"first_name": "Ada", "address_1": "1 Harbour Road", "country": "US", "email": "ada@example.com", "phone": "1"},
        "shipping": {},
        "line_items": [line()],
        **changes,
    }


def read(json: Any, around: Surroundings | None = None, rules: Rules | None = None) -> Order | RejectedOrder:
    """The order as the connector would give it."""
    row = read_row(msgspec.json.encode(json))
    if isinstance(row.order, RejectedOrder):
        return row.order
    return read_order(row.order, around or Surroundings(), rules or Rules())


def good(json: Any, around: Surroundings | None = None, rules: Rules | None = None) -> Order:
    """The order, which must be readable."""
    found = read(json, around, rules)
    assert isinstance(found, Order), found
    return found


def refund(number: int = 1, **line_changes: Any) -> wire.Refund:
    """A refund of one piece of line 1, unless told otherwise."""
    row = {"quantity": -1, "total": "-5.00", "total_tax": "0", "meta_data": [{"key": "_refunded_item_id", "value": "1"}], **line_changes}
    return msgspec.convert({"id": number, "parent_id": 7, "line_items": [row]}, wire.Refund)


def facts(found: Order, *names: str) -> list[tuple[Any, ...]]:
    """These fields of each line."""
    return [tuple(getattr(item, name) for name in names) for item in found.items]


ODD_BUT_FINE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ids as text", {"id": "7", "line_items": [line(id="1")]}),
    ("numbers as numbers", {"number": 7, "total": 10, "line_items": [line(subtotal=10, total=10.0, quantity="2")]}),
    ("SKU as a number", {"line_items": [line(sku=123)]}),
    ("a deleted product", {"line_items": [line(product_id=0, sku=None, image={"id": "", "src": ""})]}),
    ("ids of nothing", {"line_items": [line(variation_id="", bundled_by="", bundled_items=[], composite_parent=None)]}),
    ("lists as objects", {"line_items": {"1": line(), "4": line(2)}, "total": "20"}),
    ("objects as lists", {"billing": [], "shipping": [], "line_items": [line(image=[])]}),
    ("nothing at all", {"customer_note": None, "meta_data": None, "coupon_lines": None, "fee_lines": None, "shipping_lines": None}),
    (
        "a meta value of any shape",
        {"meta_data": [{"key": "a", "value": {"b": [1]}}, {"key": 5, "value": None}, {"key": "c", "value": [[]]}]},
    ),
    ("a line meta value of any shape", {"line_items": [line(meta_data=[{"key": "x", "value": {"a": 1}, "display_value": {"a": 1}}])]}),
    ("a picture that is not there", {"line_items": [line(image={"id": 0, "src": False})]}),
    ("a zone in the time", {"date_modified_gmt": "2026-03-02T05:00:00-05:00"}),
    ("the prefix of the database", {"status": "wc-processing"}),
    ("keys nobody knows", {"surprise": {"a": [1]}, "line_items": [line(addons=[{"x": 1}])]}),
)


@pytest.mark.parametrize("changes", [pytest.param(changes, id=name) for name, changes in ODD_BUT_FINE])
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
    ({"line_items": [line(), line(2, total="abc")]}, "line_items[1].total: expected money, found 'abc'"),
    ({"line_items": [line(quantity=None)]}, "line_items[0].quantity: expected a quantity, found None"),
    ({"line_items": [line(), line(), line(name={"de": "Seife"})]}, "line_items[2].name: expected text or a number, found an object"),
    ({"line_items": 5}, "line_items: expected a list or nothing or an object, found a whole number"),
    ({"line_items": [{"name": "x"}]}, "line_items[0].id: expected a value, found none"),
    ({"fee_lines": [{"id": 1, "total": "x"}]}, "fee_lines[0].total: expected money, found 'x'"),
    ({"date_created_gmt": None}, "date_created_gmt: expected a time such as 2026-11-20T05:36:04, found None"),
    ({"date_modified_gmt": "yesterday"}, "date_modified_gmt: expected a time such as 2026-11-20T05:36:04, found 'yesterday'"),
    ({"date_paid_gmt": "0000-00-00T00:00:00"}, "date_paid_gmt: expected a time such as 2026-11-20T05:36:04, found '0000-00-00T00:00:00'"),
    ({"status": 5}, "status: expected text, found a whole number"),
    ({"refunds": [{"id": 3, "total": "-1"}]}, "refunds[0]: expected a refund that the shop shows with its lines, found 3"),
)


@pytest.mark.parametrize(("changes", "reason"), WRONG)
def test_an_order_that_cannot_be_read_says_where(changes: dict[str, Any], reason: str) -> None:
    found = read(order(**changes))
    assert isinstance(found, RejectedOrder)
    assert (found.id, found.number, found.reason) == ("7", "7", reason)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "total", "quantity", "src", "key", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PATHS = st.sampled_from(
    sorted({*order(), "refunds", "fee_lines", "coupon_lines", "shipping_lines", "meta_data", "customer_id", "date_paid_gmt"})
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(PATHS, JSON, max_size=4), st.dictionaries(st.sampled_from(sorted(line())), JSON, max_size=3))
def test_no_json_makes_reading_fail(changes: dict[str, Any], line_changes: dict[str, Any]) -> None:
    json = order(line_items=[line(), {**line(2), **line_changes}])
    found = read({**json, **changes})
    assert isinstance(found, Order | RejectedOrder)
    if isinstance(found, RejectedOrder):
        assert "expected" in found.reason


@given(st.binary(max_size=60))
def test_no_bytes_make_decoding_fail(raw: bytes) -> None:
    assert read_row(raw).order is not None


@pytest.mark.parametrize("discounts", Discounts)
def test_lines_tax_and_shipping_add_up_to_the_total_of_every_recorded_order(discounts: Discounts) -> None:
    around = recorded_surroundings()
    for json in recorded_orders():
        found = good(json, around, Rules(discounts=discounts, virtual_items=VirtualItems.KEEP))
        told = sum((item.unit_price * item.quantity for item in found.items), Decimal(0)) + found.tax + found.shipping
        assert abs(told - found.total) <= Decimal("0.02"), json["id"]


def test_refunded_pieces_are_taken_off_and_lines_with_none_left_go() -> None:
    json = order(total="30.00", line_items=[line(), line(2), line(3)], refunds=[{"id": 1, "total": "-5"}, {"id": 2, "total": "-10"}])
    back = [refund(1), refund(2, quantity=-2, total="-10.00", meta_data=[{"key": "_refunded_item_id", "value": 3}])]
    found = good(json, Surroundings(refunds={7: back}))
    assert facts(found, "id", "quantity") == [("1", 1), ("2", 2)]
    assert found.total == 15


def test_money_refunded_without_goods_is_a_line_of_its_own() -> None:
    back = msgspec.convert({"id": 1, "parent_id": 7, "line_items": []}, wire.Refund)
    found = good(order(refunds=[{"id": 1, "total": "-3.50"}]), Surroundings(refunds={7: [back]}))
    assert facts(found, "name", "unit_price", "adjustment", "shippable") == [
        ("Soap", 5, False, True),
        ("Refunded", Decimal("-3.50"), True, False),
    ]


def test_a_discount_is_one_negative_line_or_in_the_prices() -> None:
    json = order(total="8.00", discount_total="2.00", line_items=[line(total="8.00")])
    line_mode = good(json)
    assert facts(line_mode, "unit_price", "adjustment") == [(5, False), (-2, True)]
    net = good(json, rules=Rules(discounts=Discounts.NET))
    assert facts(net, "unit_price", "adjustment") == [(4, False)]


def test_a_fraction_of_a_piece_is_one_piece_that_says_so() -> None:
    around = Surroundings(goods={(9, 0): Goods(weight=Weight(value=Decimal(100), unit=WeightUnit.GRAMS))})
    found = good(order(line_items=[line(quantity=2.5)]), around)
    (item,) = found.items
    assert (item.quantity, item.unit_price, item.weight) == (1, Decimal(10), Weight(value=Decimal(250), unit=WeightUnit.GRAMS))
    assert [(option.name, option.value) for option in item.options] == [("Quantity", "2.5")]


def test_virtual_lines_stay_out_unless_there_is_nothing_else_or_the_merchant_wants_them() -> None:
    around = Surroundings(goods={(9, 0): Goods(virtual=True)})
    mixed = order(line_items=[line(), line(2, product_id=10)])
    assert facts(good(mixed, around), "id", "shippable") == [("2", True)]
    assert facts(good(mixed, around, KEEP), "id", "shippable") == [("1", False), ("2", True)]
    assert facts(good(order(), around), "id", "shippable") == [("1", False)]


def test_hidden_empty_and_structured_options_are_dropped_and_entities_read_once() -> None:
    metas = [
        {"key": "size", "value": "l", "display_key": "US Size", "display_value": "L &amp; XL"},
        {"key": "_reduced_stock", "value": "1", "display_key": "_reduced_stock", "display_value": "1"},
        {"key": "Empty", "value": "", "display_key": "Empty", "display_value": ""},
        {"key": "Array", "value": {"a": 1}, "display_key": "Array", "display_value": {"a": 1}},
        {"key": "Zero", "value": "0", "display_key": "Zero", "display_value": "0"},
        {"key": "Plain", "value": 5},
    ]
    (item,) = good(order(line_items=[line(meta_data=metas)])).items
    assert [(option.name, option.value) for option in item.options] == [("US Size", "L & XL"), ("Zero", "0"), ("Plain", "5")]


BUNDLE = (
    line(1, product_id=20, quantity=1, subtotal="0", total="0", bundled_items=[2, 3]),
    line(2, product_id=21, quantity=1, subtotal="4", total="4", bundled_by="1"),
    line(3, product_id=22, quantity=2, subtotal="6", total="6", bundled_by=1),
)


def test_of_a_bundle_the_container_is_packed_and_holds_the_price_of_its_parts() -> None:
    found = good(order(line_items=list(BUNDLE)))
    assert facts(found, "id", "quantity", "unit_price") == [("1", 1, 10)]


def test_of_a_bundle_whose_container_is_virtual_the_parts_are_packed_and_share_its_price() -> None:
    container = {**BUNDLE[0], "subtotal": "3", "total": "3"}
    around = Surroundings(goods={(20, 0): Goods(virtual=True)})
    found = good(order(total="13.00", line_items=[container, *BUNDLE[1:]]), around)
    assert facts(found, "id", "quantity", "unit_price") == [("2", 1, 5), ("3", 2, 4)]


def test_a_part_of_a_bundle_that_travels_alone_is_packed_too() -> None:
    alone = {**BUNDLE[1], "meta_data": [{"key": "_bundled_item_needs_shipping", "value": "yes"}]}
    found = good(order(line_items=[BUNDLE[0], alone, BUNDLE[2]]))
    assert facts(found, "id", "unit_price") == [("1", 6), ("2", 4)]


def test_the_parcel_goes_to_the_billing_address_where_there_is_no_other() -> None:
    found = good(order(shipping={"country": "US"}))
    assert found.customer.ship_to == found.customer.bill_to
    elsewhere = good(order(shipping={"first_name": "Bo", "address_1": "2 Hill St", "city": "Leeds", "country": "GB"}))
    place = elsewhere.customer.ship_to
    assert (place.name, place.line1, place.country, place.phone, place.email) == ("Bo", "2 Hill St", "GB", "1", "ada@example.com")


def test_gift_and_coupons_and_methods_are_told() -> None:
    prefix = "_wc_other/woocommerce_shipstation/shipstation_"
    found = good(
        order(
            meta_data=[{"key": f"{prefix}is_gift", "value": "1"}, {"key": f"{prefix}gift_message", "value": "For Mum &amp; Dad <3"}],
            coupon_lines=[{"code": "a"}, {"code": "b"}],
            shipping_lines=[{"method_title": "Standard &amp; Tracked"}, {"method_title": ""}, {"method_title": "DHL"}],
        )
    )
    assert (found.gift, found.gift_message, found.custom_fields, found.shipping_method) == (
        True,
        "For Mum & Dad <3",
        ("a | b",),
        "Standard & Tracked | DHL",
    )


def test_every_status_of_the_recorded_orders_is_known() -> None:
    assert {json["status"] for json in [*recorded_orders(), *recorded("orders-trash")]} <= set(STATUSES)
