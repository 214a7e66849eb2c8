"""Takes shipment notices in: stored first, tried at once, with a result that never claims more
than is true. Which status a result means is the server's to know.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum

import msgspec
import structlog

from connectors.errors import ConnectorError, PermanentError
from connectors.shipments import Shipment
from proxy.delivery.attempt import AttemptResult, Courier
from proxy.settings.models import DeliverySettings
from proxy.storage.outbox.interface import Delivery, DeliveryState, Outbox, PutResult
from proxy.stores import Store
from proxy.telemetry.masking import masked_text
from proxy.telemetry.metrics import Metrics

# So many of one store's notices are tried while ShipStation waits; more are left to the worker.
_MOST_AT_ONCE = 32
# How long a settlement may take once its call was broken off.
_LAST_WORDS = 5.0
_log = structlog.get_logger("portside.delivery")


class NoticeOutcome(StrEnum):
    """What became of a notice.

    `waiting`: stored, and the shop will be told later. `repeated`: stored before. `refused`: the
    shop did not take it for a reason that a person must see to.
    """

    DELIVERED = "delivered"
    WAITING = "waiting"
    REPEATED = "repeated"
    REFUSED = "refused"


class NoticeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a notice that is stored, with one sentence for the merchant.

    `error` ended the attempt made while the client waited; None without an attempt, or if the shop
    has the shipment. `final`: nothing more will be tried.
    """

    outcome: NoticeOutcome
    message: str
    error: ConnectorError | None = None
    final: bool = False


_STORED = NoticeResult(outcome=NoticeOutcome.WAITING, message="stored; Portside will tell the shop")


class Deliverer:
    """Takes notices in and starts their delivery.

    `wake` is set whenever the worker may find something to do.
    """

    def __init__(self, outbox: Outbox, settings: DeliverySettings, metrics: Metrics) -> None:
        self.wake = asyncio.Event()
        self.courier = Courier(outbox, settings, metrics)
        self._outbox = outbox
        self._metrics = metrics
        self._answer_within = settings.answer_within.total_seconds()
        self._lease = settings.lease.total_seconds()
        self._running: dict[asyncio.Task[AttemptResult], str] = {}
        self._stopping = False

    def under_way(self, store: str) -> int:
        """How many deliveries of a store this process is at work on."""
        return sum(name == store for name in self._running.values())

    def at_work_on(self, delivery: Delivery) -> bool:
        """Whether this process is telling the shop of it at this moment, whatever its lease
        says.
        """
        return any(task.get_name() == _name(delivery) for task in self._running)

    def may_ask(self, store: str) -> bool:
        """Whether a delivery of this store may be started now.

        Whoever hears yes either starts one or calls the outage's `retreat`.
        """
        return not self._stopping and self.courier.outage(store).admit(self.courier.clock())

    async def accept(self, store: Store, shipment: Shipment) -> NoticeResult:
        """Store a notice, try it at once, and say what became of it.

        Raises StorageError if it could not be stored.
        """
        at_once = self.under_way(store.name) < _MOST_AT_ONCE and self.may_ask(store.name)
        leased, lease_ends = False, self.courier.lease_end()
        try:
            result, delivery = await self._outbox.put(
                store.name, shipment, lease=self._lease if at_once else None
            )
            leased = result is PutResult.LEASED
        finally:
            if at_once and not leased:
                self.courier.outage(store.name).retreat()
        if not leased:
            self.wake.set()
            return self._count(store, _describe_known(result, delivery))
        task = self.start(store, delivery, lease_ends)
        done, _ = await asyncio.wait({task}, timeout=self._answer_within)
        return self._count(store, _describe_attempt(task.result()) if done else _STORED)

    def start(
        self, store: Store, delivery: Delivery, lease_ends: float
    ) -> asyncio.Task[AttemptResult]:
        """Carry out a delivery, leased until `lease_ends` by the courier's clock, in a task of its
        own, which outlives whoever waits for it.
        """
        task = asyncio.create_task(
            self.courier.carry(store, delivery, lease_ends), name=_name(delivery)
        )
        self._running[task] = store.name
        task.add_done_callback(self._ended)
        return task

    async def close(self, within: float = 0.0) -> None:
        """Start nothing more, let what runs end for so many seconds, then break it off and give the
        leases back.
        """
        self._stopping = True
        if self._running:
            await asyncio.wait(set(self._running), timeout=within)
        self.courier.stop()
        if self._running:
            await asyncio.wait(set(self._running), timeout=_LAST_WORDS)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[AttemptResult]) -> None:
        self._running.pop(task, None)
        self.wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a delivery broke off", exc_info=error)

    def _count(self, store: Store, result: NoticeResult) -> NoticeResult:
        self._metrics.noticed(store=store.name, answer=result.outcome.value)
        return result


def _name(delivery: Delivery) -> str:
    return f"delivery {delivery.id}"


def _describe_known(result: PutResult, delivery: Delivery) -> NoticeResult:
    """The result when the shop is not asked now."""
    if result is PutResult.QUEUED:
        return _STORED
    said = {
        DeliveryState.DELIVERED: "known already; the shop has it",
        DeliveryState.DISCARDED: "known already; it was discarded by hand",
    }
    return NoticeResult(
        outcome=NoticeOutcome.REPEATED,
        message=said.get(delivery.state, "known already; Portside will tell the shop"),
        final=delivery.state in said,
    )


def _describe_attempt(attempt: AttemptResult) -> NoticeResult:
    """The result once the shop was asked.

    Portside repeats what may still pass; the merchant hears of what a person must act on.
    """
    error, final = attempt.error, attempt.final
    if error is None:
        return NoticeResult(
            outcome=NoticeOutcome.DELIVERED, message="delivered; the shop has it", final=True
        )
    reason = masked_text(str(error))
    if not isinstance(error, PermanentError):
        message = f"{_STORED.message}, which could not take it yet: {reason}"
        return NoticeResult(
            outcome=NoticeOutcome.WAITING, message=message, error=error, final=final
        )
    message = reason if final else f"{reason.rstrip('.')}; Portside goes on trying for a while"
    return NoticeResult(outcome=NoticeOutcome.REFUSED, message=message, error=error, final=final)
