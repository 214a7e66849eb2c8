"""A shop's order read field by field: every fault names the field, the JSON path and the settings'
line, and every field can tell where it came from. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from connectors.fieldmap.parts import read_address, read_tags
from connectors.fieldmap.scope import Scope, translate_word
from connectors.generic_json.mapping.lines import LineReader, find_way
from connectors.generic_json.mapping.needed import read_needed_text, read_needed_time
from connectors.generic_json.mapping.rules import DestinationRules, OrderRules, StatusRule
from connectors.generic_json.mapping.side_fields import SideFields
from connectors.orders import (
    Address,
    Customer,
    Destination,
    Fulfillment,
    LineItem,
    Order,
    OrderId,
    OrderStatus,
)


def interpret_order(
    scope: Scope, rules: OrderRules, side: SideFields
) -> tuple[Order, Sequence[tuple[Scope, LineItem]]]:
    """The order, and its lines with what they were read from.

    Raises `FieldError`; what the order can go without is complained of to `side`.
    """
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
        destinations=tuple(read_destinations(scope, rules.destinations)),
        packed_elsewhere=scope.read_text("packed_elsewhere", rules.packed_elsewhere),
    )
    return order, lines


def _read_status(scope: Scope, rule: StatusRule) -> tuple[OrderStatus, str, bool]:
    """What the shop's word means, the word itself, and whether it was known."""
    word = scope.read_text("status", rule.word)
    for number, case in enumerate(rule.rules):
        if scope.is_true(f"status.rules[{number}]", case.when, otherwise=False):
            return case.is_, word, True
    return settle_status(word, rule)


def settle_status(word: str, rule: StatusRule) -> tuple[OrderStatus, str, bool]:
    """What a shop's word means where no case fits, the word, and whether it was known."""
    found = translate_word(rule.table, word) or rule.default
    return found or OrderStatus.ON_HOLD, word, found is not None


def read_destinations(scope: Scope, rules: DestinationRules | None) -> Iterator[Destination]:
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
    """Buyer and addresses."""
    ship_to = read_address(scope, "ship_to", rules.ship_to, side.read_text)
    billing = rules.bill_to
    bill_to = (
        ship_to
        if billing is None
        else side.read(lambda: read_address(scope, "bill_to", billing), Address())
    )
    bill_to = complete_billing(bill_to, ship_to)
    code = side.read_text(scope, "customer", rules.customer) or bill_to.email
    return Customer(code=code, bill_to=bill_to, ship_to=ship_to)


def complete_billing(bill_to: Address, ship_to: Address) -> Address:
    """The buyer's address; what it lacks altogether the other gives."""
    if not (bill_to.line1 or bill_to.city or bill_to.postal_code):
        bill_to = msgspec.structs.replace(
            ship_to,
            name=bill_to.name or ship_to.name,
            email=bill_to.email or ship_to.email,
            tax_id=bill_to.tax_id or ship_to.tax_id,
        )
    if not bill_to.email:
        bill_to = msgspec.structs.replace(bill_to, email=ship_to.email)
    return bill_to
