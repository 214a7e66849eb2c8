"""What is wrong with an order on its way from the shop into ShipStation. Pure."""

from __future__ import annotations

from proxy.rules.audit.building import build_fault, write_moment
from proxy.rules.audit.faults import AuditRules, Fault, FaultKind, Remedy
from proxy.rules.audit.sides import GivenSide, OrderSides, ShopSide


def judge_journey(sides: OrderSides, rules: AuditRules) -> Fault | None:
    """Whether an open order of the shop was given, and came in."""
    shop, given = sides.shop, sides.given
    if shop is None or not shop.is_open or sides.there:
        return None
    if given is None or not given.was_sent:
        return _build_never_given(sides, rules, shop)
    if sides.account is None or not rules.is_settled(given.told_at) or given.is_forgotten:
        return None
    others = [order for order in sides.account if not order.is_ours]
    if others:
        return build_fault(
            sides,
            FaultKind.IN_OTHER_STORE,
            f"ShipStation has no order {sides.number} in this store. Another store of the account"
            f" has one of this number (id {others[0].id}, {others[0].word}), which need not be the"
            " same.",
            f"Compare the two in ShipStation. {rules.give_again}",
            order=others[0],
            since=given.told_at,
            remedy=Remedy.GIVE_AGAIN,
        )
    return build_fault(
        sides,
        FaultKind.MISSING,
        f"{describe_given(given)}, and has no order {sides.number} in this store.",
        f"{rules.give_again} If it stays missing, look in ShipStation whether it was deleted"
        " or combined with another order, and whether `portside account check` finds a status"
        " word that ShipStation does not know.",
        since=given.told_at,
        remedy=Remedy.GIVE_AGAIN,
    )


def describe_given(given: GivenSide) -> str:
    """When and where ShipStation was given an order."""
    if given.told_at is None:
        return f"ShipStation was given it before {write_moment(given.given_at)}"
    where = ""
    if given.window_start is not None and given.window_end is not None:
        where = (
            f" (page {given.page} of the window from {write_moment(given.window_start)} to"
            f" {write_moment(given.window_end)})"
        )
    return f"ShipStation was given it on {write_moment(given.told_at)}{where}"


def _build_never_given(sides: OrderSides, rules: AuditRules, shop: ShopSide) -> Fault | None:
    changed_at = shop.changed_at
    if not rules.is_settled(changed_at):
        return None
    cause, step = _explain_never_given(sides, rules, shop)
    return build_fault(
        sides,
        FaultKind.NEVER_GIVEN,
        f"The order is {shop.status} in the shop and ShipStation was never given it: {cause}",
        step,
        since=changed_at,
        remedy=Remedy.GIVE_AGAIN,
    )


def _explain_never_given(sides: OrderSides, rules: AuditRules, shop: ShopSide) -> tuple[str, str]:
    until, changed_at = rules.asked_until, shop.changed_at
    refresh = (
        "Refresh the store in ShipStation, and look there whether it is active and imports by"
        " itself."
    )
    if until is None:
        return "ShipStation has never asked this store for orders.", refresh
    if changed_at is not None and changed_at > until:
        asked = f"ShipStation has read changes up to {write_moment(until)} only."
        return asked, f"{refresh} The order goes out with the next poll."
    if sides.given is not None:
        made = write_moment(sides.given.given_at)
        return f"the page that holds it was made on {made} and never fetched.", rules.give_again
    unseen = "and the shop's list did not show this one."
    return (
        f"ShipStation has read changes up to {write_moment(until)}, {unseen}",
        f"{rules.give_again} If this happens often, set `export.sweep: 1h`.",
    )
