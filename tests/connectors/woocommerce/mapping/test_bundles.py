"""Of a bundle one set of lines is packed, whichever plugin wrote it, and a gift card lowers the
lines as it lowers the total.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.woocommerce.mapping.options import read_options
from connectors.woocommerce.mapping.wire import Meta
from tests.connectors.woocommerce.mapping.handwritten import facts, good, line, order


def build_metas(**values: Any) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in values.items()]


BUNDLES = {
    "WPC Product Bundles": ({"_woosb_ids": "21/1,22/2"}, {"_woosb_parent_id": "20"}),
    "WPC Composite Products": ({"wooco_ids": "x"}, {"wooco_parent_id": "20"}),
    "Easy Product Bundles": ({"_asnp_wepb_items": "x"}, {"_asnp_wepb_parent_id": "20"}),
    "YITH Product Bundles": ({"_yith_bundle_cart_key": "k"}, {"_bundled_by": "k"}),
    "Mix and Match": ({"_mnm_cart_key": "k"}, {"_mnm_container": "k"}),
}


def build_bundle(container: dict[str, str], part: dict[str, str]) -> list[dict[str, Any]]:
    return [
        line(1, product_id=20, quantity=1, total="10", meta_data=build_metas(**container)),
        line(
            2,
            product_id=21,
            sku="POT",
            name="Pot",
            subtotal="0",
            total="0",
            quantity=1,
            meta_data=build_metas(**part),
        ),
        line(
            3,
            product_id=22,
            sku="",
            name="Cup",
            subtotal="0",
            total="0",
            quantity=2,
            meta_data=build_metas(**part),
        ),
    ]


@pytest.mark.parametrize("plugin", BUNDLES)
def test_the_container_of_each_plugin_is_packed_once_and_says_what_it_contains(
    plugin: str,
) -> None:
    found = good(order(line_items=build_bundle(*BUNDLES[plugin])))
    (item,) = found.items
    assert (item.id, item.unit_price) == ("1", Decimal(10))
    assert [(option.name, option.value) for option in item.options] == [
        ("Contains", "1 x Pot (POT)"),
        ("Contains", "2 x Cup"),
    ]


def test_a_bundle_whose_plugin_ships_the_parts_apart_is_packed_as_parts() -> None:
    container = {"_yith_bundle_cart_key": "k", "_non_bundled_shipping": "yes"}
    found = good(order(line_items=build_bundle(container, {"_bundled_by": "k"})))
    assert [item.id for item in found.items] == ["2", "3"]
    assert sum(item.unit_price * item.quantity for item in found.items) == 10


def test_parts_of_the_same_bundle_bought_twice_belong_to_their_own_container() -> None:
    first = build_bundle(*BUNDLES["WPC Product Bundles"])
    second = [{**each, "id": each["id"] + 10} for each in first]
    second[1] |= {"name": "Kettle", "sku": ""}
    found = good(order(total="20.00", line_items=[*first, *second]))
    assert [[option.value for option in item.options] for item in found.items] == [
        ["1 x Pot (POT)", "2 x Cup"],
        ["1 x Kettle", "2 x Cup"],
    ]


def test_a_gift_card_that_lowers_the_total_is_one_negative_line() -> None:
    found = good(order(total="4.00"))
    assert facts(found, "unit_price", "adjustment")[1:] == [(-6, True)]
    assert found.items[1].name == "Gift card or store credit"


def test_an_order_that_is_paid_needs_no_date_of_creation() -> None:
    found = good(order(date_created_gmt=None, date_paid_gmt="2026-03-02T12:01:00"))
    assert found.placed_at.isoformat() == "2026-03-02T12:01:00+00:00"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["Nuts", "Cream"], "Nuts, Cream"),
        ({"Text": "Ada", "Font": ["serif", ""]}, "Text: Ada; Font: serif"),
        (
            '<a href="https://shop.example/u/ada.png">ada.png</a>',
            "ada.png https://shop.example/u/ada.png",
        ),
        ("https://shop.example/u/ada.png", "https://shop.example/u/ada.png"),
        ([[], {}, None, ""], ""),
    ],
)
def test_choices_that_are_lists_objects_or_links_are_kept(value: Any, text: str) -> None:
    found = read_options([Meta(key="Logo", value=value)])
    assert [option.value for option in found] == ([text] if text else [])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=40),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner),
        max_leaves=30,
    )
)
def test_a_choice_of_any_shape_is_text_or_left_out(value: Any) -> None:
    for option in read_options([Meta(key="Any", value=value)]):
        assert option.value
