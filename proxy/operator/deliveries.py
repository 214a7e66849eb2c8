"""What an operator asks of the outbox, on the command line and over HTTP: which deliveries are
meant, and how one is shown.

The buyer's data is never shown: it is not needed to decide whether to try again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from proxy.operator.times import parse_moment, plain_moment
from proxy.storage.outbox.interface import (
    Attempt,
    Deliveries,
    Delivery,
    DeliveryFilter,
    DeliveryState,
)

# What may be brought back or given up, unless a worker holds it.
OPEN = (DeliveryState.WAITING, DeliveryState.DEAD)
# What a row number can be in either database.
LARGEST_NUMBER = 2**63 - 1
# Every number with so many digits fits.
_LONGEST_NUMBER = len(str(LARGEST_NUMBER)) - 1
_MOST_SHOWN = 10_000


class WantedError(Exception):
    """The selection cannot be understood; the message says what was expected and found."""


def parse_wanted(
    *,
    ids: Sequence[str] = (),
    store: str | None = None,
    states: Sequence[str] = (),
    since: str | None = None,
    order: str | None = None,
) -> DeliveryFilter:
    """The deliveries meant. `since`: a duration before now (`2d`) or a date, UTC.

    Raises WantedError.
    """
    return DeliveryFilter(
        ids=tuple(_number(text) for text in ids),
        store=store or None,
        states=tuple(_state(text) for text in states),
        since=_since(since) if since else None,
        order=order or None,
    )


def _since(text: str) -> datetime:
    try:
        return parse_moment(text, datetime.now(UTC))
    except ValueError as error:
        raise WantedError(f"since: {error}") from error


def to_retry(wanted: DeliveryFilter) -> DeliveryFilter:
    """What is brought back: the dead, unless states or single deliveries are named."""
    return _among(wanted, OPEN if wanted.ids else (DeliveryState.DEAD,))


def to_discard(wanted: DeliveryFilter) -> DeliveryFilter:
    """What is given up for good: dead ones, unless states or single deliveries are named.

    Raises WantedError if nothing narrows it down.
    """
    if wanted == DeliveryFilter():
        raise WantedError(
            "expected which deliveries to discard: ids, a store, a state, an order or a time; found"
            " none"
        )
    return _among(wanted, OPEN if wanted.ids else (DeliveryState.DEAD,))


async def change(
    deliveries: Deliveries, wanted: DeliveryFilter, *, discard: bool, dry_run: bool
) -> tuple[int, Sequence[Delivery]]:
    """Bring back or give up what is meant: how many there were, and the newest of them as they
    stood before.

    Nothing is changed in a `dry_run`. What a worker holds at that moment is left alone, so the
    number may be smaller than the list.
    """
    meant = to_discard(wanted) if discard else to_retry(wanted)
    shown = [
        delivery
        for delivery in await deliveries.find(meant, limit=_MOST_SHOWN)
        if delivery.lease is None
    ]
    if dry_run:
        return len(shown), shown
    return await (deliveries.discard(meant) if discard else deliveries.retry(meant)), shown


async def explain_unchanged(
    deliveries: Deliveries, ids: Sequence[str], *, discard: bool
) -> Sequence[str]:
    """One sentence for each requested delivery that was left unchanged, saying why."""
    wanted = parse_wanted(ids=ids)
    known = (
        {delivery.id: delivery for delivery in await deliveries.find(wanted, limit=_MOST_SHOWN)}
        if ids
        else {}
    )
    said = [f"there is no delivery {number}" for number in wanted.ids if number not in known]
    for delivery in known.values():
        if delivery.lease is not None:
            said.append(f"delivery {delivery.id} is under way")
        elif delivery.state not in OPEN:
            said.append(
                f"delivery {delivery.id} is {delivery.state.value}, so there is nothing to"
                f" {'discard' if discard else 'try again'}"
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
        "items": sum(item.quantity for item in shipment.items),
        "failed_attempts": delivery.attempts,
        "under_way": delivery.lease is not None,
        "next_attempt_at": plain_moment(delivery.next_attempt_at),
        "last_error": delivery.last_error,
        "created_at": plain_moment(delivery.created_at),
        "queued_at": plain_moment(delivery.queued_at),
        "finished_at": plain_moment(delivery.finished_at),
    }


def plain_attempt(attempt: Attempt) -> dict[str, Any]:
    """An attempt as plain values, for JSON; `seconds` it took, `message` the shop's words."""
    return {
        "at": plain_moment(attempt.at),
        "outcome": attempt.outcome.value,
        "seconds": round(attempt.seconds, 3),
        "message": attempt.message,
        "worker": attempt.worker,
    }


def _among(wanted: DeliveryFilter, usual: tuple[DeliveryState, ...]) -> DeliveryFilter:
    states = wanted.states or usual
    if closed := [state.value for state in states if state not in OPEN]:
        raise WantedError(f"state: expected waiting or dead, for what is {closed[0]} is finished")
    return DeliveryFilter(
        ids=wanted.ids, store=wanted.store, states=states, since=wanted.since, order=wanted.order
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise WantedError(f"id: expected a delivery's number, found {text!r}")
    return int(text)


def _state(text: str) -> DeliveryState:
    try:
        return DeliveryState(text)
    except ValueError as error:
        known = ", ".join(state.value for state in DeliveryState)
        raise WantedError(f"state: expected one of {known}, found {text!r}") from error
