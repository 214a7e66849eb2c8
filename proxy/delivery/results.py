"""How an attempt at a delivery ends: what the runner learns of the shop, and what it reports."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connectors.errors import ConnectorError
from connectors.shipments import Shipment
from proxy.rules.retry_schedule import Decision
from proxy.storage.outbox.interface import AttemptOutcome


class AttemptResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one attempt ended.

    `error` is None when the shop has the shipment; `final` when there will be no other attempt.
    `detail` is what the connector says about what it did, if anything.
    """

    error: ConnectorError | None = None
    final: bool
    detail: str = ""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """The error that an attempt ended in, if it did, and the shipment as the shop was asked to take
    it.

    Not `counts`: the shop was not asked, so the delivery is given back as it was, due at once or at
    `look_again`.
    """

    error: ConnectorError | None
    counts: bool = True
    look_again: datetime | None = None
    shipment: Shipment | None = None
    detail: str = ""


def choose_outcome(decision: Decision | None) -> AttemptOutcome:
    """What is recorded of an attempt; no decision was needed where the shop has the shipment."""
    if decision is None:
        return AttemptOutcome.DELIVERED
    return AttemptOutcome.REFUSED if decision.next_at is None else AttemptOutcome.RETRY


class QueuedError(Exception):
    """The delivery turned out to be of an order whose other deliveries come first."""
