"""Which lines of an order this merchant packs, and whether there is an address to send them to.

Pure.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from connectors.orders import Address, Fulfillment, LineItem, Order, OrderStatus
from proxy.rules.addressees import needs_address

_NOTHING = "items: nothing to ship, and filters.shippable_only is on"
_REASONS = {
    Fulfillment.PICKUP: "the buyer collects this order",
    Fulfillment.LOCAL_DELIVERY: "the merchant delivers this order without a carrier",
    Fulfillment.OTHER_SERVICE: "another service ships this order",
}
_LINE_REASONS = {
    Fulfillment.PICKUP: "the buyer collects them",
    Fulfillment.LOCAL_DELIVERY: "the merchant delivers them without a carrier",
    Fulfillment.OTHER_SERVICE: "another service ships them",
}
# ISO 3166-1: places where an address names no town, because there is one or none.
_TOWNLESS = frozenset({"SG", "MC", "VA", "GI", "HK", "MO", "NR", "SM", "AQ", "IO", "PN", "TK"})


def is_carried(item: LineItem, include: Collection[Fulfillment]) -> bool:
    """Whether the line goes out: it travels in a parcel of this merchant's, needs no carrying, or
    the store wants it although it travels otherwise.
    """
    return (
        item.fulfillment in {Fulfillment.PARCEL, Fulfillment.DIGITAL}
        or item.adjustment
        or item.fulfillment in include
    )


def select_lines(order: Order, include: Collection[Fulfillment]) -> Order:
    """The order without the lines that are carried otherwise.

    An order that would have no goods left keeps them all: `hold_back` decides about it.
    """
    kept = tuple(item for item in order.items if is_carried(item, include))
    if len(kept) == len(order.items) or not any(item.shippable for item in kept):
        return order
    return msgspec.structs.replace(order, items=kept)


def describe_lines_left(order: Order, include: Collection[Fulfillment]) -> str:
    """Which lines stay behind of an order whose others go out, and why; empty if none do."""
    left = [item for item in order.items if not is_carried(item, include)]
    if not left or not any(item.shippable and is_carried(item, include) for item in order.items):
        return ""
    ways = sorted({item.fulfillment for item in left})
    reasons = ", and ".join(_LINE_REASONS[way] for way in ways)
    return (
        f"items: {len(left)} of {len(order.items)} lines stay behind: {reasons} (to export such"
        f" lines: filters.include: [{', '.join(ways)}])"
    )


def count_goods(order: Order) -> int:
    """How many pieces of goods there are in the order, however they reach the buyer."""
    return sum(item.quantity for item in order.items if item.shippable)


def describe_nothing_to_pack(order: Order, include: Collection[Fulfillment]) -> str:
    """Why nothing of the order is packed; empty if something is."""
    goods = [item for item in order.items if item.shippable]
    if not goods:
        return _NOTHING
    if any(is_carried(item, include) for item in goods):
        return ""
    ways = sorted({item.fulfillment for item in goods})
    reasons = ", and ".join(_REASONS[way] for way in ways)
    return f"{reasons} (to export such orders: filters.include: [{', '.join(ways)}])"


def fill_first_line(order: Order) -> Order:
    """The order with its street in the first line of its address, where the shop has it in the
    second: ShipStation imports no order without a first line (its help article 360026141491).
    """
    place = order.customer.ship_to
    if place.line1.strip() or not place.line2.strip():
        return order
    moved = msgspec.structs.replace(place, line1=place.line2, line2="")
    return msgspec.structs.replace(
        order, customer=msgspec.structs.replace(order.customer, ship_to=moved)
    )


def describe_missing_place(order: Order) -> str:
    """Why the order's one parcel has no address to go to; empty if it has one, or if nothing of the
    order remains to be sent.
    """
    if order.status is OrderStatus.SHIPPED or not any(map(needs_address, order.items)):
        return ""
    return _describe_missing_part(order.customer.ship_to)


def _describe_missing_part(place: Address) -> str:
    if not place.line1.strip() and not place.line2.strip():
        return "ship_to: the address has no street, so no label can be made; add it in the shop"
    if not place.city.strip() and place.country not in _TOWNLESS:
        return "ship_to: the address has no town, so no label can be made; add it in the shop"
    return ""
