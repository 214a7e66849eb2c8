"""Rows of the outbox as types and back, and the locks of an order's queue."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from connectors.shipments import Shipment, fold_tracking
from proxy.storage.outbox.interface import (
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryState,
    KeptExchange,
    Origin,
)

MOST_WITH_EXCHANGES = 8
"""Attempts of one delivery that keep their exchanges: as many as a schedule's steps and one."""

LONGEST_TRACKING = 100
"""Characters of a tracking number by which a delivery is searched."""

_MOST_DOUBTS = 20
_INTERRUPTED = "the process that tried it vanished before it could say how the call ended"
_EXCHANGES = msgspec.json.Decoder(tuple[KeptExchange, ...])


def read_delivery(row: RowMapping) -> Delivery:
    """A row of `deliveries`."""
    state = DeliveryState(row["state"])
    waiting = state is DeliveryState.WAITING
    held = waiting and row["lease"] is not None
    return Delivery(
        id=row["id"],
        store=row["store"],
        shipment=read_shipment(row["shipment"]),
        state=state,
        attempts=row["attempts"],
        next_attempt_at=row["due_at"] if waiting and not held else None,
        lease=row["lease"] if held else None,
        lease_until=row["due_at"] if held else None,
        last_error=row["last_error"],
        created_at=row["created_at"],
        queued_at=row["queued_at"],
        finished_at=row["finished_at"],
        purged_at=row["purged_at"],
        doubts=msgspec.json.decode(row["doubts"], type=tuple[str, ...]),
        origin=Origin(row["origin"]),
    )


def read_attempt(row: RowMapping) -> Attempt:
    """A row of `attempts`."""
    return Attempt(
        at=row["at"],
        outcome=AttemptOutcome(row["outcome"]),
        seconds=row["seconds"],
        message=row["message"],
        worker=row["worker"],
        exchanges=_EXCHANGES.decode(row["exchanges"]) if row["exchanges"] else (),
    )


def read_shipment(text: str) -> Shipment:
    """A shipment as `write_shipment` wrote it."""
    return msgspec.json.decode(text, type=Shipment)


def write_shipment(shipment: Shipment) -> str:
    """A shipment as JSON text."""
    return msgspec.json.encode(shipment).decode()


def without_buyer(shipment: Shipment) -> Shipment:
    """The shipment without who bought it and what they wrote: what is left tells a repeat from
    news, and what was shipped.
    """
    return msgspec.structs.replace(
        shipment,
        recipient=None,
        customer_code="",
        customer_notes="",
        internal_notes="",
        notes_to_customer="",
        custom_fields=(),
    )


def write_doubts(doubts: Sequence[str]) -> str:
    """What of a notice could not be understood, as JSON text; the first twenty, and how many more
    there are.
    """
    more = len(doubts) - _MOST_DOUBTS
    kept = [*doubts[:_MOST_DOUBTS], *([f"and {more} more"] if more > 0 else [])]
    return msgspec.json.encode(kept).decode()


def write_attempt(delivery_id: int, attempt: Attempt) -> dict[str, Any]:
    """The values of a row of `attempts`."""
    return {
        "delivery_id": delivery_id,
        **msgspec.structs.asdict(attempt),
        "outcome": attempt.outcome.value,
        "exchanges": msgspec.json.encode(attempt.exchanges).decode() if attempt.exchanges else "",
    }


def record_interrupted(now: datetime) -> Attempt:
    """What stands among the attempts once a lease has lapsed."""
    return Attempt(
        at=now,
        outcome=AttemptOutcome.INTERRUPTED,
        seconds=0.0,
        message=_INTERRUPTED,
        worker="",
    )


def record_resent(now: datetime, reason: str) -> Attempt:
    """What stands among the attempts once the operator had a delivery told again."""
    return Attempt(
        at=now, outcome=AttemptOutcome.RESENT, seconds=0.0, message=reason, worker="operator"
    )


def new_row(
    store: str, shipment: Shipment, now: datetime, doubts: Sequence[str] = ()
) -> dict[str, Any]:
    """The values of a row for a notice that has just come in, due now and not claimed."""
    return {
        "store": store,
        "created_at": now,
        "purged_at": None,
        **queued_row(shipment, now, doubts),
        "last_error": "",
    }


def queued_row(shipment: Shipment, now: datetime, doubts: Sequence[str]) -> dict[str, Any]:
    """The values that put a row at the start of its schedule."""
    return {
        **identity_row(shipment),
        "doubts": write_doubts(doubts),
        "origin": Origin.NOTICE.value,
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
        "due_at": now,
        "lease": None,
        "queued_at": now,
        "finished_at": None,
    }


def identity_row(shipment: Shipment) -> dict[str, Any]:
    """The values of a shipment, and of what it is known by."""
    return {
        "order_id": shipment.order_id or None,
        "order_number": shipment.order_number or None,
        "key": shipment.key(),
        "parcel": shipment.parcel_key(),
        "tracking": fold_tracking(shipment.tracking_number)[:LONGEST_TRACKING],
        "shipment": write_shipment(shipment),
    }


def write_lease(now: datetime, lease: float, token: str) -> dict[str, Any]:
    """The values of a row that is held from now on for `lease` seconds."""
    return {"lease": token, "due_at": now + timedelta(seconds=lease)}


def order_locks(store: str, order_id: str | None, order_number: str | None) -> set[int]:
    """The numbers under which an order's queue is locked, one for its id and one for its number
    (PostgreSQL's advisory locks).
    """
    words = [("number", order_number)] if order_number else []
    words += [("id", order_id)] if order_id else []
    return {
        int.from_bytes(
            hashlib.blake2b(msgspec.json.encode((store, *word)), digest_size=8).digest(),
            "big",
            signed=True,
        )
        for word in words
    }
