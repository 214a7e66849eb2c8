"""One attempt: tell the shop of one shipment, learn from how it ends, and write that down.

What the shop said is written in the same transaction that settles the delivery. A crash in between
means that the shop is asked again, and connectors look before they write.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import msgspec
import structlog

from connectors.errors import (
    CircuitOpenError,
    ConnectorError,
    OrderNotFoundError,
    SharedNumberError,
    TemporaryError,
    ThrottledError,
    UnavailableError,
)
from connectors.interface import ShipOutcome
from connectors.shipments import Shipment
from proxy.delivery.exchanges import ExchangeRecorder
from proxy.delivery.log_lines import tell_attempt
from proxy.delivery.results import AttemptResult, QueuedError, Tried, choose_outcome
from proxy.rules.outage import Outage, Permit
from proxy.rules.retry_schedule import Decision, RetrySchedule
from proxy.settings.models import DeliverySettings, NotifyCustomer
from proxy.storage.errors import LeaseLostError, StorageError
from proxy.storage.outbox.interface import (
    Attempt,
    Delivery,
    Outbox,
    RepeatedError,
)
from proxy.stores import Store, listening
from proxy.telemetry.masking import mask_text
from proxy.telemetry.metrics import Metrics
from proxy.telemetry.tracing import trace

# A call to the shop ends well before its lease does, so that two workers never call for one
# delivery at the same time: so much of the lease is left when it ends.
_KEPT_SHARE = 0.25
_LONGEST_MESSAGE = 1000
# How long to wait before what the shop said is written again, when the database did not take it.
_WRITE_AGAIN = 0.5
_log = structlog.get_logger("portside.delivery")


def ignore_delivered(store: Store, shipment: Shipment) -> None:
    """Nothing else depends on a shipment that the shop has."""


class AttemptRunner:
    """Makes attempts, for one process.

    `on_delivered` hears of each shipment that the shop has. `clock` is a steady clock in seconds,
    `lease` the seconds for which a delivery is claimed.
    """

    def __init__(
        self,
        outbox: Outbox,
        settings: DeliverySettings,
        metrics: Metrics,
        *,
        on_delivered: Callable[[Store, Shipment], None] = ignore_delivered,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock
        self._outbox = outbox
        self._metrics = metrics
        self._on_delivered = on_delivered
        self.schedule = RetrySchedule(steps=settings.schedule, order_grace=settings.order_grace)
        self.lease = settings.lease.total_seconds()
        self._outages: dict[str, Outage] = {}
        self._calls: set[asyncio.Timeout] = set()
        self._stopping = asyncio.Event()
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    def find_outage(self, store: str) -> Outage:
        """What is known of a store's shop."""
        return self._outages.setdefault(store, Outage())

    def stop(self) -> None:
        """Break off all calls; their leases are given back."""
        self._stopping.set()
        for call in self._calls:
            call.reschedule(asyncio.get_running_loop().time())

    def compute_lease_end(self) -> float:
        """When a lease that is about to be asked for will end at the earliest, by `clock`: the
        database may take its time to grant it.
        """
        return self.clock() + self.lease

    async def run(
        self, store: Store, delivery: Delivery, lease_ends: float, permit: Permit, *, is_named: bool
    ) -> AttemptResult:
        """One attempt at a delivery that is leased until `lease_ends`, under a granted permit.

        `is_named`: what was given under its number was looked up a moment ago, and is not disputed.

        Raises nothing that the shop or the database may do.
        """
        began_at, began = datetime.now(UTC), self.clock()
        recorder = ExchangeRecorder(delivery.shipment)
        span = trace("delivery", store=store.name, delivery=delivery.id, attempt=delivery.attempts)
        with permit, store.work, listening(recorder.take), span:
            tried = await self._ask_shop(store, delivery, lease_ends, permit, is_named=is_named)
        error = tried.error
        if error is not None and (not tried.counts or self._stopping.is_set()):
            when = tried.look_again
            await self._write(
                delivery, lambda: self._outbox.give_back(delivery, when=when), lease_ends
            )
            return AttemptResult(error=error, final=False)
        decision = None if error is None else await self._decide(store.name, delivery, error)
        attempt = Attempt(
            at=began_at,
            outcome=choose_outcome(decision),
            seconds=self.clock() - began,
            message=mask_text(tried.detail if error is None else str(error))[:_LONGEST_MESSAGE],
            worker=self._name,
            exchanges=recorder.list_kept(),
        )
        await self._write(delivery, lambda: self._settle(delivery, decision, attempt), lease_ends)
        self._metrics.count_attempt(
            store=store.name, outcome=attempt.outcome.value, seconds=attempt.seconds
        )
        tell_attempt(delivery, attempt, error, decision)
        if decision is None:
            self._on_delivered(store, tried.shipment or delivery.shipment)
        final = decision is None or decision.next_at is None
        return AttemptResult(error=error, final=final, detail=tried.detail)

    async def _ask_shop(
        self, store: Store, delivery: Delivery, lease_ends: float, permit: Permit, *, is_named: bool
    ) -> Tried:
        try:
            if not (is_named or delivery.shipment.order_id):
                delivery = await self._rename(delivery, split=False)
            tried = await self._tell(store, delivery, lease_ends, permit)
            if isinstance(tried.error, OrderNotFoundError):
                renamed = await self._rename(delivery, split=True)
                if renamed is not delivery:
                    tried = await self._tell(store, renamed, lease_ends, permit)
        except (QueuedError, LeaseLostError, StorageError) as fault:
            return Tried(error=TemporaryError(str(fault)), counts=False)
        except SharedNumberError as shared:
            return Tried(error=shared)
        except RepeatedError as repeat:
            if repeat.look_again is None:
                return Tried(error=None, shipment=repeat.known.shipment, detail=str(repeat))
            error = TemporaryError(f"{repeat}, which waits")
            return Tried(error=error, counts=False, look_again=repeat.look_again)
        return tried

    async def _rename(self, delivery: Delivery, *, split: bool) -> Delivery:
        """The delivery under the order that was given under its number, if one was.

        Raises QueuedError if others of that order come first.
        """
        found = await self._outbox.rename(delivery, split=split)
        if found is None:
            return delivery
        renamed, is_behind = found
        if is_behind:
            raise QueuedError("another parcel of the same order is told first")
        return renamed

    async def _tell(
        self, store: Store, delivery: Delivery, lease_ends: float, permit: Permit
    ) -> Tried:
        earlier = await self._outbox.earlier(delivery)
        if self._stopping.is_set():
            return Tried(error=TemporaryError("Portside is about to stop"), counts=False)
        limit = lease_ends - self.lease * _KEPT_SHARE - self.clock()
        if limit <= 0:
            late = TemporaryError("the database took so long that the shop was not asked")
            return Tried(error=late, counts=False)
        if delivery.attempts > len(self.schedule.steps):
            # Only attempts that ended with their process bring a delivery this far: it may be what
            # ends them.
            tries = delivery.attempts
            worn_out = f"given up: {tries} tries failed or ended with the process that tried"
            return Tried(error=TemporaryError(worn_out))
        outcome = await self._call(store, delivery, earlier, limit)
        error = outcome if isinstance(outcome, ConnectorError) else None
        self._learn(store.name, delivery, error, permit)
        if not isinstance(outcome, ShipOutcome):
            return Tried(error=error, shipment=delivery.shipment)
        shipment = delivery.shipment
        if outcome.order_id and not shipment.order_id:
            shipment = msgspec.structs.replace(shipment, order_id=outcome.order_id)
        return Tried(error=None, shipment=shipment, detail=outcome.detail)

    async def _call(
        self, store: Store, delivery: Delivery, earlier: Sequence[Shipment], limit: float
    ) -> ConnectorError | ShipOutcome:
        shipment = as_policy_says(delivery.shipment, store.settings.notify_customer)
        try:
            async with asyncio.timeout(limit) as call:
                self._calls.add(call)
                try:
                    return await store.connector.ship(shipment, earlier)
                finally:
                    self._calls.discard(call)
        except ConnectorError as error:
            return error
        except TimeoutError:
            return UnavailableError(f"the shop did not answer within {limit:.1f} seconds")
        except Exception:  # noqa: BLE001 -- a connector may be a stranger's; its fault must not cost a shipment
            _log.exception(
                "Connector failed in an unexpected way.", store=store.name, delivery=delivery.id
            )
            return TemporaryError(
                "Portside failed to tell the shop, by a fault of its own; its log says more"
            )

    def _learn(
        self, store: str, delivery: Delivery, error: ConnectorError | None, permit: Permit
    ) -> None:
        outage, now = self.find_outage(store), self.clock()
        if isinstance(error, CircuitOpenError):
            outage.pause(now, error.retry_after or 0.0)
        elif isinstance(error, UnavailableError):
            outage.record_failure(delivery.id, now, permit)
        else:
            outage.record_answer()
            if isinstance(error, ThrottledError):
                outage.pause(now, error.retry_after or 0.0)

    async def _decide(self, store: str, delivery: Delivery, error: ConnectorError) -> Decision:
        try:
            now = await self._outbox.now()
        except StorageError:
            now = datetime.now(UTC)
        return self.schedule.decide(
            error,
            attempts=delivery.attempts,
            queued_at=delivery.queued_at,
            now=now,
            shop_is_down=self.find_outage(store).down,
            chance=random.random(),  # noqa: S311 - spreads retries, guards nothing
        )

    async def _settle(
        self, delivery: Delivery, decision: Decision | None, attempt: Attempt
    ) -> None:
        if decision is None:
            await self._outbox.mark_delivered(delivery, attempt)
        elif decision.next_at is None:
            await self._outbox.mark_dead(delivery, attempt)
        else:
            await self._outbox.retry_at(
                delivery, decision.next_at, attempt, counted=decision.counted
            )

    async def _write(
        self, delivery: Delivery, write: Callable[[], Awaitable[None]], lease_ends: float
    ) -> None:
        """Write how it ended, again and again while the lease lasts; the repeats are logged at
        debug. If that fails, the lease lapses and the shop is asked again.
        """
        log = _log.warning
        while True:
            try:
                await write()
            except LeaseLostError as error:
                _log.warning("Settled too late.", delivery=delivery.id, reason=error)
            except StorageError as error:
                log("Could not settle.", delivery=delivery.id, reason=error)
                if self.clock() + _WRITE_AGAIN < lease_ends and not self._stopping.is_set():
                    log = _log.debug
                    await asyncio.sleep(_WRITE_AGAIN)
                    continue
            return


def as_policy_says(shipment: Shipment, policy: NotifyCustomer) -> Shipment:
    """The shipment with the store's word on whether the shop mails the buyer."""
    if policy == "as_told":
        return shipment
    return msgspec.structs.replace(shipment, notify_customer=policy == "always")
