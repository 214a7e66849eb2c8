"""What is wrong with an order's parcels: notices that the shop does not have, and labels that were
voided after it was told. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from proxy.rules.audit.building import build_fault, write_moment
from proxy.rules.audit.faults import AuditRules, Fault, FaultKind
from proxy.rules.audit.sides import AccountOrder, AccountParcel, DeliverySide, OrderSides

_MOST_WORDS = 300


def judge_parcels(sides: OrderSides, rules: AuditRules) -> Iterator[Fault]:
    """What is wrong with each delivery and each parcel of the account."""
    voided = set[int]()
    for parcel in sides.parcels:
        delivery = sides.find_delivery(parcel)
        if parcel.is_voided and delivery is not None:
            voided.add(delivery.id)
        if (fault := _judge_parcel(sides, rules, parcel, delivery)) is not None:
            yield fault
    for delivery in sides.deliveries:
        if delivery.id not in voided:
            yield from _judge_delivery(sides, rules, delivery)


def _judge_delivery(
    sides: OrderSides, rules: AuditRules, delivery: DeliverySide
) -> Iterator[Fault]:
    show = f"`portside deliveries show {delivery.id}`"
    if delivery.state == "dead":
        yield build_fault(
            sides,
            FaultKind.REFUSED,
            f"The notice of {_name_delivery(delivery)} came in, and the shop does not take it:"
            f" {_cut(delivery.last_error)}",
            f"Remove the cause, then run `portside deliveries retry {delivery.id}`; {show} prints"
            " what the shop was asked and what it answered.",
            since=delivery.created_at,
        )
    elif delivery.state == "waiting" and rules.is_settled(delivery.created_at):
        said = f" The last attempt ended with: {_cut(delivery.last_error)}"
        yield build_fault(
            sides,
            FaultKind.WAITING,
            f"The notice of {_name_delivery(delivery)} still waits for the shop, after"
            f" {delivery.attempts} failed attempts.{said if delivery.last_error else ''}",
            f"Portside goes on trying. {show} prints the attempts, and `portside check` says"
            " whether the shop answers.",
            since=delivery.created_at,
        )


def _judge_parcel(
    sides: OrderSides, rules: AuditRules, parcel: AccountParcel, delivery: DeliverySide | None
) -> Fault | None:
    order = next((each for each in sides.there if each.id == parcel.order_id), None)
    if parcel.is_return:
        return None
    if parcel.is_voided:
        return _judge_voided(sides, parcel, delivery, order)
    is_harmless = not parcel.tracking_number and sides.shop is not None and not sides.shop.is_open
    if delivery is not None or is_harmless or not rules.is_settled(parcel.created_at):
        return None
    kind = FaultKind.REFUSED if parcel.error else FaultKind.SHIPPED_THERE
    by_hand = (
        f"Run `portside ship --store {rules.store} --tracking {parcel.tracking_number}"
        f" {sides.number}`."
        if parcel.tracking_number
        else "Complete the order in the shop."
    )
    return build_fault(
        sides,
        kind,
        f"ShipStation has {parcel.name} since {write_moment(parcel.created_at)}, and the shop was"
        f" never told: {_say_why(parcel)}",
        by_hand,
        order=order,
        since=parcel.created_at,
    )


def _judge_voided(
    sides: OrderSides,
    parcel: AccountParcel,
    delivery: DeliverySide | None,
    order: AccountOrder | None,
) -> Fault | None:
    """A voided label matters once the shop was told about it, or while it will be."""
    if delivery is None or delivery.state not in {"delivered", "waiting"} or delivery.is_withdrawn:
        return None
    told, step = (
        (
            "the shop was told about it",
            "Take the tracking number out of the order in the shop, or have it shipped again.",
        )
        if delivery.state == "delivered"
        else (
            "its notice still waits for the shop",
            f"Run `portside deliveries discard {delivery.id}`, so that the shop is not told.",
        )
    )
    return build_fault(
        sides,
        FaultKind.VOIDED,
        f"{parcel.name.capitalize()} was voided in ShipStation {_say_when(parcel)}, which it"
        f" announces to no store, and {told}.",
        step,
        order=order,
        since=parcel.voided_at or parcel.created_at,
    )


def _say_why(parcel: AccountParcel) -> str:
    if parcel.error:
        return f"ShipStation announced it and was answered {_cut(parcel.error)}"
    if parcel.is_announced:
        return "ShipStation claims to have announced it, and Portside received no notice."
    return "ShipStation never announced it."


def _say_when(parcel: AccountParcel) -> str:
    return "later" if parcel.voided_at is None else f"on {write_moment(parcel.voided_at)}"


def _name_delivery(delivery: DeliverySide) -> str:
    number = delivery.tracking_number
    return f"parcel {number}" if number else "a parcel without a tracking number"


def _cut(words: str) -> str:
    """Words of a stranger, as much of them as a sentence can hold, with a full stop."""
    words = " ".join(words[: 2 * _MOST_WORDS].split())
    if len(words) > _MOST_WORDS:
        return f"{words[:_MOST_WORDS]}…"
    return words if words.endswith((".", "!", "?")) else f"{words}."
