"""A shop's JSON → `Order`, by the expressions given in settings.

Pure; every fault names the field, the JSON path and the settings' line.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from connectors.fieldmap.parts import read_address, read_tags
from connectors.fieldmap.rules import FieldRule
from connectors.fieldmap.scope import Scope, translate_word
from connectors.generic_json.mapping.lines import LineReader, find_way
from connectors.generic_json.mapping.needed import read_needed_text, read_needed_time
from connectors.generic_json.mapping.rules import (
    DestinationRules,
    OrderRules,
    StatusRule,
    TimeRule,
)
from connectors.generic_json.mapping.side_fields import SideFields
from connectors.language.functions.times import read_time
from connectors.orders import (
    Address,
    Customer,
    Destination,
    Fulfillment,
    LineItem,
    Order,
    OrderId,
    OrderStatus,
    RejectedOrder,
)
from connectors.places import Source
from connectors.reading import fields
from connectors.reading.fields import FieldError
from connectors.reading.rows import digest_row

Fill = Callable[[Order, Any, Mapping[str, Any]], Order | RejectedOrder]
"""`connectors.interface.FieldFiller.fill`."""


def ignore_complaint(complaint: str) -> None:
    """Say nothing."""


def read_order(
    raw: Any,
    rules: OrderRules,
    trace: list[Source] | None = None,
    fill: Fill | None = None,
    complain: Callable[[str], None] = ignore_complaint,
) -> Order | RejectedOrder | None:
    """One order of the shop; None if `only` says it is none; rejected, with the reason, if a field
    that it cannot go without cannot be read.

    `trace` is given the origin of every field. `fill` is what the store fills in on top. `complain`
    is given a sentence for each other field that cannot be read and is left out.
    """
    scope, side = Scope(raw, raw, trace=trace), SideFields()
    try:
        if not scope.is_true("only", rules.only, otherwise=True):
            return None
        order, lines = _read_order(scope, rules, side)
    except FieldError as fault:
        return reject_order(raw, rules, str(fault))
    for complaint in side.complaints:
        complain(complaint)
    if fill is None:
        return order
    return fill(order, raw, {item.id: line.value for line, item in lines})


def reject_order(raw: Any, rules: OrderRules, reason: str) -> RejectedOrder:
    """The order as rejected, with what could be read of it."""
    scope = Scope(raw, raw)
    order_id = _try_text(scope, "id", rules.id)
    return RejectedOrder(
        id=OrderId(order_id),
        number=_try_text(scope, "number", rules.number),
        modified_at=_try_time(scope, rules.modified_at),
        reason=reason,
        record="" if order_id else digest_row(repr(raw).encode(errors="replace")),
    )


def find_time(raw: Any, rule: TimeRule) -> datetime | None:
    """One of an order's times, to see where a sorted list stands; None if it cannot be read."""
    return _try_time(Scope(raw, raw), rule)


def find_identity(raw: Any, rules: OrderRules) -> Hashable:
    """The order's id, or, where it has none that can be read, a text that stands for its
    content.
    """
    return find_id(raw, rules) or repr(raw)


def find_id(raw: Any, rules: OrderRules) -> str:
    """The order's id; empty where it has none that can be read."""
    return _try_text(Scope(raw, raw), "id", rules.id)


def _read_order(
    scope: Scope, rules: OrderRules, side: SideFields
) -> tuple[Order, Sequence[tuple[Scope, LineItem]]]:
    """The order, and its lines with what they were read from."""
    currency = scope.read_text("currency", rules.currency).upper()
    way = find_way(scope, rules.fulfillment, Fulfillment.PARCEL)
    reader = LineReader(scope, currency, rules.money, way, side)
    modified_at = read_needed_time(scope, "modified_at", rules.modified_at)
    status, word, known = _read_status(scope, rules.status)
    lines = list(reader.read_lines(rules.items))
    items = [
        share
        for line, item in lines
        if item.quantity > 0
        for share in reader.share_line(line, item, rules.items.shares)
    ]
    order = Order(
        id=OrderId(read_needed_text(scope, "id", rules.id)),
        number=read_needed_text(scope, "number", rules.number),
        placed_at=side.read(
            lambda: read_needed_time(scope, "placed_at", rules.placed_at), modified_at
        ),
        modified_at=modified_at,
        status=status,
        shop_status=word,
        status_known=known,
        currency=currency,
        total=reader.read_money(scope, "total", rules.total),
        tax=reader.read_money(scope, "tax", rules.tax),
        shipping=reader.read_money(scope, "shipping", rules.shipping),
        shipping_method=side.read_text(scope, "shipping_method", rules.shipping_method),
        payment_method=side.read_text(scope, "payment_method", rules.payment_method),
        customer=_read_customer(scope, rules, side),
        items=(*items, *reader.read_adjustments(rules.adjustments)),
        customer_notes=side.read_text(
            scope, "customer_notes", rules.customer_notes, keep_lines=True
        ),
        internal_notes=side.read_text(
            scope, "internal_notes", rules.internal_notes, keep_lines=True
        ),
        gift=side.read(lambda: scope.is_true("gift", rules.gift, otherwise=False), missing=False),
        gift_message=side.read_text(scope, "gift_message", rules.gift_message, keep_lines=True),
        custom_fields=tuple(
            side.read_text(scope, f"custom_fields[{at}]", rule)
            for at, rule in enumerate(rules.custom_fields)
        ),
        requested_warehouse=side.read_text(scope, "requested_warehouse", rules.requested_warehouse),
        source=side.read_text(scope, "source", rules.source),
        tags=side.read(lambda: read_tags(scope, rules.tags), ()),
        destinations=tuple(_read_destinations(scope, rules.destinations)),
        packed_elsewhere=scope.read_text("packed_elsewhere", rules.packed_elsewhere),
    )
    return order, lines


def _read_status(scope: Scope, rule: StatusRule) -> tuple[OrderStatus, str, bool]:
    """What the shop's word means, the word itself, and whether it was known."""
    word = scope.read_text("status", rule.word)
    for number, case in enumerate(rule.rules):
        if scope.is_true(f"status.rules[{number}]", case.when, otherwise=False):
            return case.is_, word, True
    found = translate_word(rule.table, word) or rule.default
    return found or OrderStatus.ON_HOLD, word, found is not None


def _read_destinations(scope: Scope, rules: DestinationRules | None) -> Iterator[Destination]:
    """The addresses of an order that goes to several; none for one that goes to one."""
    if rules is None:
        return
    found = list(scope.enter_list("destinations", rules.each, "destinations"))
    for each in found if len(found) > 1 else ():
        yield Destination(
            key=each.read_text("key", rules.key),
            ship_to=read_address(each, "ship_to", rules),
            shipping_method=each.read_text("shipping_method", rules.shipping_method),
        )


def _read_customer(scope: Scope, rules: OrderRules, side: SideFields) -> Customer:
    """Buyer and addresses; what one address lacks altogether the other gives."""
    ship_to = read_address(scope, "ship_to", rules.ship_to, side.read_text)
    billing = rules.bill_to
    bill_to = (
        ship_to
        if billing is None
        else side.read(lambda: read_address(scope, "bill_to", billing), Address())
    )
    if not (bill_to.line1 or bill_to.city or bill_to.postal_code):
        bill_to = msgspec.structs.replace(
            ship_to,
            name=bill_to.name or ship_to.name,
            email=bill_to.email or ship_to.email,
            tax_id=bill_to.tax_id or ship_to.tax_id,
        )
    if not bill_to.email:
        bill_to = msgspec.structs.replace(bill_to, email=ship_to.email)
    code = side.read_text(scope, "customer", rules.customer) or bill_to.email
    return Customer(code=code, bill_to=bill_to, ship_to=ship_to)


def _try_text(scope: Scope, field: str, rule: FieldRule) -> str:
    try:
        return scope.read(field, rule, fields.read_id, "")
    except FieldError:
        return ""


def _try_time(scope: Scope, rule: TimeRule) -> datetime | None:
    try:
        return scope.read("", rule, lambda value, _: read_time(value, rule.format, rule.zone), None)
    except FieldError:
        return None
