"""What a store's settings fill in goes over what the connector read, and one bad field costs that
field alone.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.settings import AddressSettings, FillSettings, build_fill_rules
from connectors.language.expressions import read_expression
from connectors.orders import Fulfillment, ItemOption, LengthUnit, Order, OrderStatus, RejectedOrder
from connectors.places import Source
from tests.builders import build_address, build_customer, build_item, build_order

RAW: dict[str, Any] = {
    "id": 7,
    "vat": "DE123",
    "note": "<b>Ring twice</b>",
    "house_number": "12b",
    "warehouse": "east",
    "wants_wrap": True,
    "labels": ["wholesale", "fragile"],
    "box": {"l": "10", "w": Decimal("2.5"), "h": 3},
    "broken": {"not": "a text"},
    "lines": [{"id": 1, "bin": "A-3", "ean": "4006381333931", "engraving": "For Ada"}],
}


class Store:
    """A store with these settings, and what it complained of."""

    def __init__(
        self,
        fields: dict[str, Any] | None = None,
        address: dict[str, Any] | None = None,
        only: str = "",
        exclude: str = "",
    ) -> None:
        rules = build_fill_rules(
            FillSettings.model_validate(fields or {}),
            AddressSettings.model_validate(address or {}),
            read_expression(only) if only else None,
            read_expression(exclude) if exclude else None,
        )
        assert rules is not None
        self.complaints: list[tuple[str, str]] = []
        self.origins: dict[str, list[Source]] = {}
        self.filler = Filler(
            rules,
            lambda field, number: self.complaints.append((field, number)),
            lambda order_id, sources: self.origins.update({order_id: list(sources)}),
        )

    def find_outcome(self, order: Order | None = None, **raw: Any) -> Order | RejectedOrder:
        order = order or build_order(id="7", number="1007", items=(build_item(id="1"),))
        whole = RAW | raw
        lines = {str(line["id"]): line for line in whole["lines"]}
        return self.filler.fill(order, whole, lines)

    def fill(self, order: Order | None = None, **raw: Any) -> Order:
        found = self.find_outcome(order, **raw)
        assert isinstance(found, Order), found
        return found


def test_a_store_that_fills_in_nothing_needs_no_filler() -> None:
    assert build_fill_rules(FillSettings(), AddressSettings(), None, None) is None


@pytest.mark.parametrize(
    ("field", "source", "name", "value"),
    [
        ("requested_warehouse", "warehouse", "requested_warehouse", "east"),
        ("source", {"value": "Etsy"}, "source", "Etsy"),
        ("shipping_method", ["missing", "warehouse"], "shipping_method", "east"),
        ("customer_notes", "note", "customer_notes", "Ring twice"),
        ("internal_notes", "vat", "internal_notes", "DE123"),
        ("gift", "wants_wrap", "gift", True),
        ("gift_message", "note", "gift_message", "Ring twice"),
        ("tags", "labels", "tags", ("wholesale", "fragile")),
    ],
)
def test_each_field_can_be_filled_in(field: str, source: Any, name: str, value: Any) -> None:
    assert getattr(Store({field: source}).fill(), name) == value


def test_a_custom_field_is_filled_in_at_its_own_place() -> None:
    order = build_order(id="7", custom_fields=("coupon",))
    assert Store({"custom_field_3": "vat"}).fill(order).custom_fields == ("coupon", "", "DE123")
    assert Store({"custom_field_1": "vat"}).fill(order).custom_fields == ("DE123",)


def test_the_size_of_the_parcel_is_filled_in() -> None:
    size = {"length": "box.l", "width": "box.w", "height": "box.h", "unit": "in"}
    found = Store({"dimensions": size}).fill().dimensions
    assert found is not None
    assert (found.length, found.width, found.height, found.unit) == (
        Decimal(10),
        Decimal("2.5"),
        Decimal(3),
        LengthUnit.INCH,
    )


def test_a_line_that_another_service_ships_is_known_by_the_stores_own_condition() -> None:
    items = (build_item(id="1"), build_item(id="2"), build_item(id="x", adjustment=True))
    lines = [{"id": 1, "sku": "PRINT-1"}, {"id": 2, "sku": "MUG"}]
    fields = {"items": {"other_service": "starts_with(sku, 'PRINT-')", "location": "sku"}}
    found = Store(fields).fill(build_order(id="7", items=items), lines=lines).items
    assert [item.fulfillment for item in found] == [
        Fulfillment.OTHER_SERVICE,
        Fulfillment.PARCEL,
        Fulfillment.PARCEL,
    ]
    assert [item.location for item in found[:2]] == ["PRINT-1", "MUG"]


def test_an_order_is_held_where_nobody_can_tell_who_ships_a_line() -> None:
    store = Store({"items": {"other_service": "starts_with(sku, 'PRINT-')"}})
    items = (build_item(id="1"),)
    held = store.find_outcome(build_order(items=items), lines=[{"id": 1, "sku": 7}])
    assert isinstance(held, RejectedOrder)
    assert held.reason.startswith("items[0].other_service: ")
    gone = build_order(items=items, status=OrderStatus.CANCELLED)
    assert isinstance(store.find_outcome(gone, lines=[{"id": 1, "sku": 7}]), Order)


def test_a_line_is_filled_in_from_its_own_json() -> None:
    fields = {
        "location": "bin",
        "upc": "ean",
        "options": {"Engraving": "engraving", "VAT": "root().vat"},
    }
    order = build_order(
        items=(
            build_item(id="1", options=(ItemOption(name="Size", value="L"),)),
            build_item(id="discount", location="kept", adjustment=True),
        )
    )
    line, discount = Store({"items": fields}).fill(order).items
    assert (line.location, line.upc) == ("A-3", "4006381333931")
    assert line.options == (
        ItemOption(name="Size", value="L"),
        ItemOption(name="Engraving", value="For Ada"),
        ItemOption(name="VAT", value="DE123"),
    )
    assert discount.location == "kept"


def test_a_part_of_an_address_is_filled_in_and_the_rest_stays() -> None:
    there = build_address(line1="Main Street", city="Berlin")
    order = build_order(customer=build_customer(ship_to=there, bill_to=there))
    found = Store(address={"ship_to": {"line1": "words('Main Street', house_number)"}}).fill(order)
    assert found.customer.ship_to == msgspec.structs.replace(there, line1="Main Street 12b")
    assert found.customer.bill_to == there


def test_an_expression_that_finds_nothing_leaves_the_field() -> None:
    order = build_order(source="Web", custom_fields=("coupon",))
    store = Store({"source": "missing", "custom_field_1": "missing", "gift_message": "missing"})
    assert store.fill(order) == order
    assert store.complaints == []


def test_a_field_that_cannot_be_read_stays_as_it_was_and_is_complained_of() -> None:
    order = build_order(number="1007", source="Web")
    store = Store({"source": "broken", "custom_field_2": "vat"})
    found = store.fill(order)
    assert (found.source, found.custom_fields[1]) == ("Web", "DE123")
    assert store.complaints == [("source", "1007")]


def test_a_region_that_is_filled_in_is_written_as_carriers_of_the_orders_country_take_it() -> None:
    there = build_address(region="", country="US")
    order = build_order(customer=build_customer(ship_to=there, bill_to=there))
    filled = Store(address={"ship_to": {"region": "state"}}).fill(order, state="Ohio")
    assert filled.customer.ship_to.region == "OH"


def test_an_address_that_cannot_be_read_holds_the_order() -> None:
    found = Store(address={"ship_to": {"line2": "broken"}}).find_outcome()
    assert isinstance(found, RejectedOrder)
    assert "ship_to.line2: expected text" in found.reason


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"address": {"ship_to": {"line2": "broken"}}}, "ship_to.line2: expected text"),
        ({"only": "lower(broken)"}, "filters.only: "),
        ({"exclude": "lower(broken)"}, "filters.exclude: "),
    ],
)
def test_a_cancellation_is_kept_though_what_the_settings_say_cannot_be_worked_out(
    settings: dict[str, Any], reason: str
) -> None:
    order = build_order(id="7", status=OrderStatus.CANCELLED, items=(build_item(id="1"),))
    assert isinstance(Store(**settings).find_outcome(), RejectedOrder)
    found = Store({"source": "vat"}, **settings).fill(order)
    assert found.excluded.startswith(reason)
    assert (found.customer, found.source) == (order.customer, "DE123")


@pytest.mark.parametrize(
    ("conditions", "reason"),
    [
        ({"only": "wants_wrap"}, ""),
        ({"only": "vat == 'AT1'"}, "filters.only: `vat == 'AT1'` is not true of it"),
        ({"exclude": "wants_wrap"}, "filters.exclude: `wants_wrap` is true of it"),
        ({"exclude": "missing"}, ""),
    ],
)
def test_a_condition_says_why_an_order_is_left_out(conditions: dict[str, Any], reason: str) -> None:
    assert Store(**conditions).fill().excluded == reason


def test_the_origin_of_what_was_filled_in_can_be_watched() -> None:
    store = Store({"custom_field_2": "vat", "items": {"location": "bin"}})
    store.fill()
    assert [(each.field, each.path, each.value) for each in store.origins["7"]] == [
        ("custom_field_2", "vat", "DE123"),
        ("items[0].location", "line 1.bin", "A-3"),
    ]


def test_a_shop_can_be_asked_for_what_the_settings_look_at() -> None:
    fields = {
        "custom_field_1": "meta_data[?key=='vat'].value | [0]",
        "source": {"from": ["channel", "root().origin"]},
        "gift": "wrap && paper",
        "items": {
            "location": "meta_data[?key=='bin'].value | [0]",
            "options": {"Floor": "root().floor"},
        },
    }
    address = {"ship_to": {"at": "shipping", "line2": "extra"}}
    filler = Store(fields, address, only="state == 'ready'").filler
    names = "meta_data channel origin wrap paper floor shipping state"
    assert filler.list_names() == frozenset(names.split())


@pytest.mark.parametrize(
    ("fields", "path", "keys"),
    [
        ({"source": "meta[?key=='vat'].value | [0]"}, ["meta"], {"vat"}),
        ({"items": {"location": "root().meta[?key=='bin'].value | [0]"}}, ["meta"], {"bin"}),
        ({"items": {"location": "meta[?key=='bin'].value | [0]"}}, ["meta"], set()),
        ({"source": "meta[?display=='vat'].value | [0]"}, ["meta"], None),
        ({"source": "meta[0].value"}, ["meta"], None),
        ({"source": "meta[?key=='vat']", "tags": "keys(@)"}, ["meta"], None),
        ({"items": {"upc": "product.meta[?key=='ean'] | [0]"}}, ["product", "meta"], {"ean"}),
        ({"items": {"upc": "product.name"}}, ["product", "meta"], set()),
        ({"items": {"upc": "keys(product)"}}, ["product", "meta"], None),
        ({"source": "vat"}, ["meta"], set()),
    ],
)
def test_which_elements_of_a_list_the_expressions_look_at_is_known(
    fields: Any, path: list[str], keys: set[str] | None
) -> None:
    assert Store(fields).filler.list_keys(*path) == keys


def test_a_store_that_looks_at_everything_asks_for_everything() -> None:
    filler = Store(only="length(keys(@)) > `3`").filler
    assert filler.list_names() is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(value=JSON)
def test_no_value_of_a_shop_stops_the_filling(value: Any) -> None:
    size = {"length": "x", "width": "x", "height": "x"}
    names = ("source", "gift", "gift_message", "tags", "custom_field_1", "shipping_method")
    fields: dict[str, Any] = {"dimensions": size, "items": {"upc": "x"}}
    fields.update(dict.fromkeys(names, "x"))
    found = Store(fields).fill(x=value, lines=[{"id": 1, "x": value}])
    assert found.id == "7"
