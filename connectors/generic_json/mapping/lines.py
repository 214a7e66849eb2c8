"""The lines of a shop's order, by the expressions given in settings: goods, discounts and fees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connectors.generic_json.mapping.needed import read_needed_text
from connectors.generic_json.mapping.scope import Scope
from connectors.generic_json.settings.mapping import (
    AdjustmentsMap,
    FieldSource,
    ItemsMap,
    MoneySettings,
    OptionsMap,
    WeightSource,
)
from connectors.language.functions.number import rounded
from connectors.language.functions.table import as_text
from connectors.orders import ZERO, ItemOption, LineItem, Weight
from connectors.reading import amounts, fields, measures


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the shop's order: as it came, and as we understand it."""

    raw: Any
    item: LineItem


def read_lines(raw: Any, chosen: ItemsMap, currency: str, money: MoneySettings) -> list[Line]:
    """The lines of an order, for a shipment: also those of which nothing is left.

    Raises `UnreadableFieldError`.
    """
    reader = LineReader(Scope(raw, raw), currency, money)
    return [Line(raw=scope.value, item=item) for scope, item in reader.lines(chosen)]


class LineReader:
    """What needs to know the order's currency: money, and all lines."""

    def __init__(self, scope: Scope, currency: str, money: MoneySettings) -> None:
        self.scope = scope
        self.currency = currency
        self.style = money

    def money(self, scope: Scope, field: str, source: FieldSource | None) -> Decimal:
        """An amount; nothing found is zero, unless the field is one that an order cannot do
        without.
        """
        return scope.read(field, source, self._amount, ZERO)

    def _amount(self, value: Any, field: str) -> Decimal:
        places = amounts.count_minor_digits(self.currency)
        amount = amounts.read_money(value, field)
        if self.style.unit != "major":
            amount = amount.scaleb(-places if self.style.unit == "minor" else -2)
        return rounded(amount, places) if self.style.round else amount

    def lines(self, chosen: ItemsMap) -> Iterator[tuple[Scope, LineItem]]:
        """Every line that counts, with the scope it was read from."""
        for line in self.scope.parts("items", chosen.at, "items"):
            if line.holds("only", chosen.only, otherwise=True):
                yield line, self._line(line, chosen)

    def _line(self, line: Scope, chosen: ItemsMap) -> LineItem:
        return LineItem(
            id=read_needed_text(line, "id", chosen.id),
            sku=line.text("sku", chosen.sku),
            name=line.text("name", chosen.name) or line.text("sku", chosen.sku),
            image_url=line.text("image_url", chosen.image_url),
            quantity=line.read("quantity", chosen.quantity, fields.read_quantity, 0),
            unit_price=self.money(line, "unit_price", chosen.unit_price),
            weight=_weight(line, chosen.weight),
            location=line.text("location", chosen.location),
            upc=line.text("upc", chosen.upc),
            options=tuple(_options(line, chosen.options)),
            shippable=line.holds("shippable", chosen.shippable, otherwise=True),
        )

    def adjustments(self, chosen: Sequence[AdjustmentsMap]) -> Iterator[LineItem]:
        """Discounts and fees that come to something."""
        for number, each in enumerate(chosen):
            name = f"adjustments[{number}]"
            scopes = (
                [self.scope.inner(name, None)]
                if each.at is None
                else self.scope.parts(name, each.at, name)
            )
            for at, scope in enumerate(scopes):
                amount = (
                    self.money(scope, "amount", each.amount)
                    if scope.holds("only", each.only, otherwise=True)
                    else ZERO
                )
                if amount:
                    label = scope.text("name", each.name) or "Discount"
                    price = -amount if each.negate else amount
                    yield LineItem(
                        id=f"adjustment-{number}-{at}",
                        name=label,
                        quantity=1,
                        unit_price=price,
                        adjustment=True,
                        shippable=False,
                    )


def _weight(scope: Scope, source: WeightSource | None) -> Weight | None:
    if source is None:
        return None
    unit = scope.find("weight", source.unit_from) if source.unit_from is not None else None
    return scope.read(
        "weight",
        source,
        lambda value, field: measures.read_weight(value, as_text(unit) or source.unit, field),
        None,
    )


def _options(line: Scope, chosen: OptionsMap | None) -> Iterator[ItemOption]:
    for option in line.parts("options", chosen.at, "options") if chosen is not None else ():
        value = option.text("value", chosen.value) if chosen is not None else ""
        if value and chosen is not None:
            yield ItemOption(name=option.text("name", chosen.name), value=value)
