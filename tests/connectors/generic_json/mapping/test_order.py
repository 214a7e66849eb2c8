"""The shop's JSON becomes an order as the settings say, or is set aside with the field, the path
and the line.
"""

from decimal import Decimal
from typing import Any

import pytest

from connectors.generic_json.mapping.order import read_order
from connectors.generic_json.mapping.rules import OrderRules
from connectors.generic_json.recipes.reader import merge_keys
from connectors.generic_json.settings.mapping import OrderMap
from connectors.orders import Order, OrderStatus, RejectedOrder, WeightUnit
from connectors.places import Source, with_places
from connectors.testing.shops.json_shop import Style
from tests.connectors.generic_json.shops import order
from tests.connectors.generic_json.styles import style_block

MAP = style_block(Style.PAGE)["map"]


def chosen(**changes: Any) -> OrderRules:
    return OrderMap.model_validate(merge_keys(MAP, changes)).rules


def read(raw: Any, **changes: Any) -> Order:
    found = read_order(raw, chosen(**changes))
    assert isinstance(found, Order), found
    return found


def reason(raw: Any, **changes: Any) -> str:
    found = read_order(raw, chosen(**changes))
    assert isinstance(found, RejectedOrder), found
    return found.reason


def test_the_first_source_that_finds_something_is_taken() -> None:
    raw = order(code="", nick="  ", reference="R7")
    assert read(raw, number=["code", "nick", "reference"]).number == "R7"


def test_a_constant_a_table_and_a_default() -> None:
    assert read(order(), source={"value": "attic"}).source == "attic"
    table = {"from": "shipping_code", "table": {"EXP": "Express"}, "default": "Standard"}
    assert read(order(shipping_code="exp"), shipping_method=table).shipping_method == "Express"
    assert read(order(shipping_code="???"), shipping_method=table).shipping_method == "Standard"
    assert read(order(), shipping_method=table).shipping_method == "Standard"


@pytest.mark.parametrize(
    ("raw", "status", "known"),
    [
        ({"state": "ready"}, OrderStatus.PAID, True),
        ({"state": "SENT"}, OrderStatus.SHIPPED, True),
        ({"state": "weird"}, OrderStatus.ON_HOLD, False),
        ({"state": None}, OrderStatus.ON_HOLD, False),
        ({"state": "ready", "void": True}, OrderStatus.CANCELLED, True),
    ],
)
def test_a_status_comes_from_rules_then_words(
    raw: dict[str, Any],
    status: OrderStatus,
    known: bool,  # noqa: FBT001 -- a table's column
) -> None:
    found = read(order(**raw), status={"rules": [{"when": "void", "is": "cancelled"}]})
    assert (found.status, found.status_known, found.shop_status) == (
        status,
        known,
        raw["state"] or "",
    )


def test_a_default_status_makes_every_word_known() -> None:
    found = read(order(state="weird"), status={"default": "paid"})
    assert (found.status, found.status_known) == (OrderStatus.PAID, True)


@pytest.mark.parametrize(
    ("style", "currency", "total", "result"),
    [
        ("major", "usd", "12.345", "12.35"),
        ("major", "jpy", Decimal("23062.93"), "23063"),
        ("minor", "usd", 1250, "12.50"),
        ("minor", "jpy", 1250, "1250"),
        ("minor", "kwd", "1250", "1.250"),
        ("cents", "jpy", 1250, "13"),
        ({"unit": "major", "round": False}, "usd", Decimal("12.345"), "12.345"),
    ],
)
def test_money_in_every_dress(style: Any, currency: str, total: Any, result: str) -> None:
    assert (
        str(read(order(currency=currency, amounts={"total": total}), money=style).total) == result
    )


def test_money_in_an_object_of_its_own() -> None:
    raw = order(amounts={"total": {"value": "5.00", "currency": "EUR"}})
    found = read(raw, total="amounts.total.value", currency="amounts.total.currency")
    assert (found.total, found.currency) == (Decimal("5.00"), "EUR")


def test_lines_are_filtered_and_those_of_which_nothing_is_left_go() -> None:
    lines = [
        {"id": 1, "title": "A", "pieces": 2, "price": "1"},
        {"id": 2, "title": "B", "pieces": 0, "price": "1"},
        {"id": 3, "title": "C", "pieces": 1, "price": "1", "child": True},
    ]
    assert [item.id for item in read(order(lines=lines), items={"only": "!child"}).items] == ["1"]


def test_a_line_knows_its_order_and_has_weight_options_and_more() -> None:
    line = {
        "id": 9,
        "title": "&lt;Mug&gt;",
        "pieces": "3",
        "price": 999,
        "kilos": "0.25",
        "opts": [{"name": "Size", "value": "L"}, {"name": "Ink", "value": None}],
        "virtual": True,
    }
    changes = {
        "unit_price": "minor(price, root().currency)",
        "weight": {"from": "kilos", "unit": "kg"},
        "options": "opts",
        "shippable": "!virtual",
        "upc": {"value": "123"},
    }
    (item,) = read(order(lines=[line]), items=changes).items
    assert (item.name, item.quantity, item.unit_price, item.upc, item.shippable) == (
        "<Mug>",
        3,
        Decimal("9.99"),
        "123",
        False,
    )
    assert item.weight is not None
    assert (item.weight.value, item.weight.unit) == (Decimal(250), WeightUnit.GRAMS)
    assert [(option.name, option.value) for option in item.options] == [("Size", "L")]


def test_a_weight_with_a_unit_of_its_own() -> None:
    line = {"id": 9, "title": "Mug", "pieces": 1, "price": 1, "w": 2, "u": "lb"}
    (item,) = read(order(lines=[line]), items={"weight": {"from": "w", "unit_from": "u"}}).items
    assert item.weight is not None
    assert item.weight.unit is WeightUnit.POUNDS


def test_discounts_and_fees_become_lines_that_nobody_packs() -> None:
    raw = order(coupons=[{"code": "TEN", "off": "10.00"}, {"code": "NIL", "off": 0}], fee="2.50")
    adjustments = [
        {"at": "coupons", "name": "code", "amount": "off", "negate": True},
        {"name": {"value": "Gift wrap"}, "amount": "fee"},
    ]
    found = [item for item in read(raw, adjustments=adjustments).items if item.adjustment]
    assert [(item.name, item.unit_price, item.quantity, item.shippable) for item in found] == [
        ("TEN", Decimal("-10.00"), 1, False),
        ("Gift wrap", Decimal("2.50"), 1, False),
    ]


def test_an_empty_billing_address_is_the_shipping_address() -> None:
    bill_to = {"at": "billing", "name": "name", "line1": "street"}
    assert read(order(billing=None), bill_to=bill_to).customer.bill_to.line1 == "1 Road"
    other = read(
        order(billing={"name": "Bo", "street": "9 Lane"}), bill_to=bill_to
    ).customer.bill_to
    assert (other.name, other.line1, other.email) == ("Bo", "9 Lane", "ada@example.com")


def test_what_is_no_order_is_left_out() -> None:
    assert read_order(order(state="basket"), chosen(only="state != 'basket'")) is None


def test_tags_come_as_a_list_or_a_text() -> None:
    assert read(order(tags=["a", " b ", ""]), tags="tags").tags == ("a", "b")
    assert read(order(tags="a, b"), tags="tags").tags == ("a", "b")


def test_notes_keep_their_lines_and_gifts_their_message() -> None:
    raw = order(note="first<br>second", gift={"text": "Joy"})
    found = read(
        raw,
        customer_notes="note",
        gift="gift",
        gift_message="gift.text",
        custom_fields=["reference", {"value": "x"}],
    )
    assert found.customer_notes == "first\nsecond"
    assert (found.gift, found.gift_message, found.custom_fields) == (True, "Joy", ("R1", "x"))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"amounts": {"total": "abc"}}, "total: expected money, found 'abc' (from amounts.total)"),
        (
            {"changed": "soon"},
            "modified_at: expected a time (iso), found the text 'soon' (from changed)",
        ),
        ({"changed": None}, "modified_at: expected a time, found nothing (from changed)"),
        ({"reference": ["x"]}, "number: expected an id, found a list (from reference)"),
        ({"reference": ""}, "number: expected text, found nothing (from reference)"),
        ({"lines": {"a": 1}}, "items: expected a list, found something else (from lines)"),
        (
            {"lines": [order()["lines"][0], {"id": 2, "title": "B", "pieces": "x"}]},
            "items[1].quantity: expected a quantity, found 'x' (from lines[1].pieces)",
        ),
        (
            {"lines": [{"title": "B"}]},
            "items[0].id: expected text, found nothing (from lines[0].id)",
        ),
        ({"buyer": {"address": {"name": {}}}}, None),
        (
            {"buyer": {"address": {"name": {"first": "x"}}}},
            "ship_to.name: expected text, found an object (from buyer.address.name)",
        ),
    ],
)
def test_a_fault_names_the_field_and_the_path(raw: dict[str, Any], says: str | None) -> None:
    if says is None:
        assert read(order(**raw)).customer.ship_to.name == ""
    else:
        assert reason(order(**raw)) == says


def test_a_fault_names_the_line_of_the_settings_where_it_is_known() -> None:
    block = with_places(MAP, lambda path: f"settings.yaml:{10 + len(path)}")
    found = read_order(order(amounts={"total": "abc"}), OrderMap.model_validate(block).rules)
    assert isinstance(found, RejectedOrder)
    assert (
        found.reason == "total: expected money, found 'abc' (from amounts.total, settings.yaml:11)"
    )
    assert (found.id, found.number, found.modified_at is not None) == ("1", "R1", True)


def test_a_word_that_is_a_list_or_an_object_sets_the_order_aside() -> None:
    table = {"from": "lines", "table": {"EXP": "Express"}}
    assert reason(order(), number=table) == "number: expected text, found a list (from lines)"


def test_a_side_field_that_cannot_be_read_is_left_out_and_complained_of() -> None:
    complaints: list[str] = []
    odd = order(created="-0001-11-30T00:00:00", note={}, label=["x"], words={"a": 1})
    odd["lines"][0] |= {"grams": "a lot", "left": -3}
    rules = chosen(
        customer_notes="note",
        internal_notes="label",
        tags="words",
        bill_to={"name": "words"},
        items={"weight": "grams"},
    )
    found = read_order(odd, rules, complain=complaints.append)
    assert isinstance(found, Order)
    assert found.placed_at == found.modified_at
    assert (found.customer_notes, found.internal_notes, found.tags) == ("", "", ())
    assert found.customer.bill_to.line1 == "1 Road"
    assert found.items[0].weight is None
    assert [complaint.partition(":")[0] for complaint in complaints] == [
        "items[0].weight",
        "placed_at",
        "bill_to.name",
        "internal_notes",
        "tags",
    ]


def test_an_expression_that_does_not_suit_sets_the_order_aside() -> None:
    assert (
        reason(order(), total="sum(lines[].price)")
        == "total: sum(): expected a list of numbers, found a list (from sum(lines[].price))"
    )


def test_the_origin_of_every_field_can_be_told() -> None:
    trace: list[Source] = []
    read_order(order(), chosen(source={"value": "attic"}), trace)
    told = {source.field: source.path for source in trace}
    assert told["total"] == "amounts.total"
    assert told["items[0].unit_price"] == "lines[0].price"
    assert told["ship_to.email"] == "buyer.mail"
    assert told["source"] == "a constant"


def test_what_a_store_fills_in_is_given_the_order_and_its_lines_as_the_shop_sends_them() -> None:
    given: list[tuple[Any, Any]] = []

    def fill(found: Order, raw: Any, lines: Any) -> Order:
        given.append((raw, lines))
        return found

    raw = order()
    found = read_order(raw, chosen(), fill=fill)
    assert isinstance(found, Order)
    assert given == [
        (raw, {item.id: line for item, line in zip(found.items, raw["lines"], strict=False)})
    ]
