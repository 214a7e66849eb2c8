"""What to say of one order at the end: what is wrong and what to do, or that nothing is. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from proxy.rules.audit.faults import AuditRules, Fault
from proxy.rules.audit.sides import OrderSides
from proxy.rules.audit.statuses import choose_order


def sum_up(sides: OrderSides, faults: Sequence[Fault], rules: AuditRules) -> str:
    """What is wrong with an order and what to do, in words for a person."""
    if faults:
        return " ".join(f"{fault.cause} {fault.next_step}" for fault in faults)
    here = _describe_here(sides)
    if sides.shop is not None and not rules.is_settled(sides.shop.changed_at):
        return f"Nothing is wrong: {here}, and what changed in the last hour may be on its way."
    if sides.account is None:
        return f"Nothing is wrong as far as Portside knows: {here}."
    order = choose_order(sides)
    if order is None:
        return f"Nothing is wrong: {here}, and ShipStation has no such order."
    return f"Nothing is wrong: {here}, and ShipStation has it as {order.word}."


def _describe_here(sides: OrderSides) -> str:
    if sides.shop is None or sides.shop.status is None:
        return "the shop does not know the order" if sides.is_gone else "the shop was not asked"
    return f"the order is {sides.shop.status} in the shop"
