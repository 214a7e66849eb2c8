"""One order with which all is well on three sides, and changes to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from connectors.orders import OrderStatus
from proxy.rules.audit.faults import AuditRules
from proxy.rules.audit.sides import (
    AccountOrder,
    AccountParcel,
    DeliverySide,
    GivenSide,
    Hold,
    OrderSides,
    ShopSide,
)
from proxy.rules.policy import HeldKind

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = AuditRules(store="north", now=NOW, asked_until=NOW - HOUR / 10)


def build_shop(**changes: Any) -> ShopSide:
    """Paid a day ago."""
    side = ShopSide(
        id="55",
        number="1001",
        status=OrderStatus.PAID,
        placed_at=NOW - 25 * HOUR,
        changed_at=NOW - 24 * HOUR,
    )
    return msgspec.structs.replace(side, **changes)


def build_given(**changes: Any) -> GivenSide:
    """Given soon afterwards."""
    side = GivenSide(
        id="55",
        number="1001",
        given_at=NOW - 24 * HOUR,
        told_at=NOW - 24 * HOUR,
        window_start=NOW - 25 * HOUR,
        window_end=NOW - 24 * HOUR,
        page=1,
        digest="d1",
        confirmed=True,
    )
    return msgspec.structs.replace(side, **changes)


def build_there(**changes: Any) -> AccountOrder:
    """Imported soon afterwards, and waiting."""
    order = AccountOrder(
        id=990_001,
        number="1001",
        key="55",
        status=OrderStatus.PAID,
        word="awaiting_shipment",
        created_at=NOW - 24 * HOUR,
        changed_at=NOW - 24 * HOUR,
        paid_at=NOW - 25 * HOUR,
    )
    return msgspec.structs.replace(order, **changes)


def build_label(**changes: Any) -> AccountParcel:
    """A label made and announced three hours ago."""
    parcel = AccountParcel(
        id=7001,
        order_id=990_001,
        is_label=True,
        tracking_number="9400-1",
        created_at=NOW - 3 * HOUR,
        is_announced=True,
    )
    return msgspec.structs.replace(parcel, **changes)


def build_delivery(**changes: Any) -> DeliverySide:
    """Its notice, delivered."""
    delivery = DeliverySide(
        id=4, state="delivered", tracking_number="94001", created_at=NOW - 3 * HOUR
    )
    return msgspec.structs.replace(delivery, **changes)


def build_hold(kind: HeldKind, reason: str = "tags: found wholesale") -> Hold:
    """Held since a day."""
    return Hold(kind=kind, reason=reason, since=NOW - 24 * HOUR)


def build_sides(**changes: Any) -> OrderSides:
    """An order that waits for its parcel."""
    sides = OrderSides(
        number="1001",
        shop_id="55",
        shop=build_shop(),
        given=build_given(),
        account=(build_there(),),
    )
    return msgspec.structs.replace(sides, **changes)


def build_shipped(**changes: Any) -> OrderSides:
    """An order whose parcel the shop knows."""
    sides = build_sides(
        shop=build_shop(status=OrderStatus.SHIPPED, changed_at=NOW - 3 * HOUR),
        account=(
            build_there(status=OrderStatus.SHIPPED, word="shipped", changed_at=NOW - 3 * HOUR),
        ),
        parcels=(build_label(),),
        deliveries=(build_delivery(),),
    )
    return msgspec.structs.replace(sides, **changes)
