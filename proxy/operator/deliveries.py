"""What an operator asks of the outbox, on the command line and over HTTP: which deliveries are
meant, and how one is shown.

What a notice says of the buyer is never shown: it is not needed to decide whether to try again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

from connectors.quoting import make_printable
from connectors.shipments import name_item
from proxy.operator.times import parse_moment, plain_moment
from proxy.storage.actions import Action, OperatorActions
from proxy.storage.outbox.interface import (
    Attempt,
    Deliveries,
    Delivery,
    DeliveryFilter,
    DeliveryState,
)
from proxy.storage.outbox.refused import RefusedNotice

# What may be brought back or given up, unless a worker holds it.
OPEN = (DeliveryState.WAITING, DeliveryState.DEAD)
MOST_REASON = 500
# What a row number can be in either database.
LARGEST_NUMBER = 2**63 - 1
# Every number with so many digits fits.
_LONGEST_NUMBER = len(str(LARGEST_NUMBER)) - 1
_MOST_SHOWN = 10_000
# Of one change, in the list of what operators did.
_MOST_NAMED = 20


class WantedError(Exception):
    """The selection cannot be understood; the message says what was expected and found."""


class Change(StrEnum):
    """What an operator may do about deliveries: try dead and waiting ones again, give them up, or
    tell the shop again what it has.
    """

    RETRY = "retry"
    DISCARD = "discard"
    RESEND = "resend"


_PURPOSES = {
    Change.RETRY: "try again",
    Change.DISCARD: "discard",
    Change.RESEND: "send again",
}


def parse_wanted(
    *,
    ids: Sequence[str] = (),
    store: str | None = None,
    states: Sequence[str] = (),
    since: str | None = None,
    order: str | None = None,
    before: str | None = None,
) -> DeliveryFilter:
    """The deliveries meant; None leaves a choice out. `since`: a duration before now (`2d`) or a
    date, UTC. Raises WantedError.
    """
    # An empty text, as of a variable that was not set, must not widen a change to all stores.
    for name, text in {"store": store, "since": since, "order": order, "before": before}.items():
        if text == "" or "\0" in (text or ""):
            raise WantedError(f"{name}: expected a printable text, found an empty one or a NUL")
    return DeliveryFilter(
        ids=tuple(parse_number(text) for text in ids),
        store=store,
        states=tuple(_state(text) for text in states),
        since=_since(since) if since is not None else None,
        order=order,
        before=parse_number(before) if before is not None else None,
    )


def _since(text: str) -> datetime:
    try:
        return parse_moment(text, datetime.now(UTC))
    except ValueError as error:
        raise WantedError(f"since: {error}") from error


def choose_deliveries(
    wanted: DeliveryFilter, change: Change, *, everything: bool = False
) -> DeliveryFilter:
    """What is changed: of those meant, the ones in a state that allows it; without ids or states,
    the dead. `everything` stands for a choice where nothing else narrows it down.

    Raises WantedError.
    """
    if everything and wanted.ids:
        raise WantedError("expected either ids or all, found both")
    if change is Change.RESEND:
        if not wanted.ids:
            raise WantedError("expected the ids of the deliveries to send again, found none")
        return msgspec.structs.replace(wanted, states=(DeliveryState.DELIVERED,))
    if wanted == DeliveryFilter() and not everything:
        raise WantedError(
            f"expected which deliveries to {_PURPOSES[change]}: ids, a store, a state, an order, a"
            " time, or all; found none"
        )
    states = wanted.states or (OPEN if wanted.ids else (DeliveryState.DEAD,))
    if closed := [state.value for state in states if state not in OPEN]:
        raise WantedError(
            f"state: expected waiting or dead, because what is {closed[0]} is finished"
        )
    return msgspec.structs.replace(wanted, states=states)


def parse_reason(text: str) -> str:
    """Why something is sent again, in one line of at most 500 characters. Raises WantedError."""
    reason = " ".join(make_printable(text[: 2 * MOST_REASON]).split())
    if not reason or len(reason) > MOST_REASON:
        raise WantedError(
            f"reason: expected 1 to {MOST_REASON} characters that say why, found"
            f" {'more' if reason else 'none'}"
        )
    return reason


async def change_deliveries(
    deliveries: Deliveries,
    meant: DeliveryFilter,
    change: Change,
    *,
    dry_run: bool,
    reason: str = "",
) -> tuple[int, Sequence[Delivery]]:
    """Change what `choose_deliveries` gave: how many there were, and the newest of them as they
    stood before. `reason` as of `parse_reason`, for a resend.

    Nothing is changed in a `dry_run`. What a worker holds at that moment is left alone, so the
    number may be smaller than the list.
    """
    shown = [
        delivery
        for delivery in await deliveries.find(meant, limit=_MOST_SHOWN)
        if delivery.lease is None
    ]
    if dry_run:
        return len(shown), shown
    match change:
        case Change.RETRY:
            return await deliveries.retry(meant), shown
        case Change.DISCARD:
            return await deliveries.discard(meant), shown
        case Change.RESEND:
            return await deliveries.resend(meant, reason), shown


async def record_change(
    actions: OperatorActions,
    who: str,
    change: Change,
    count: int,
    shown: Sequence[Delivery],
    reason: str = "",
) -> None:
    """Keep what `change_deliveries` did, if it did anything. Raises StorageError."""
    if not count:
        return
    stores = {delivery.store for delivery in shown}
    numbers = [str(delivery.id) for delivery in shown[:_MOST_NAMED]]
    more = count - len(numbers)
    rest = f" and {more} more" if more > 0 else ""
    await actions.keep(
        Action(
            who=who,
            action=change.value,
            store=stores.pop() if len(stores) == 1 else "",
            subject=f"{'delivery' if count == 1 else 'deliveries'} {', '.join(numbers)}{rest}",
            reason=reason,
        )
    )


async def explain_unchanged(
    deliveries: Deliveries, ids: Sequence[int], change: Change
) -> Sequence[str]:
    """One sentence for each requested delivery that will be left unchanged, saying why."""
    wanted = DeliveryFilter(ids=tuple(ids))
    known = (
        {delivery.id: delivery for delivery in await deliveries.find(wanted, limit=_MOST_SHOWN)}
        if ids
        else {}
    )
    said = [f"there is no delivery {number}" for number in wanted.ids if number not in known]
    allowed = (DeliveryState.DELIVERED,) if change is Change.RESEND else OPEN
    for delivery in known.values():
        if delivery.lease is not None:
            said.append(f"delivery {delivery.id} is under way")
        elif delivery.state not in allowed:
            advice = (
                f"; see `portside deliveries retry {delivery.id}`"
                if change is Change.RESEND and delivery.state is DeliveryState.DEAD
                else ""
            )
            said.append(
                f"delivery {delivery.id} is {delivery.state.value}, so there is nothing to"
                f" {_PURPOSES[change]}{advice}"
            )
    return said


def plain(delivery: Delivery) -> dict[str, Any]:
    """A delivery as plain values, for JSON."""
    shipment = delivery.shipment
    return {
        "id": delivery.id,
        "store": delivery.store,
        "state": delivery.state.value,
        "order_number": shipment.order_number,
        "order_id": shipment.order_id,
        "carrier": shipment.carrier,
        "service": shipment.service,
        "tracking_number": shipment.tracking_number,
        "items": [
            make_printable(f"{item.quantity} x {name_item(item)}") for item in shipment.items
        ],
        "failed_attempts": delivery.attempts,
        "under_way": delivery.lease is not None,
        "next_attempt_at": plain_moment(delivery.next_attempt_at),
        "last_error": delivery.last_error,
        "doubts": list(delivery.doubts),
        "origin": delivery.origin.value,
        "created_at": plain_moment(delivery.created_at),
        "queued_at": plain_moment(delivery.queued_at),
        "finished_at": plain_moment(delivery.finished_at),
    }


def plain_attempt(attempt: Attempt) -> dict[str, Any]:
    """An attempt as plain values, for JSON; `seconds` it took, `message` the shop's words,
    `exchanges` what was asked and answered, as in `KeptExchange`.
    """
    return {
        "at": plain_moment(attempt.at),
        "outcome": attempt.outcome.value,
        "seconds": round(attempt.seconds, 3),
        "message": attempt.message,
        "worker": attempt.worker,
        "exchanges": [msgspec.to_builtins(each) for each in attempt.exchanges],
    }


def plain_refused(notice: RefusedNotice) -> dict[str, Any]:
    """A refused notice as plain values, for JSON; `body_bytes` is null where it was not read."""
    refusal = notice.refusal
    return {
        "id": notice.id,
        "store": notice.store,
        "status": refusal.status,
        "reason": refusal.reason,
        "times": notice.times,
        "first_seen": plain_moment(notice.first_seen),
        "last_seen": plain_moment(notice.last_seen),
        "query": refusal.query,
        "body_bytes": refusal.size,
        "body": refusal.body,
    }


def parse_limit(text: str | None, usual: int, most: int) -> int:
    """How many one answer may list: `usual` if nothing is asked for. Raises WantedError."""
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))) or not (
        1 <= int(text) <= most
    ):
        raise WantedError(f"limit: expected a number from 1 to {most}, found {text[:20]!r}")
    return int(text)


def parse_number(text: str, what: str = "delivery") -> int:
    """The number that an operator calls `what` by. Raises WantedError."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise WantedError(f"id: expected a {what}'s number, found {text[:40]!r}")
    return int(text)


def _state(text: str) -> DeliveryState:
    try:
        return DeliveryState(text)
    except ValueError as error:
        known = ", ".join(state.value for state in DeliveryState)
        raise WantedError(f"state: expected one of {known}, found {text!r}") from error
