"""What is wrong with an order that does not go out. Pure."""

from __future__ import annotations

from proxy.rules.audit.building import build_fault
from proxy.rules.audit.faults import AuditRules, Fault, FaultKind
from proxy.rules.audit.sides import Hold, OrderSides
from proxy.rules.policy import HeldKind

_BROKEN = {HeldKind.UNREADABLE: FaultKind.UNREADABLE, HeldKind.INVALID: FaultKind.INVALID}


def judge_hold(sides: OrderSides, rules: AuditRules) -> Fault | None:
    """Why an order is held, and whether that is meant."""
    hold = find_hold(sides)
    if hold is None:
        return None
    look = f"`portside preview --store {rules.store} {sides.number}`"
    if hold.kind in _BROKEN:
        return build_fault(
            sides,
            _BROKEN[hold.kind],
            f"The order does not go out: {hold.reason}.",
            f"Correct it in the shop or in the settings; {look} shows the field. It then goes out"
            " by itself.",
            since=hold.since,
        )
    order = next((each for each in sides.there if each.is_open), None)
    if order is not None and hold.kind is HeldKind.FILTERED:
        return build_fault(
            sides,
            FaultKind.OPEN_THOUGH_FILTERED,
            f"The settings leave the order out ({hold.reason}), and ShipStation has it as"
            f" {order.word}, so it may be packed.",
            "Cancel it in ShipStation, or change the filter.",
            order=order,
            since=order.created_at,
        )
    if hold.kind is HeldKind.EARLY:
        return build_fault(
            sides,
            FaultKind.EARLY,
            f"The order does not go out yet: {hold.reason}.",
            "Do nothing: it goes out by itself with the first poll after that time.",
            since=hold.since,
        )
    return build_fault(
        sides,
        FaultKind.FILTERED,
        f"The settings leave the order out: {hold.reason}.",
        f"Do nothing if that is meant. If not, change the filter; {look} shows what comes of it.",
        since=hold.since,
    )


def find_hold(sides: OrderSides) -> Hold | None:
    """Why the order does not go out, as recorded; for one that ShipStation was never sent, as it
    is in the shop now.
    """
    if sides.given is not None and sides.given.was_sent:
        # No filter keeps back news of an order that ShipStation has, but a fault in it does.
        hold = sides.hold
        return hold if hold is not None and hold.kind in _BROKEN else None
    if sides.shop is not None and (sides.shop.is_open or sides.shop.status is None):
        return sides.shop.hold
    return sides.hold if sides.shop is None and not sides.is_gone else None
