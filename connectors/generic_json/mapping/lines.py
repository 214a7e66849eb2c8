"""The lines of a shop's order, by the expressions given in settings: goods, discounts and fees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connectors.fieldmap.rules import FieldRule
from connectors.fieldmap.scope import Scope
from connectors.generic_json.mapping.needed import read_needed_text
from connectors.generic_json.mapping.rules import (
    AdjustmentRules,
    CustomsRules,
    FulfillmentRule,
    ItemRules,
    MoneyRules,
    OptionRules,
    ShareRules,
    WeightRule,
)
from connectors.generic_json.mapping.side_fields import SideFields
from connectors.language.functions.number import round_half_up
from connectors.language.functions.table import as_text
from connectors.orders import (
    ZERO,
    Customs,
    Fulfillment,
    ItemOption,
    LineItem,
    Share,
    Weight,
    split_item,
)
from connectors.reading import amounts, fields, measures

# More pieces than any line has.
_MANY = 1_000_000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the shop's order: as it came, and as we understand it."""

    raw: Any
    item: LineItem


def read_lines(raw: Any, rules: ItemRules, currency: str, money: MoneyRules) -> list[Line]:
    """The lines of an order, for a shipment: also those of which nothing is left.

    Raises `FieldError`.
    """
    reader = LineReader(Scope(raw, raw), currency, money)
    return [Line(raw=scope.value, item=item) for scope, item in reader.read_lines(rules)]


class LineReader:
    """What needs to know the order's currency: money, and all lines."""

    def __init__(
        self,
        scope: Scope,
        currency: str,
        money: MoneyRules,
        way: Fulfillment = Fulfillment.PARCEL,
        side: SideFields | None = None,
    ) -> None:
        self.side = side or SideFields()
        self.scope = scope
        self.way = way
        self.currency = currency
        self.style = money

    def read_money(self, scope: Scope, field: str, rule: FieldRule | None) -> Decimal:
        """An amount; nothing found is zero, unless the field is one that an order cannot do
        without.
        """
        return scope.read(field, rule, self._convert_amount, ZERO)

    def _convert_amount(self, value: Any, field: str) -> Decimal:
        return settle_amount(amounts.read_money(value, field), self.currency, self.style)

    def read_lines(self, rules: ItemRules) -> Iterator[tuple[Scope, LineItem]]:
        """Every line that counts, with the scope it was read from."""
        for line in self.scope.enter_list("items", rules.at, "items"):
            if line.is_true("only", rules.only, otherwise=True):
                yield line, self._read_line(line, rules)

    def _read_line(self, line: Scope, rules: ItemRules) -> LineItem:
        side = self.side
        return LineItem(
            id=read_needed_text(line, "id", rules.id),
            sku=line.read_text("sku", rules.sku),
            name=line.read_text("name", rules.name) or line.read_text("sku", rules.sku),
            image_url=side.read_text(line, "image_url", rules.image_url),
            quantity=line.read("quantity", rules.quantity, read_left, 0),
            unit_price=self.read_money(line, "unit_price", rules.unit_price),
            weight=side.read(lambda: read_weight(line, rules.weight), None),
            location=side.read_text(line, "location", rules.location),
            upc=side.read_text(line, "upc", rules.upc),
            options=side.read(lambda: tuple(_read_options(line, rules.options)), ()),
            fulfillment=self._find_line_way(line, rules),
            destination=line.read_text("destination", rules.destination),
            customs=side.read(lambda: self.read_customs(line, rules.customs), None),
        )

    def read_customs(self, line: Scope, rules: CustomsRules | None) -> Customs | None:
        """None where the shop says nothing that customs ask for."""
        if rules is None:
            return None
        found = Customs(
            hs_code=line.read_text("customs.hs_code", rules.hs_code),
            origin=line.read("customs.origin", rules.origin, fields.read_country, ""),
            description=line.read_text("customs.description", rules.description),
            value=self.read_money(line, "customs.value", rules.value) or None,
        )
        return found if found != Customs() else None

    def share_line(self, line: Scope, item: LineItem, rules: ShareRules | None) -> list[LineItem]:
        """The line, or one for each of the addresses that its pieces go to."""
        if rules is None:
            return [item]
        shares = [
            Share(
                each.read("quantity", rules.quantity, read_left, 0),
                each.read_text("key", rules.key),
            )
            for each in line.enter_list("shares", rules.at, "shares")
        ]
        return list(split_item(item, shares))

    def _find_line_way(self, line: Scope, rules: ItemRules) -> Fulfillment:
        if not line.is_true("shippable", rules.shippable, otherwise=True):
            return Fulfillment.DIGITAL
        return find_way(line, rules.fulfillment, self.way)

    def read_adjustments(self, rules: Sequence[AdjustmentRules]) -> Iterator[LineItem]:
        """Discounts and fees that come to something."""
        for number, each in enumerate(rules):
            name = f"adjustments[{number}]"
            scopes = (
                [self.scope.enter(name, None)]
                if each.at is None
                else self.scope.enter_list(name, each.at, name)
            )
            for at, scope in enumerate(scopes):
                amount = (
                    self.read_money(scope, "amount", each.amount)
                    if scope.is_true("only", each.only, otherwise=True)
                    else ZERO
                )
                if amount:
                    price = -amount if each.negate else amount
                    yield make_adjustment(number, at, scope.read_text("name", each.name), price)


def settle_amount(amount: Decimal, currency: str, style: MoneyRules) -> Decimal:
    """An amount in the currency's unit, rounded where that is wanted."""
    places = amounts.count_minor_digits(currency)
    if style.unit != "major":
        amount = amount.scaleb(-places if style.unit == "minor" else -2)
    return round_half_up(amount, places) if style.round else amount


def make_adjustment(number: int, at: int, name: str, price: Decimal) -> LineItem:
    """The line of a discount or a fee: the one at a place of the list that a rule found."""
    return LineItem(
        id=f"adjustment-{number}-{at}",
        name=name or "Discount",
        quantity=1,
        unit_price=price,
        adjustment=True,
    )


def find_way(scope: Scope, rule: FulfillmentRule | None, otherwise: Fulfillment) -> Fulfillment:
    """Who brings a line or an order, as the first true expression says."""
    if rule is None:
        return otherwise
    return next(
        (
            way
            for way, expression in rule.cases
            if scope.is_true(f"fulfillment.{way}", expression, otherwise=False)
        ),
        otherwise,
    )


def read_left(value: Any, field: str) -> int:
    """What is left of a line; a refund of more than the line holds leaves nothing."""
    if type(value) is int and 0 <= value < _MANY:
        return value
    left = fields.read_number(value, field, expected="a quantity")
    return fields.read_quantity(max(left, ZERO), field)


def read_weight(scope: Scope, rule: WeightRule | None) -> Weight | None:
    """The weight of one piece."""
    if rule is None:
        return None
    unit = scope.find("weight", rule.unit_from) if rule.unit_from is not None else None
    return scope.read(
        "weight",
        rule,
        lambda value, field: measures.read_weight(value, as_text(unit) or rule.unit, field),
        None,
    )


def _read_options(line: Scope, rules: OptionRules | None) -> Iterator[ItemOption]:
    if rules is None:
        return
    for option in line.enter_list("options", rules.at, "options"):
        if value := option.read_choice("value", rules.value):
            yield ItemOption(name=option.read_text("name", rules.name), value=value)
