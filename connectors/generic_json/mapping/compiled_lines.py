"""The lines of a store's orders, read by functions that are put together once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from connectors.fieldmap.readers import (
    Reader,
    build_condition,
    build_list_reader,
    build_reader,
    build_text_reader,
    build_text_readers,
    find_only_source,
)
from connectors.fieldmap.rules import FieldRule
from connectors.fieldmap.scope import Scope
from connectors.generic_json.mapping.lines import (
    LineReader,
    find_way,
    make_adjustment,
    read_left,
    read_weight,
    settle_amount,
)
from connectors.generic_json.mapping.needed import read_needed_text
from connectors.generic_json.mapping.rules import (
    AdjustmentRules,
    ItemRules,
    MoneyRules,
    OptionRules,
)
from connectors.language.functions.table import is_empty
from connectors.orders import ZERO, Fulfillment, ItemOption, LineItem
from connectors.reading import amounts, fields

MoneyReader = Callable[[Any, Any, str], Decimal]
"""Is given a value, what `root()` gives, and the order's currency."""
LinesReader = Callable[[Any, str, Fulfillment], list[tuple[Any, LineItem]]]
"""Is given an order, its currency and who brings it; gives each line as it came, and as it is
understood.
"""


def build_money_reader(rule: FieldRule, style: MoneyRules) -> MoneyReader:
    """What `LineReader.read_money` reads."""
    find = find_only_source(rule)
    is_plain = style.unit == "major" and not style.round

    def read_long(value: Any, root: Any, currency: str) -> Decimal:
        scope = Scope(value, root)
        return LineReader(scope, currency, style).read_money(scope, "", rule)

    if find is None:
        return read_long

    def read(value: Any, root: Any, currency: str) -> Decimal:
        found = find(value, root)
        amount = fields.read_plain_number(found)
        if amount is None:
            if is_empty(found):
                return ZERO
            amount = amounts.read_money(found, "")
        return amount if is_plain else settle_amount(amount, currency, style)

    return read


def build_id_reader(rule: FieldRule) -> Reader[str]:
    """What `read_needed_text` reads."""
    find = find_only_source(rule)

    def read_long(value: Any, root: Any) -> str:
        return read_needed_text(Scope(value, root), "", rule)

    if find is None:
        return read_long

    def read(value: Any, root: Any) -> str:
        found = find(value, root)
        if type(found) is int:
            return str(found)
        text = found.strip() if type(found) is str else ""
        return text or read_long(value, root)

    return read


def compile_lines(rules: ItemRules, money: MoneyRules) -> LinesReader:
    """What `LineReader.read_lines` reads. What raises there raises here."""
    list_lines = build_list_reader(rules.at)
    is_line = None if rules.only is None else build_condition(rules.only)
    read_item = _compile_line(rules, money)

    def read(order: Any, currency: str, way: Fulfillment) -> list[tuple[Any, LineItem]]:
        return [
            (line, read_item(line, order, currency, way))
            for line in list_lines(order, order)
            if is_line is None or is_line(line, order)
        ]

    return read


def _compile_line(
    rules: ItemRules, money: MoneyRules
) -> Callable[[Any, Any, str, Fulfillment], LineItem]:
    read_id, read_name = build_id_reader(rules.id), build_text_reader(rules.name)
    read_price = build_money_reader(rules.unit_price, money)
    read_way = _build_way_reader(rules)
    readers = build_text_readers(rules, "sku", "image_url", "location", "upc", "destination")
    readers.append(("quantity", build_reader(rules.quantity, read_left, 0)))
    if rules.weight is not None:
        readers.append(("weight", lambda line, root: read_weight(Scope(line, root), rules.weight)))
    if rules.options is not None:
        readers.append(("options", _build_options_reader(rules.options)))

    def read(line: Any, root: Any, currency: str, way: Fulfillment) -> LineItem:
        found = {name: read(line, root) for name, read in readers}
        if read_way is not None:
            found["fulfillment"] = read_way(line, root, way)
        elif way is not Fulfillment.PARCEL:
            found["fulfillment"] = way
        if rules.customs is not None:
            scope = Scope(line, root)
            reader = LineReader(scope, currency, money)
            found["customs"] = reader.read_customs(scope, rules.customs)
        return LineItem(
            id=read_id(line, root),
            name=read_name(line, root) or found.get("sku", ""),
            unit_price=read_price(line, root, currency),
            **found,
        )

    return read


def _build_way_reader(
    rules: ItemRules,
) -> Callable[[Any, Any, Fulfillment], Fulfillment] | None:
    if rules.shippable is None and rules.fulfillment is None:
        return None
    is_packed = None if rules.shippable is None else build_condition(rules.shippable)

    def read(line: Any, root: Any, way: Fulfillment) -> Fulfillment:
        if is_packed is not None and not is_packed(line, root):
            return Fulfillment.DIGITAL
        return find_way(Scope(line, root), rules.fulfillment, way)

    return read


def _build_options_reader(rules: OptionRules) -> Reader[tuple[ItemOption, ...]]:
    list_options = build_list_reader(rules.at)
    read_name, read_value = build_text_reader(rules.name), build_text_reader(rules.value)

    def read(line: Any, root: Any) -> tuple[ItemOption, ...]:
        return tuple(
            [
                ItemOption(name=read_name(option, root), value=value)
                for option in list_options(line, root)
                if (value := read_value(option, root))
            ]
        )

    return read


def compile_adjustments(
    rules: Sequence[AdjustmentRules], money: MoneyRules
) -> Callable[[Any, str], Iterator[LineItem]]:
    """What `LineReader.read_adjustments` reads."""
    each_has = [
        (
            None if each.at is None else build_list_reader(each.at),
            None if each.only is None else build_condition(each.only),
            build_text_reader(each.name),
            build_money_reader(each.amount, money),
            each.negate,
        )
        for each in rules
    ]

    def read(order: Any, currency: str) -> Iterator[LineItem]:
        for number, (list_parts, is_one, read_name, read_amount, negate) in enumerate(each_has):
            for at, part in enumerate((order,) if list_parts is None else list_parts(order, order)):
                if is_one is not None and not is_one(part, order):
                    continue
                amount = read_amount(part, order, currency)
                if amount:
                    yield make_adjustment(
                        number, at, read_name(part, order), -amount if negate else amount
                    )

    return read
