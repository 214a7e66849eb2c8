"""What a notice means, by what was given: its order, and each item's line."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import SharedNumberError
from connectors.shipments import Shipment, ShippedItem
from proxy.rules.matching import GivenLine, GivenOrder, apply_given, choose_given, strip_suffixes
from tests.builders import build_given, build_item, build_order

LONG_ID = "T3JkZXJMaW5lOjAxMjM0NTY3LTg5YWItY2RlZi0wMTIzLTQ1Njc4OWFiY2RlZg=="
LONG_SKU = "SKU-" + "9" * 120


def items_of(given: GivenOrder, *items: ShippedItem) -> tuple[ShippedItem, ...]:
    notice = Shipment(order_id=given.id, order_number=given.number, items=items)
    return apply_given(notice, given).shipment.items


def test_a_long_id_comes_back_as_itself() -> None:
    order = build_given(build_order(id=LONG_ID, items=(build_item(id=LONG_ID),)))
    assert order.id != LONG_ID
    notice = Shipment(order_id=order.id, items=(ShippedItem(line_id=order.id, quantity=1),))
    meant = apply_given(notice, order).shipment
    assert (meant.order_id, meant.items[0].line_id) == (LONG_ID, LONG_ID)


@pytest.mark.parametrize("sku", [LONG_SKU, " A-1 ", "A\x07-1"])
def test_a_sku_is_recognized_as_it_was_sent(sku: str) -> None:
    order = build_given(build_order(items=(build_item(id="7", sku=sku), build_item(id="8"))))
    (found,) = items_of(order, ShippedItem(sku=order.lines[0].sku, quantity=1))
    assert (found.line_id, found.sku) == ("7", sku)


def test_a_name_alone_is_recognized_as_it_was_sent() -> None:
    name = "Mug " * 100
    order = build_given(build_order(items=(build_item(id="7", name=name, sku=""),)))
    (found,) = items_of(order, ShippedItem(name=order.lines[0].name, quantity=1))
    assert (found.line_id, found.name) == ("7", name)


def test_of_lines_with_one_sku_the_name_decides_and_else_the_connector() -> None:
    order = GivenOrder(
        id="1",
        number="1",
        shop_id="1",
        shop_number="1",
        lines=(GivenLine("7", "MUG", "Red", 1), GivenLine("8", "MUG", "Blue", 1)),
    )
    named, bare = items_of(
        order,
        ShippedItem(sku="MUG", name="Blue", quantity=1),
        ShippedItem(sku="MUG", quantity=1),
    )
    assert (named.line_id, bare.line_id, bare.sku) == ("8", "", "MUG")


def test_what_fits_no_line_is_left_as_it_is_and_shown() -> None:
    order = build_given(build_order())
    stranger = ShippedItem(sku="STRANGER", quantity=1)
    meant = apply_given(Shipment(order_id=order.id, items=(stranger,)), order)
    assert meant.shipment.items == (stranger,)
    assert meant.doubts == (
        f"Items: expected a line of order {order.number} as it was given, found 'STRANGER'",
    )


@pytest.mark.parametrize(
    ("number", "before"),
    [
        ("1001-1", ["1001"]),
        ("1001-12-2", ["1001-12", "1001"]),
        ("1001 (Split)", ["1001"]),
        ("1001 (split 2)", ["1001"]),
        ("SO-77-1", ["SO-77", "SO"]),
        ("1001", []),
        ("-1", []),
    ],
)
def test_a_split_order_has_a_suffix(number: str, before: list[str]) -> None:
    assert list(strip_suffixes(number)) == before


@given(st.text(alphabet="0-1 ()split", max_size=60))
def test_stripping_ends_and_only_shortens(number: str) -> None:
    found = list(strip_suffixes(number))
    assert len(found) <= 3
    assert all(one and number.startswith(one) and len(one) < len(number) for one in found)


def test_two_orders_of_one_number_are_told_apart_by_their_lines() -> None:
    one = build_given(build_order(id="1", number="N", items=(build_item(id="7", sku="POT"),)))
    two = build_given(build_order(id="2", number="N", items=(build_item(id="8", sku="CUP"),)))
    notice = Shipment(order_number="N", items=(ShippedItem(line_id="8", quantity=1),))
    assert choose_given([one, two], notice) == two
    by_sku = msgspec.structs.replace(notice, items=(ShippedItem(sku="POT", quantity=1),))
    assert choose_given([two, one], by_sku) == one
    for items in ((), (ShippedItem(sku="HAT", quantity=1),)):
        with pytest.raises(SharedNumberError, match=r"2 orders .* 'N' \(ids: 1, 2\)"):
            choose_given([one, two], msgspec.structs.replace(notice, items=items))


def test_one_order_under_several_ids_is_meant_whole_where_its_lines_do_not_decide() -> None:
    whole = build_given(build_order(id="1", number="N", items=(build_item(id="7"),)))
    parts = [
        msgspec.structs.replace(whole, id=f"1-{key}", destination=key, is_part=True)
        for key in ("a", "b")
    ]
    found = choose_given(parts, Shipment(order_number="N"))
    assert found is not None
    assert (found.shop_id, found.destination, found.is_part) == ("1", "", False)
