"""One fault from what is known of its order. Pure."""

from __future__ import annotations

from datetime import datetime

from proxy.rules.audit.faults import Fault, FaultKind, Remedy
from proxy.rules.audit.sides import AccountOrder, OrderSides


def build_fault(
    sides: OrderSides,
    kind: FaultKind,
    cause: str,
    next_step: str,
    *,
    order: AccountOrder | None = None,
    since: datetime | None = None,
    remedy: Remedy = Remedy.NONE,
) -> Fault:
    """The fault of an order; its id in ShipStation is that of `order`, else of its first there."""
    known = order or next(iter(sides.there), None)
    return Fault(
        order=sides.number,
        kind=kind,
        cause=cause,
        next_step=next_step,
        account_order_id=None if known is None else known.id,
        since=since,
        shop_id=sides.shop_id,
        remedy=remedy,
    )


def write_moment(moment: datetime) -> str:
    """A moment for people."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
