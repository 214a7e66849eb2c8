"""What is wrong with one order, by comparing its sides. Pure.

The first rule that fits decides: what is wrong with its parcels, else whether it is where it should
be, else whether both sides agree on its status. A consequence is thereby never told beside its
cause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.orders import OrderStatus
from proxy.rules.audit.building import build_fault, write_moment
from proxy.rules.audit.faults import AuditRules, Fault, FaultKind
from proxy.rules.audit.holds import judge_hold
from proxy.rules.audit.journey import judge_journey
from proxy.rules.audit.parcels import judge_parcels
from proxy.rules.audit.sides import AccountOrder, OrderSides
from proxy.rules.audit.statuses import judge_statuses

Judge = Callable[[OrderSides, AuditRules], Fault | None]


def judge_order(sides: OrderSides, rules: AuditRules) -> Sequence[Fault]:
    """What is wrong with an order; nothing where all is well, or still on its way."""
    if parcels := list(judge_parcels(sides, rules)):
        return parcels
    for judge in _JUDGES:
        if (fault := judge(sides, rules)) is not None:
            return [fault]
    return []


def _judge_twins(sides: OrderSides, rules: AuditRules) -> Fault | None:
    """Two orders of one are open, or one is while the other was shipped."""
    del rules
    names = {sides.number} | ({sides.given.former_number} if sides.given else set()) - {""}
    twins = [
        order
        for order in sides.there
        if order.number in names and order.status is not OrderStatus.CANCELLED
    ]
    if len(twins) < 2 or not any(order.is_open for order in twins):  # noqa: PLR2004 - a pair
        return None
    twins.sort(key=lambda order: order.created_at)
    older = _choose_surplus(twins, sides.number)
    numbers = sorted({order.number for order in twins})
    ids = " and ".join(str(order.id) for order in twins)
    kind, how = (
        (FaultKind.GIVEN_TWICE, f"under the numbers {' and '.join(numbers)}")
        if len(numbers) > 1
        else (FaultKind.DOUBLED, f"under the number {numbers[0]}")
    )
    return build_fault(
        sides,
        kind,
        f"ShipStation has the order twice, {how} (ids {ids}), so it may be packed twice.",
        f"Cancel the one with the id {older.id}, number {older.number}, in ShipStation.",
        order=older,
        since=twins[-1].created_at,
    )


def _choose_surplus(twins: Sequence[AccountOrder], number: str) -> AccountOrder:
    """The one to cancel: an open one, under a former number or else the younger one."""
    open_ones = [order for order in twins if order.is_open]
    former = [order for order in open_ones if order.number != number]
    return (former or open_ones)[-1]


def _judge_gone(sides: OrderSides, rules: AuditRules) -> Fault | None:
    """The shop knows it no more, or never did."""
    order = next((each for each in sides.there if each.is_open), None)
    if not sides.is_gone or order is None or not rules.is_settled(order.created_at):
        return None
    if sides.given is None:
        return build_fault(
            sides,
            FaultKind.UNKNOWN,
            f"ShipStation's store has the order since {write_moment(order.created_at)}; neither"
            " the shop nor Portside's records know it.",
            "Find out in ShipStation where it comes from: typed in by hand, or imported before"
            " Portside served this store.",
            order=order,
            since=order.created_at,
        )
    return build_fault(
        sides,
        FaultKind.NOT_IN_SHOP,
        f"The shop does not know the order any more, and ShipStation still has it as {order.word}.",
        "Cancel it in ShipStation, unless it was deleted in the shop by mistake.",
        order=order,
        since=order.changed_at,
    )


_JUDGES: tuple[Judge, ...] = (
    _judge_twins,
    judge_hold,
    _judge_gone,
    judge_journey,
    judge_statuses,
)
