"""Takes shipment notices in: stored first, tried at once, answered so that ShipStation is never
told more than is true.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import msgspec
import structlog

from connectors.errors import (
    AuthenticationError,
    ConflictError,
    ConnectorError,
    OrderNotFoundError,
    PermanentError,
    RefusedError,
)
from connectors.shipments import Shipment
from proxy.delivery.attempt import Courier, Result
from proxy.settings.models import DeliverySettings
from proxy.storage.outbox.interface import Delivery, DeliveryState, Outbox, PutResult
from proxy.stores import Store
from proxy.telemetry.masking import masked_text
from proxy.telemetry.metrics import Metrics

# So many of one store's notices are tried while ShipStation waits; more are left to the worker.
_MOST_AT_ONCE = 32
# How long a settlement may take once its call was broken off.
_LAST_WORDS = 5.0
_STORED = "stored; Portside will tell the shop"
_log = structlog.get_logger("portside.delivery")

# What will not pass by itself, by the status ShipStation hears; the first row that fits counts.
_REFUSALS: tuple[tuple[type[ConnectorError], HTTPStatus], ...] = (
    (OrderNotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
    (RefusedError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (AuthenticationError, HTTPStatus.FAILED_DEPENDENCY),
    (PermanentError, HTTPStatus.FAILED_DEPENDENCY),
)


class NotifyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What ShipStation is told: the HTTP status and one sentence for the merchant."""

    status: int
    message: str


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
        self._running: dict[asyncio.Task[Result], str] = {}
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

    async def accept(self, store: Store, shipment: Shipment) -> NotifyAnswer:
        """Store a notice, try it at once, and say what to answer.

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
            return self._count(store, *_known(result, delivery))
        task = self.start(store, delivery, lease_ends)
        done, _ = await asyncio.wait({task}, timeout=self._answer_within)
        return self._count(store, *(_told(task.result()) if done else ("waiting", _ok(_STORED))))

    def start(self, store: Store, delivery: Delivery, lease_ends: float) -> asyncio.Task[Result]:
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

    def _ended(self, task: asyncio.Task[Result]) -> None:
        self._running.pop(task, None)
        self.wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a delivery broke off", exc_info=error)

    def _count(self, store: Store, kind: str, answer: NotifyAnswer) -> NotifyAnswer:
        self._metrics.noticed(store=store.name, answer=kind)
        return answer


def _name(delivery: Delivery) -> str:
    return f"delivery {delivery.id}"


def _ok(message: str) -> NotifyAnswer:
    return NotifyAnswer(status=HTTPStatus.OK, message=message)


def _known(result: PutResult, delivery: Delivery) -> tuple[str, NotifyAnswer]:
    """The answer when the shop is not asked now."""
    if result is PutResult.QUEUED:
        return "waiting", _ok(_STORED)
    said = {
        DeliveryState.DELIVERED: "known already; the shop has it",
        DeliveryState.DISCARDED: "known already; it was discarded by hand",
    }
    return "repeated", _ok(said.get(delivery.state, "known already; Portside will tell the shop"))


def _told(result: Result) -> tuple[str, NotifyAnswer]:
    """The answer once the shop was asked.

    What may yet pass is ours to repeat; what a person must mend, the merchant hears of.
    """
    if result.error is None:
        return "delivered", _ok("delivered; the shop has it")
    reason = masked_text(str(result.error))
    for kind, status in _REFUSALS:
        if isinstance(result.error, kind):
            message = (
                reason
                if result.final
                else f"{reason.rstrip('.')}; Portside goes on trying for a while"
            )
            return "refused", NotifyAnswer(status=status, message=message)
    return "waiting", _ok(f"{_STORED}, which could not take it yet: {reason}")
