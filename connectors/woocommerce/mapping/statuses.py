"""WooCommerce's words for an order's state, those of common plugins too, and what they mean.

Pure.
"""

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
        # Advanced Shipment Tracking and Shipment Tracking: something is still to be shipped while
        # it says "partial".
        "partial-shipped": OrderStatus.PAID,
        "partially-shipped": OrderStatus.PAID,
        "shipped": OrderStatus.SHIPPED,
        "delivered": OrderStatus.SHIPPED,
        "updated-tracking": OrderStatus.SHIPPED,
    }
)
# What every shop has.
_OWN = ("pending", "processing", "on-hold", "failed")
# Carts that never became orders; `status=any` leaves them out, old shops may not.
DRAFTS = frozenset({"checkout-draft", "auto-draft", "draft"})
# What must never be told as shipped: the buyer has his money back, or there is no order.
CLOSED = frozenset({"cancelled", "refunded", "trash", *DRAFTS})


def normalize_status(status: str) -> str:
    """A status without the `wc-` that it bears in the database and that people copy from there."""
    return status.strip().lower().removeprefix("wc-")


def read_status(status: str) -> tuple[OrderStatus, bool]:
    """What a bare status means, and whether it is known; unknown ones hold the order back for a
    person to look.
    """
    found = STATUSES.get(status)
    return (OrderStatus.ON_HOLD, False) if found is None else (found, True)


def list_open_statuses(known: Iterable[str]) -> list[str]:
    """Of the statuses a shop has, and of WooCommerce's own, those in which something may still be
    shipped.
    """
    words = dict.fromkeys([*_OWN, *map(normalize_status, known)])
    done = {OrderStatus.SHIPPED, OrderStatus.CANCELLED}
    return [
        word for word in words if word and word not in DRAFTS and read_status(word)[0] not in done
    ]
