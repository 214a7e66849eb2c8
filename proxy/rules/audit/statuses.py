"""Where the shop and ShipStation do not agree on the status of an order that both have. Pure.

Which changes ShipStation follows by itself is documented in its help pages on order statuses:
awaiting payment becomes awaiting shipment once paid, anything becomes shipped or cancelled, and
nothing else moves.
"""

from __future__ import annotations

from connectors.orders import OrderStatus
from proxy.rules.audit.building import build_fault, write_moment
from proxy.rules.audit.faults import AuditRules, Fault, FaultKind, Remedy
from proxy.rules.audit.sides import AccountOrder, OrderSides, ShopSide

_UNPAID, _PAID, _ON_HOLD = OrderStatus.UNPAID, OrderStatus.PAID, OrderStatus.ON_HOLD
# Open statuses, here and there, of which one allows packing and the other does not: what follows,
# and what to do. ShipStation moves by itself only in the first case.
_DIFFERENCES = {
    (_PAID, _UNPAID): ("so it is not packed", "ShipStation then takes it as paid."),
    (_PAID, _ON_HOLD): (
        "so it is not packed",
        "Release it in ShipStation, which does not end a hold when the shop does.",
    ),
    (_UNPAID, _PAID): (
        "so it may be packed before it is paid",
        "Put it on hold in ShipStation until it is paid.",
    ),
    (_ON_HOLD, _PAID): ("so it may be packed", "Put it on hold in ShipStation."),
}


def judge_statuses(sides: OrderSides, rules: AuditRules) -> Fault | None:
    """Whether both sides agree, and whether the order waits for too long."""
    shop, order = sides.shop, choose_order(sides)
    if order is None:
        return None
    if shop is None:
        return _judge_waiting(sides, rules, order)
    return _compare(sides, rules, shop, order) if rules.is_settled(shop.changed_at) else None


def _compare(
    sides: OrderSides, rules: AuditRules, shop: ShopSide, order: AccountOrder
) -> Fault | None:
    if shop.status is OrderStatus.CANCELLED:
        return _judge_cancelled(sides, rules, shop, order)
    if shop.status is OrderStatus.SHIPPED:
        return _judge_shipped(sides, rules, shop, order)
    if shop.is_unpacked:
        return _judge_unpacked(sides, rules, shop, order)
    if not order.is_open:
        return _judge_closed_there(sides, rules, order)
    return _judge_open(sides, rules, shop, order) or _judge_waiting(sides, rules, order)


def choose_order(sides: OrderSides) -> AccountOrder | None:
    """The order in ShipStation that counts: an open one, else one that was shipped, the newest."""
    return max(
        sides.there,
        key=lambda order: (order.is_open, order.status is OrderStatus.SHIPPED, order.id),
        default=None,
    )


def _judge_cancelled(
    sides: OrderSides, rules: AuditRules, shop: ShopSide, order: AccountOrder
) -> Fault | None:
    when = "" if shop.changed_at is None else f" since {write_moment(shop.changed_at)}"
    if order.is_open:
        return build_fault(
            sides,
            FaultKind.CANCELLED_HERE,
            f"The order is cancelled in the shop{when}, and ShipStation has it as {order.word}, so"
            " it may be packed.",
            f"{rules.give_again} If it stays open, cancel it in ShipStation.",
            order=order,
            since=shop.changed_at,
            remedy=Remedy.GIVE_AGAIN,
        )
    if order.status is OrderStatus.SHIPPED:
        return build_fault(
            sides,
            FaultKind.SHIPPED_THOUGH_CANCELLED,
            f"The order is cancelled in the shop{when}, and ShipStation shipped it.",
            "Stop the parcel or ask for its return; in the shop, decide about the refund.",
            order=order,
            since=order.changed_at,
        )
    return None


def _judge_unpacked(
    sides: OrderSides, rules: AuditRules, shop: ShopSide, order: AccountOrder
) -> Fault | None:
    if not order.is_open:
        return None
    return build_fault(
        sides,
        FaultKind.CANCELLED_HERE,
        f"Nothing of the order is left to pack, and ShipStation has it as {order.word}, so it may"
        " be packed.",
        f"{rules.give_again} If it stays open, cancel it in ShipStation.",
        order=order,
        since=shop.changed_at,
        remedy=Remedy.GIVE_AGAIN,
    )


def _judge_shipped(
    sides: OrderSides, rules: AuditRules, shop: ShopSide, order: AccountOrder
) -> Fault | None:
    if not order.is_open:
        return None
    when = "" if shop.changed_at is None else f" since {write_moment(shop.changed_at)}"
    return build_fault(
        sides,
        FaultKind.SHIPPED_HERE,
        f"The order is shipped in the shop{when}, and ShipStation has it as {order.word}, so it may"
        " be packed a second time.",
        f"{rules.give_again} If it stays open, mark it as shipped in ShipStation, without telling"
        " the store.",
        order=order,
        since=shop.changed_at,
        remedy=Remedy.GIVE_AGAIN,
    )


def _judge_closed_there(sides: OrderSides, rules: AuditRules, order: AccountOrder) -> Fault | None:
    if not rules.is_settled(order.changed_at):
        return None
    when = write_moment(order.changed_at)
    if order.status is OrderStatus.CANCELLED:
        return build_fault(
            sides,
            FaultKind.CANCELLED_THERE,
            f"The order was cancelled in ShipStation on {when}, and is open in the shop, which"
            " ShipStation does not tell.",
            "Cancel it in the shop too, or restore it in ShipStation.",
            order=order,
            since=order.changed_at,
        )
    if sides.deliveries or any(not parcel.is_voided for parcel in sides.parcels):
        # The shop has been told, and keeps its status for reasons of its own.
        return None
    return build_fault(
        sides,
        FaultKind.SHIPPED_THERE,
        f"ShipStation has the order as shipped since {when}, without any label or fulfillment that"
        " the shop could be told about.",
        "Look in ShipStation how it left, and complete it in the shop.",
        order=order,
        since=order.changed_at,
    )


def _judge_open(
    sides: OrderSides, rules: AuditRules, shop: ShopSide, order: AccountOrder
) -> Fault | None:
    if shop.status is None or order.status is None or order.held_until:
        return None
    found = _DIFFERENCES.get((shop.status, order.status))
    if found is None:
        return None
    result, step = found
    is_mended = (shop.status, order.status) == (_PAID, _UNPAID)
    return build_fault(
        sides,
        FaultKind.OTHER_STATUS,
        f"The order is {shop.status} in the shop and {order.word} in ShipStation, {result}.",
        f"{rules.give_again} {step}" if is_mended else step,
        order=order,
        since=shop.changed_at,
        remedy=Remedy.GIVE_AGAIN if is_mended else Remedy.NONE,
    )


def _judge_waiting(sides: OrderSides, rules: AuditRules, order: AccountOrder) -> Fault | None:
    waits = rules.now - order.waits_since
    if order.status is not _PAID or sides.is_gone or waits <= rules.stuck:
        return None
    return build_fault(
        sides,
        FaultKind.STUCK,
        f"The order waits in ShipStation for its parcel since {write_moment(order.waits_since)}.",
        "Ship it, or put it on hold in ShipStation up to the day on which it can be shipped.",
        order=order,
        since=order.waits_since,
    )
