"""The outbox in memory, for tests and demonstrations: the same promises, proven by the same suite,
but gone with the process.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from connectors.shipments import Shipment
from proxy.storage.errors import LeaseLostError, UnknownDeliveryError
from proxy.storage.outbox.interface import (
    DEFAULT_LIMIT,
    Attempt,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    PutResult,
)
from proxy.storage.outbox.repeats import (
    brings_id,
    find_repeated,
    is_before,
    is_same_order,
    merge_repeat,
    parcel_keys,
)
from proxy.storage.outbox.rows import record_interrupted, record_resent, without_buyer
from proxy.storage.times import Clock, system_clock
from tests.storage.memory_rows import drop_exchanges, find_due_time, find_free, is_behind, is_meant

_OPEN = (DeliveryState.WAITING, DeliveryState.DEAD)


class MemoryOutbox:
    """`Outbox` and `Deliveries` in one, in a dictionary.

    No method yields half-way, so each is a transaction.
    """

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._rows: dict[int, Delivery] = {}
        self._attempts: dict[int, list[Attempt]] = {}

    async def now(self) -> datetime:
        """The clock it was given."""
        return self._clock()

    async def put(
        self, store: str, shipment: Shipment, *, lease: float | None, doubts: Sequence[str] = ()
    ) -> tuple[PutResult, Delivery]:
        """Store, join or bring back."""
        now = self._clock()
        shipment = self._name_order(store, shipment)
        keys = parcel_keys(shipment)
        parcel = [row for row in self._of(store) if row.shipment.parcel_key() in keys]
        known = find_repeated(parcel, shipment)
        if known is not None:
            learned = brings_id(known, shipment)
            if known.state is not DeliveryState.DEAD and not learned:
                return PutResult.JOINED, known
            shipment = merge_repeat(known.shipment, shipment)
            if known.lease is not None:
                return PutResult.JOINED, self._replace(known, shipment=shipment)
        others = (row for row in self._of(store) if known is None or row.id != known.id)
        busy = any(is_before(row, shipment, now) for row in others)
        fresh = Delivery(
            id=known.id if known else len(self._rows) + 1,
            store=store,
            shipment=shipment,
            state=DeliveryState.WAITING,
            attempts=0,
            next_attempt_at=now,
            lease=None,
            lease_until=None,
            last_error=known.last_error if known else "",
            created_at=known.created_at if known else now,
            queued_at=now,
            doubts=tuple(doubts),
        )
        self._rows[fresh.id] = fresh
        if lease is None or busy:
            return PutResult.QUEUED, fresh
        return PutResult.LEASED, self._lease(fresh, now, lease)

    async def due(self, stores: Sequence[str]) -> Sequence[str]:
        """In the order asked for."""
        now = self._clock()
        waiting = {
            row.store
            for row in self._rows.values()
            if row.state is DeliveryState.WAITING and find_due_time(row) <= now
        }
        return [store for store in stores if store in waiting]

    async def claim(self, store: str, *, limit: int, lease: float) -> Sequence[Delivery]:
        """The longest due first."""
        now = self._clock()
        waiting = [row for row in self._of(store) if row.state is DeliveryState.WAITING]
        free = [
            row for row in waiting if find_due_time(row) <= now and not is_behind(row, waiting, now)
        ]
        free.sort(key=lambda row: (find_due_time(row), row.id))
        return sorted(
            (self._lease(row, now, lease) for row in free[:limit]), key=lambda row: row.id
        )

    async def rename(self, delivery: Delivery, *, split: bool) -> None:
        """It does not know what was given."""

    async def earlier(self, delivery: Delivery) -> Sequence[Shipment]:
        """In the order the shop heard of them."""
        told = [
            row
            for row in self._of(delivery.store)
            if row.state is DeliveryState.DELIVERED
            and row.id != delivery.id
            and is_same_order(row.shipment, delivery.shipment)
        ]
        mine = delivery.shipment.order_id
        return [
            msgspec.structs.replace(row.shipment, order_id=mine or row.shipment.order_id)
            for row in sorted(told, key=lambda row: (row.finished_at or row.created_at, row.id))
        ]

    async def mark_delivered(self, delivery: Delivery, attempt: Attempt) -> None:
        """Final."""
        self._settle(
            delivery,
            attempt,
            state=DeliveryState.DELIVERED,
            finished_at=self._clock(),
            last_error="",
        )

    async def retry_at(
        self, delivery: Delivery, when: datetime, attempt: Attempt, *, counted: bool
    ) -> None:
        """Back in the queue."""
        failed = delivery.attempts + (1 if counted else 0)
        self._settle(
            delivery, attempt, next_attempt_at=when, attempts=failed, last_error=attempt.message
        )

    async def mark_dead(self, delivery: Delivery, attempt: Attempt) -> None:
        """Dead."""
        self._settle(
            delivery,
            attempt,
            state=DeliveryState.DEAD,
            attempts=delivery.attempts + 1,
            finished_at=self._clock(),
            last_error=attempt.message,
        )

    async def give_back(self, delivery: Delivery, *, when: datetime | None = None) -> None:
        """As if it had not been taken."""
        self._settle(delivery, None, next_attempt_at=when or self._clock())

    async def find(
        self, wanted: DeliveryFilter, *, limit: int = DEFAULT_LIMIT
    ) -> Sequence[Delivery]:
        """The newest first."""
        return [
            row for _, row in sorted(self._rows.items(), reverse=True) if is_meant(wanted, row)
        ][:limit]

    async def get(self, number: int) -> Delivery:
        """By number."""
        if number not in self._rows:
            raise UnknownDeliveryError(f"there is no delivery {number}")
        return self._rows[number]

    async def attempts_at(self, number: int) -> Sequence[Attempt]:
        """Oldest first."""
        return list(self._attempts.get(number, ()))

    async def retry(self, wanted: DeliveryFilter) -> int:
        """Due now, from the start of the schedule."""
        return self._change(
            wanted,
            state=DeliveryState.WAITING,
            attempts=0,
            next_attempt_at=self._clock(),
            finished_at=None,
        )

    async def resend(self, wanted: DeliveryFilter, reason: str) -> int:
        """As `retry`, for what the shop has."""
        meant = find_free(self._rows.values(), wanted, (DeliveryState.DELIVERED,), self._clock())
        for row in meant:
            self._replace(row, state=DeliveryState.DEAD, purged_at=None)
            noted = record_resent(self._clock(), reason)
            self._attempts.setdefault(row.id, []).append(noted)
        return await self.retry(DeliveryFilter(ids=tuple(row.id for row in meant))) if meant else 0

    async def discard(self, wanted: DeliveryFilter) -> int:
        """Given up for good."""
        return self._change(
            wanted, state=DeliveryState.DISCARDED, next_attempt_at=None, finished_at=self._clock()
        )

    async def counts(self) -> Mapping[tuple[str, DeliveryState], int]:
        """By store and state."""
        counted: dict[tuple[str, DeliveryState], int] = {}
        for row in self._rows.values():
            if row.state in _OPEN:
                counted[row.store, row.state] = counted.get((row.store, row.state), 0) + 1
        return counted

    async def purge(self, before: datetime) -> int:
        """Buyers and attempts go; what tells a repeat from news stays."""
        done = [
            row for row in self._rows.values() if row.state not in _OPEN and row.purged_at is None
        ]
        old = [row for row in done if row.finished_at is not None and row.finished_at < before]
        for row in old:
            self._replace(
                row,
                shipment=without_buyer(row.shipment),
                doubts=(),
                last_error="",
                purged_at=self._clock(),
            )
            self._attempts.pop(row.id, None)
        return len(old)

    async def shorten_waits(
        self, stores: Sequence[str], *, longest: timedelta, lease: timedelta
    ) -> int:
        """Row by row."""
        now, changed = self._clock(), 0
        for row in list(self._rows.values()):
            if row.store not in stores or row.state is not DeliveryState.WAITING:
                continue
            if row.lease_until is not None and row.lease_until > now + lease:
                self._replace(row, lease_until=now + lease)
            elif row.next_attempt_at is not None and row.next_attempt_at > now + longest:
                self._replace(row, next_attempt_at=now)
            else:
                continue
            changed += 1
        return changed

    def _name_order(self, store: str, shipment: Shipment) -> Shipment:
        if shipment.order_id:
            return shipment
        ids = {
            row.shipment.order_id
            for row in self._of(store)
            if row.shipment.order_number == shipment.order_number and row.shipment.order_id
        }
        return msgspec.structs.replace(shipment, order_id=ids.pop()) if len(ids) == 1 else shipment

    def _of(self, store: str) -> list[Delivery]:
        return [row for row in self._rows.values() if row.store == store]

    def _replace(self, row: Delivery, **changes: Any) -> Delivery:
        self._rows[row.id] = msgspec.structs.replace(row, **changes)
        return self._rows[row.id]

    def _lease(self, row: Delivery, now: datetime, lease: float) -> Delivery:
        lapsed = row.lease is not None
        if lapsed:
            self._attempts.setdefault(row.id, []).append(record_interrupted(now))
        return self._replace(
            row,
            lease=secrets.token_hex(8),
            lease_until=now + timedelta(seconds=lease),
            next_attempt_at=None,
            attempts=row.attempts + (1 if lapsed else 0),
        )

    def _settle(self, delivery: Delivery, attempt: Attempt | None, **changes: Any) -> None:
        row = self._rows[delivery.id]
        if (
            row.state is not DeliveryState.WAITING
            or row.lease is None
            or row.lease != delivery.lease
        ):
            raise LeaseLostError(f"delivery {delivery.id} is no longer ours: the lease had lapsed")
        self._replace(
            row, **{"lease": None, "lease_until": None, "next_attempt_at": None, **changes}
        )
        if attempt is not None:
            tried = [*self._attempts.get(delivery.id, ()), attempt]
            self._attempts[delivery.id] = drop_exchanges(tried)

    def _change(self, wanted: DeliveryFilter, **changes: Any) -> int:
        meant = find_free(self._rows.values(), wanted, _OPEN, self._clock())
        for row in meant:
            self._replace(row, lease=None, lease_until=None, **changes)
        return len(meant)
