"""A shop's JSON → `Order`, by the expressions given in settings. Pure; every fault names the field, the JSON path and the settings' line."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from connectors.generic_json.mapping.scope import Scope, UnreadableFieldError, looked_up
from connectors.generic_json.settings.mapping import (
    AddressMap,
    AdjustmentsMap,
    FieldSource,
    ItemsMap,
    MoneySettings,
    OptionsMap,
    OrderMap,
    StatusSource,
    TimeSource,
    WeightSource,
)
from connectors.language.functions import EvaluationError
from connectors.language.functions.number import rounded
from connectors.language.functions.table import as_text
from connectors.language.functions.times import read_time
from connectors.orders import ZERO, Address, Customer, ItemOption, LineItem, Order, OrderStatus, RejectedOrder, Weight
from connectors.places import Source
from connectors.reading import fields


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the shop's order: as it came, and as we understand it."""

    raw: Any
    item: LineItem


def read_order(raw: Any, chosen: OrderMap, trace: list[Source] | None = None) -> Order | RejectedOrder | None:
    """One order of the shop; None if `only` says it is none; rejected, with the reason, if a field cannot be read.

    `trace` is given the origin of every field.
    """
    scope = Scope(raw, raw, trace=trace)
    try:
        if not scope.holds("only", chosen.only, otherwise=True):
            return None
        return _order(scope, chosen)
    except UnreadableFieldError as fault:
        return rejected(raw, chosen, str(fault))


def rejected(raw: Any, chosen: OrderMap, reason: str) -> RejectedOrder:
    """An order set aside, with what could be read of it."""
    scope = Scope(raw, raw)
    return RejectedOrder(
        id=_attempt(scope, "id", chosen.id) or "(unknown)",
        number=_attempt(scope, "number", chosen.number),
        modified_at=_attempt_time(scope, chosen.modified_at),
        reason=reason,
    )


def read_lines(raw: Any, chosen: ItemsMap, currency: str, money: MoneySettings) -> list[Line]:
    """The lines of an order, for a shipment: also those of which nothing is left. Raises `UnreadableFieldError`."""
    reader = _Reader(Scope(raw, raw), currency, money)
    return [Line(raw=scope.value, item=item) for scope, item in reader.lines(chosen)]


def time_of(raw: Any, source: TimeSource) -> datetime | None:
    """One of an order's times, to see where a sorted list stands; None if it cannot be read."""
    return _attempt_time(Scope(raw, raw), source)


def identity_of(raw: Any, chosen: OrderMap) -> Hashable:
    """The order's id, or, where it has none that can be read, a text that stands for its content."""
    return _attempt(Scope(raw, raw), "id", chosen.id) or repr(raw)


def _order(scope: Scope, chosen: OrderMap) -> Order:
    currency = scope.text("currency", chosen.currency).upper()
    reader = _Reader(scope, currency, chosen.money)
    ship_to = _address(scope, "ship_to", chosen.ship_to)
    bill_to = _address(scope, "bill_to", chosen.bill_to) if chosen.bill_to else ship_to
    status, word, known = _status(scope, chosen.status)
    items = [item for _, item in reader.lines(chosen.items) if item.quantity > 0]
    return Order(
        id=_needed_text(scope, "id", chosen.id),
        number=_needed_text(scope, "number", chosen.number),
        placed_at=_needed_time(scope, "placed_at", chosen.placed_at),
        modified_at=_needed_time(scope, "modified_at", chosen.modified_at),
        status=status,
        shop_status=word,
        status_known=known,
        currency=currency,
        total=reader.money(scope, "total", chosen.total),
        tax=reader.money(scope, "tax", chosen.tax),
        shipping=reader.money(scope, "shipping", chosen.shipping),
        shipping_method=scope.text("shipping_method", chosen.shipping_method),
        payment_method=scope.text("payment_method", chosen.payment_method),
        customer=_customer(scope, chosen, bill_to, ship_to),
        items=(*items, *reader.adjustments(chosen.adjustments)),
        customer_notes=scope.text("customer_notes", chosen.customer_notes, keep_lines=True),
        internal_notes=scope.text("internal_notes", chosen.internal_notes, keep_lines=True),
        gift=scope.holds("gift", chosen.gift, otherwise=False),
        gift_message=scope.text("gift_message", chosen.gift_message, keep_lines=True),
        custom_fields=tuple(scope.text(f"custom_fields[{at}]", source) for at, source in enumerate(chosen.custom_fields)),
        requested_warehouse=scope.text("requested_warehouse", chosen.requested_warehouse),
        source=scope.text("source", chosen.source),
        tags=_tags(scope, chosen),
    )


class _Reader:
    """What needs to know the order's currency: money, and all lines."""

    def __init__(self, scope: Scope, currency: str, money: MoneySettings) -> None:
        self.scope = scope
        self.currency = currency
        self.style = money

    def money(self, scope: Scope, field: str, source: FieldSource | None) -> Decimal:
        """An amount; nothing found is zero, unless the field is one that an order cannot do without."""
        return scope.read(field, source, self._amount, ZERO)

    def _amount(self, value: Any, field: str) -> Decimal:
        places = fields.minor_digits(self.currency)
        amount = fields.money(value, field)
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
            id=_needed_text(line, "id", chosen.id),
            sku=line.text("sku", chosen.sku),
            name=line.text("name", chosen.name) or line.text("sku", chosen.sku),
            image_url=line.text("image_url", chosen.image_url),
            quantity=line.read("quantity", chosen.quantity, fields.whole_quantity, 0),
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
            scopes = [self.scope.inner(name, None)] if each.at is None else self.scope.parts(name, each.at, name)
            for at, scope in enumerate(scopes):
                amount = self.money(scope, "amount", each.amount) if scope.holds("only", each.only, otherwise=True) else ZERO
                if amount:
                    label = scope.text("name", each.name) or "Discount"
                    price = -amount if each.negate else amount
                    yield LineItem(
                        id=f"adjustment-{number}-{at}", name=label, quantity=1, unit_price=price, adjustment=True, shippable=False
                    )


def _needed_text(scope: Scope, field: str, source: FieldSource) -> str:
    found = scope.read(field, source, fields.identifier, "")
    if not found:
        raise scope.fault(field, "expected text, found nothing", source.sources[0] if source.sources else None)
    return found


def _needed_time(scope: Scope, field: str, source: TimeSource) -> datetime:
    found = scope.read(field, source, lambda value, _: read_time(value, source.format, source.zone), None)
    if found is None:
        raise scope.fault(field, "expected a time, found nothing", source.sources[0] if source.sources else None)
    return found


def _status(scope: Scope, source: StatusSource) -> tuple[OrderStatus, str, bool]:
    """What the shop's word means, the word itself, and whether it was known."""
    word = scope.text("status", FieldSource.model_construct(sources=source.sources, value=None, table={}, default=None))
    for number, rule in enumerate(source.rules):
        if scope.holds(f"status.rules[{number}]", rule.when, otherwise=False):
            return rule.is_, word, True
    found = looked_up(source.table, word) or source.default
    return found or OrderStatus.ON_HOLD, word, found is not None


def _weight(scope: Scope, source: WeightSource | None) -> Weight | None:
    if source is None:
        return None
    unit = scope.find("weight", source.unit_from) if source.unit_from is not None else None
    return scope.read("weight", source, lambda value, field: fields.weight(value, as_text(unit) or source.unit, field), None)


def _options(line: Scope, chosen: OptionsMap | None) -> Iterator[ItemOption]:
    for option in line.parts("options", chosen.at, "options") if chosen is not None else ():
        value = option.text("value", chosen.value) if chosen is not None else ""
        if value and chosen is not None:
            yield ItemOption(name=option.text("name", chosen.name), value=value)


def _address(scope: Scope, field: str, chosen: AddressMap) -> Address:
    at = scope.inner(field, chosen.at)
    texts = {name: at.text(name, getattr(chosen, name)) for name in _ADDRESS_TEXTS}
    return Address(**texts, country=at.read("country", chosen.country, fields.country, ""))


_ADDRESS_TEXTS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "phone", "email")


def _customer(scope: Scope, chosen: OrderMap, bill_to: Address, ship_to: Address) -> Customer:
    """Buyer and addresses; what one address lacks altogether the other gives."""
    if not (bill_to.line1 or bill_to.city or bill_to.postal_code):
        bill_to = msgspec.structs.replace(ship_to, name=bill_to.name or ship_to.name, email=bill_to.email or ship_to.email)
    if not bill_to.email:
        bill_to = msgspec.structs.replace(bill_to, email=ship_to.email)
    code = scope.text("customer", chosen.customer) or bill_to.email
    return Customer(code=code, bill_to=bill_to, ship_to=ship_to)


def _tags(scope: Scope, chosen: OrderMap) -> tuple[str, ...]:
    if chosen.tags is None:
        return ()
    found = scope.find("tags", chosen.tags)
    words = found if isinstance(found, list) else (as_text(found) or "").split(",")
    try:
        return tuple(word for each in words if (word := (as_text(each) or "").strip()))
    except EvaluationError as error:
        raise scope.fault("tags", str(error), chosen.tags) from None


def _attempt(scope: Scope, field: str, source: FieldSource) -> str:
    try:
        return scope.read(field, source, fields.identifier, "")
    except UnreadableFieldError:
        return ""


def _attempt_time(scope: Scope, source: TimeSource) -> datetime | None:
    try:
        return scope.read("", source, lambda value, _: read_time(value, source.format, source.zone), None)
    except UnreadableFieldError:
        return None
