"""A shop's JSON → `Order`, by the expressions given in settings.

Pure; every fault names the field, the JSON path and the settings' line.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any

import msgspec

from connectors.generic_json.mapping.lines import LineReader
from connectors.generic_json.mapping.needed import read_needed_text, read_needed_time
from connectors.generic_json.mapping.scope import Scope, UnreadableFieldError, looked_up
from connectors.generic_json.settings.mapping import (
    AddressMap,
    FieldSource,
    OrderMap,
    StatusSource,
    TimeSource,
)
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text
from connectors.language.functions.times import read_time
from connectors.orders import Address, Customer, Order, OrderStatus, RejectedOrder
from connectors.places import Source
from connectors.reading import fields


def read_order(
    raw: Any, chosen: OrderMap, trace: list[Source] | None = None
) -> Order | RejectedOrder | None:
    """One order of the shop; None if `only` says it is none; rejected, with the reason, if a field
    cannot be read.

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


def time_of(raw: Any, source: TimeSource) -> datetime | None:
    """One of an order's times, to see where a sorted list stands; None if it cannot be read."""
    return _attempt_time(Scope(raw, raw), source)


def identity_of(raw: Any, chosen: OrderMap) -> Hashable:
    """The order's id, or, where it has none that can be read, a text that stands for its
    content.
    """
    return _attempt(Scope(raw, raw), "id", chosen.id) or repr(raw)


def _order(scope: Scope, chosen: OrderMap) -> Order:
    currency = scope.text("currency", chosen.currency).upper()
    reader = LineReader(scope, currency, chosen.money)
    ship_to = _address(scope, "ship_to", chosen.ship_to)
    bill_to = _address(scope, "bill_to", chosen.bill_to) if chosen.bill_to else ship_to
    status, word, known = _status(scope, chosen.status)
    items = [item for _, item in reader.lines(chosen.items) if item.quantity > 0]
    return Order(
        id=read_needed_text(scope, "id", chosen.id),
        number=read_needed_text(scope, "number", chosen.number),
        placed_at=read_needed_time(scope, "placed_at", chosen.placed_at),
        modified_at=read_needed_time(scope, "modified_at", chosen.modified_at),
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
        custom_fields=tuple(
            scope.text(f"custom_fields[{at}]", source)
            for at, source in enumerate(chosen.custom_fields)
        ),
        requested_warehouse=scope.text("requested_warehouse", chosen.requested_warehouse),
        source=scope.text("source", chosen.source),
        tags=_tags(scope, chosen),
    )


def _status(scope: Scope, source: StatusSource) -> tuple[OrderStatus, str, bool]:
    """What the shop's word means, the word itself, and whether it was known."""
    word = scope.text(
        "status",
        FieldSource.model_construct(sources=source.sources, value=None, table={}, default=None),
    )
    for number, rule in enumerate(source.rules):
        if scope.holds(f"status.rules[{number}]", rule.when, otherwise=False):
            return rule.is_, word, True
    found = looked_up(source.table, word) or source.default
    return found or OrderStatus.ON_HOLD, word, found is not None


def _address(scope: Scope, field: str, chosen: AddressMap) -> Address:
    at = scope.inner(field, chosen.at)
    texts = {name: at.text(name, getattr(chosen, name)) for name in _ADDRESS_TEXTS}
    return Address(**texts, country=at.read("country", chosen.country, fields.read_country, ""))


_ADDRESS_TEXTS = (
    "name",
    "company",
    "line1",
    "line2",
    "city",
    "region",
    "postal_code",
    "phone",
    "email",
)


def _customer(scope: Scope, chosen: OrderMap, bill_to: Address, ship_to: Address) -> Customer:
    """Buyer and addresses; what one address lacks altogether the other gives."""
    if not (bill_to.line1 or bill_to.city or bill_to.postal_code):
        bill_to = msgspec.structs.replace(
            ship_to, name=bill_to.name or ship_to.name, email=bill_to.email or ship_to.email
        )
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
        return scope.read(field, source, fields.read_id, "")
    except UnreadableFieldError:
        return ""


def _attempt_time(scope: Scope, source: TimeSource) -> datetime | None:
    try:
        return scope.read(
            "", source, lambda value, _: read_time(value, source.format, source.zone), None
        )
    except UnreadableFieldError:
        return None
