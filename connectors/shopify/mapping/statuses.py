"""What the states of Shopify's orders mean, and how much of each line counts in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from connectors.orders import OrderStatus
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.rules import Rules
from connectors.shopify.mapping.wire_fulfillment import FulfillmentOrder

# A merchant who captures payments on shipping has `authorized` orders; the store's own map of
# statuses can say `authorized: paid`.
_PAYMENTS: Mapping[str, OrderStatus] = MappingProxyType(
    {
        "paid": OrderStatus.PAID,
        "partially_refunded": OrderStatus.PAID,
        "authorized": OrderStatus.UNPAID,
        "pending": OrderStatus.UNPAID,
        "partially_paid": OrderStatus.UNPAID,
        "unpaid": OrderStatus.UNPAID,
        "expired": OrderStatus.UNPAID,
        "": OrderStatus.UNPAID,
    }
)
HELD_STATUSES = frozenset({"on_hold", "scheduled"})
OVER = frozenset({OrderStatus.CANCELLED, OrderStatus.SHIPPED})
"""In these states nothing remains to be done."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What of an order may not be shipped now: units by line, and the reasons in words."""

    units: Mapping[int, int]
    reasons: tuple[str, ...] = ()


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an order. `word` is the shop's own."""

    status: OrderStatus
    word: str
    known: bool = True

    @property
    def over(self) -> bool:
        """Whether nothing remains to be done."""
        return self.status in OVER


def read_state(order: wire.Order, held: Held | None) -> State:
    """The state of an order.

    What has been shipped stays shipped even if the money was paid back later; anything else that
    was refunded is cancelled.
    """
    payment = (order.financial_status or "").lower()
    shipping = (order.fulfillment_status or "").lower()
    if order.cancelled_at is not None:
        return State(status=OrderStatus.CANCELLED, word="cancelled")
    if shipping == "fulfilled" or (shipping == "partial" and not _has_goods_left(order)):
        return State(status=OrderStatus.SHIPPED, word=shipping)
    if payment in ("voided", "refunded"):
        return State(status=OrderStatus.CANCELLED, word=payment)
    if shipping == "restocked" or _is_emptied(order):
        word = "restocked" if shipping == "restocked" else "emptied"
        return State(
            status=OrderStatus.SHIPPED if shipping == "partial" else OrderStatus.CANCELLED,
            word=word,
        )
    if held is not None and is_held_whole(order, held):
        return State(status=OrderStatus.ON_HOLD, word="on_hold")
    status = _PAYMENTS.get(payment)
    return State(status=status or OrderStatus.ON_HOLD, word=payment, known=status is not None)


def _has_goods_left(order: wire.Order) -> bool:
    """Whether something is left that needs shipping. Gift cards and downloads that nobody marked as
    fulfilled keep an order `partial` for ever.
    """
    return any(
        line.requires_shipping and count_left(order, line) for line in order.line_items or ()
    )


def _is_emptied(order: wire.Order) -> bool:
    """Whether edits or refunds took every line off the order."""
    lines = order.line_items or ()
    return bool(lines) and all(count_current(order, line) == 0 for line in lines)


def count_current(order: wire.Order, line: wire.Line) -> int:
    """What is left of a line after edits and refunds.

    Answers older than 2022 do not say; for them the refunds are subtracted.
    """
    if line.current_quantity is not None:
        return max(line.current_quantity, 0)
    refunded = sum(
        taken.quantity
        for refund in order.refunds or ()
        for taken in refund.refund_line_items or ()
        if taken.line_item_id == line.id
    )
    return max(line.quantity - refunded, 0)


def count_left(order: wire.Order, line: wire.Line) -> int:
    """How much of a line is left to ship."""
    current = count_current(order, line)
    return (
        current
        if line.fulfillable_quantity is None
        else min(max(line.fulfillable_quantity, 0), current)
    )


def is_held_whole(order: wire.Order, held: Held) -> bool:
    """Whether nothing of what is left to ship may be shipped now."""
    left = {
        line.id: count_left(order, line)
        for line in order.line_items or ()
        if line.requires_shipping
    }
    return any(left.values()) and all(
        held.units.get(line, 0) >= units for line, units in left.items()
    )


def count_exported(
    order: wire.Order, line: wire.Line, state: State, held: Held | None, rules: Rules
) -> int:
    """How much of a line is exported: all of it once the order is over; else what is left and not
    held, or by the rules all of it.
    """
    if state.status is OrderStatus.CANCELLED:
        return max(line.quantity, 0)
    current = count_current(order, line)
    if state.over or rules.partial_orders == "full":
        return current
    left = count_left(order, line)
    if held is None or state.status is OrderStatus.ON_HOLD:
        return left
    return max(left - held.units.get(line.id, 0), 0)


def read_held(fulfillment_orders: Iterable[FulfillmentOrder]) -> Held | None:
    """What these fulfillment orders hold back; None if nothing."""
    units: dict[int, int] = {}
    reasons: list[str] = []
    for one in fulfillment_orders:
        if one.status not in HELD_STATUSES or one.units_left == 0:
            continue
        for line in one.lines:
            units[line.line_item_id] = units.get(line.line_item_id, 0) + line.fulfillable_quantity
        reasons.append(describe_hold(one))
    return Held(units=units, reasons=tuple(dict.fromkeys(reasons))) if units else None


def describe_hold(fulfillment_order: FulfillmentOrder) -> str:
    """Why a fulfillment order may not be shipped now, in words."""
    if fulfillment_order.status == "scheduled":
        return f"Scheduled for {(fulfillment_order.fulfill_at or 'later')[:10]}"
    words = [
        (hold.reason_notes or "").strip() or (hold.reason or "").replace("_", " ").lower()
        for hold in fulfillment_order.fulfillment_holds or ()
    ]
    return f"On hold: {'; '.join(filter(None, words)) or 'no reason given'}"
