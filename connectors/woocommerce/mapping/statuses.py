"""The words for an order's state in WooCommerce and in common plugins, and what they mean. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from connectors.orders import OrderStatus

STATUSES = MappingProxyType(
    {
        "pending": OrderStatus.UNPAID,
        "failed": OrderStatus.UNPAID,
        "checkout-draft": OrderStatus.UNPAID,
        "processing": OrderStatus.PAID,
        "on-hold": OrderStatus.ON_HOLD,
        "completed": OrderStatus.SHIPPED,
        "cancelled": OrderStatus.CANCELLED,
        "refunded": OrderStatus.CANCELLED,
        "trash": OrderStatus.CANCELLED,
        # Of Advanced Shipment Tracking and Shipment Tracking: "partial" means that something is
        # still to be shipped.
        "partial-shipped": OrderStatus.PAID,
        "partially-shipped": OrderStatus.PAID,
        "shipped": OrderStatus.SHIPPED,
        "delivered": OrderStatus.SHIPPED,
        "updated-tracking": OrderStatus.SHIPPED,
    }
)
# The open statuses that every shop has.
_OWN = ("pending", "processing", "on-hold", "failed")
# Carts that never became orders. `status=any` leaves them out, except in some old shops.
DRAFTS = frozenset({"checkout-draft", "auto-draft", "draft"})
# Never reported as shipped: the buyer has been paid back, or there is no order.
CLOSED = frozenset({"cancelled", "refunded", "trash", *DRAFTS})


def normalize_status(status: str) -> str:
    """A status without the `wc-` that it has in the database, which people copy from there."""
    return status.strip().lower().removeprefix("wc-")


def read_status(status: str) -> tuple[OrderStatus, bool]:
    """What a normalized status means, and whether it is known. An unknown one holds the order back
    for a person to look.
    """
    found = STATUSES.get(status)
    return (OrderStatus.ON_HOLD, False) if found is None else (found, True)


def list_open_statuses(known: Iterable[str]) -> list[str]:
    """The statuses in which something may still be shipped, out of those a shop has and
    WooCommerce's own.
    """
    words = dict.fromkeys([*_OWN, *map(normalize_status, known)])
    done = {OrderStatus.SHIPPED, OrderStatus.CANCELLED}
    return [
        word for word in words if word and word not in DRAFTS and read_status(word)[0] not in done
    ]
