"""An order's lines are what is left to ship: refunds, discounts, options and bundles shape them."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from connectors.orders import Weight, WeightUnit
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import Related
from connectors.woocommerce.mapping.products import Goods
from connectors.woocommerce.mapping.rules import Discounts, VirtualItems
from tests.connectors.woocommerce.mapping.handwritten import facts, good, line, order, refund
from tests.connectors.woocommerce.recordings import RULES

KEEP = msgspec.structs.replace(RULES, virtual_items=VirtualItems.KEEP)
NET = msgspec.structs.replace(RULES, discounts=Discounts.NET)


def test_refunded_pieces_are_taken_off_and_lines_with_none_left_go() -> None:
    json = order(
        total="30.00",
        line_items=[line(), line(2), line(3)],
        refunds=[{"id": 1, "total": "-5"}, {"id": 2, "total": "-10"}],
    )
    back = [
        refund(1),
        refund(
            2, quantity=-2, total="-10.00", meta_data=[{"key": "_refunded_item_id", "value": 3}]
        ),
    ]
    found = good(json, Related(refunds={7: back}))
    assert facts(found, "id", "quantity") == [("1", 1), ("2", 2)]
    assert found.total == 15


def test_money_refunded_without_goods_is_a_line_of_its_own() -> None:
    back = msgspec.convert({"id": 1, "parent_id": 7, "line_items": []}, wire.Refund)
    found = good(order(refunds=[{"id": 1, "total": "-3.50"}]), Related(refunds={7: [back]}))
    assert facts(found, "name", "unit_price", "adjustment", "shippable") == [
        ("Soap", 5, False, True),
        ("Refunded", Decimal("-3.50"), True, False),
    ]


def test_a_discount_is_one_negative_line_or_in_the_prices() -> None:
    json = order(total="8.00", discount_total="2.00", line_items=[line(total="8.00")])
    line_mode = good(json)
    assert facts(line_mode, "unit_price", "adjustment") == [(5, False), (-2, True)]
    net = good(json, rules=NET)
    assert facts(net, "unit_price", "adjustment") == [(4, False)]


def test_a_fraction_of_a_piece_is_one_piece_that_says_so() -> None:
    around = Related(
        goods={(9, 0): Goods(weight=Weight(value=Decimal(100), unit=WeightUnit.GRAMS))}
    )
    found = good(order(line_items=[line(quantity=2.5)]), around)
    (item,) = found.items
    assert (item.quantity, item.unit_price, item.weight) == (
        1,
        Decimal(10),
        Weight(value=Decimal(250), unit=WeightUnit.GRAMS),
    )
    assert [(option.name, option.value) for option in item.options] == [("Quantity", "2.5")]


def test_virtual_lines_stay_out_unless_there_is_nothing_else_or_the_merchant_wants_them() -> None:
    around = Related(goods={(9, 0): Goods(virtual=True)})
    mixed = order(total="20.00", line_items=[line(), line(2, product_id=10)])
    assert facts(good(mixed, around), "id", "shippable") == [("2", True)]
    assert facts(good(mixed, around, KEEP), "id", "shippable") == [("1", False), ("2", True)]
    assert facts(good(order(), around), "id", "shippable") == [("1", False)]


def test_a_total_keeps_the_virtual_lines_that_are_left_out_and_a_lone_fee_its_goods() -> None:
    around = Related(goods={(9, 0): Goods(virtual=True)})
    mixed = good(order(total="20.00", line_items=[line(), line(2, product_id=10)]), around)
    assert (mixed.total, sum(item.unit_price * item.quantity for item in mixed.items)) == (
        Decimal(20),
        Decimal(10),
    )
    fee = {"id": 7, "name": "Wrap", "total": "2.00", "total_tax": "0.00"}
    assert facts(good(order(total="12.00", fee_lines=[fee]), around), "id") == [("1",), ("7",)]


def test_hidden_and_empty_options_are_dropped_and_entities_read_once() -> None:
    metas = [
        {"key": "size", "value": "l", "display_key": "US Size", "display_value": "L &amp; XL"},
        {
            "key": "_reduced_stock",
            "value": "1",
            "display_key": "_reduced_stock",
            "display_value": "1",
        },
        {"key": "Empty", "value": "", "display_key": "Empty", "display_value": ""},
        {"key": "Zero", "value": "0", "display_key": "Zero", "display_value": "0"},
        {"key": "Plain", "value": 5},
    ]
    (item,) = good(order(line_items=[line(meta_data=metas)])).items
    assert [(option.name, option.value) for option in item.options] == [
        ("US Size", "L & XL"),
        ("Zero", "0"),
        ("Plain", "5"),
    ]


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
    around = Related(goods={(20, 0): Goods(virtual=True)})
    found = good(order(total="13.00", line_items=[container, *BUNDLE[1:]]), around)
    assert facts(found, "id", "quantity", "unit_price") == [("2", 1, 5), ("3", 2, 4)]


def test_a_part_of_a_bundle_that_travels_alone_is_packed_too() -> None:
    alone = {**BUNDLE[1], "meta_data": [{"key": "_bundled_item_needs_shipping", "value": "yes"}]}
    found = good(order(line_items=[BUNDLE[0], alone, BUNDLE[2]]))
    assert facts(found, "id", "unit_price") == [("1", 6), ("2", 4)]
