"""What the outbox in memory asks of one of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from proxy.storage.outbox.interface import Attempt, Delivery, DeliveryFilter, DeliveryState
from proxy.storage.outbox.repeats import is_before, is_held
from proxy.storage.outbox.rows import MOST_WITH_EXCHANGES


def find_due_time(row: Delivery) -> datetime:
    """When it is due, or when its lease ends."""
    return row.lease_until or row.next_attempt_at or row.created_at


def is_behind(row: Delivery, waiting: Sequence[Delivery], now: datetime) -> bool:
    """Whether another delivery of its order goes first."""
    return any(
        is_before(other, row.shipment, now) and (other.id < row.id or is_held(other, now))
        for other in waiting
        if other.id != row.id
    )


def is_meant(wanted: DeliveryFilter, row: Delivery) -> bool:
    """Whether a filter means it."""
    return (
        (not wanted.ids or row.id in wanted.ids)
        and (wanted.store is None or row.store == wanted.store)
        and (not wanted.states or row.state in wanted.states)
        and (wanted.since is None or row.queued_at >= wanted.since)
        and (wanted.before is None or row.id < wanted.before)
        and (
            wanted.order is None
            or wanted.order in (row.shipment.order_number, row.shipment.order_id)
        )
    )


def find_free(
    rows: Iterable[Delivery],
    wanted: DeliveryFilter,
    among: Sequence[DeliveryState],
    now: datetime,
) -> Sequence[Delivery]:
    """The deliveries meant, in one of these states, that no worker holds."""
    return [r for r in rows if r.state in among and not is_held(r, now) and is_meant(wanted, r)]


def drop_exchanges(tried: Sequence[Attempt]) -> list[Attempt]:
    """The attempts at one delivery, of which the newest keep their exchanges."""
    kept = len(tried) - MOST_WITH_EXCHANGES
    return [
        msgspec.structs.replace(each, exchanges=()) if at < kept else each
        for at, each in enumerate(tried)
    ]
