"""Takes shipment notices in: stored first, tried at once, with a result that never claims more
than is true. Which status a result means is the server's to know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec
import structlog

from connectors.errors import ConnectorError, PermanentError
from connectors.quoting import hide_found
from connectors.shipments import Shipment
from proxy.delivery.attempt import AttemptRunner, ignore_delivered
from proxy.delivery.results import AttemptResult
from proxy.rules.outage import REFUSED, Permit
from proxy.settings.models import DeliverySettings
from proxy.storage.outbox.interface import Delivery, DeliveryState, Outbox, PutResult
from proxy.stores import Store
from proxy.telemetry.masking import mask_text
from proxy.telemetry.metrics import Metrics

# So many of one store's notices are tried while ShipStation waits; more are left to the worker.
_MOST_AT_ONCE = 32
# How long a settlement may take once its call was broken off.
_LAST_WORDS = 5.0
_TAKEN = frozenset({PutResult.LEASED, PutResult.DISPUTED})
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
    has the shipment. `final`: nothing more will be tried. `delivery` is the number it is stored
    under.
    """

    outcome: NoticeOutcome
    message: str
    error: ConnectorError | None = None
    final: bool = False
    delivery: int = 0


_STORED = NoticeResult(outcome=NoticeOutcome.WAITING, message="stored; Portside will tell the shop")


class Deliverer:
    """Takes notices in and starts their delivery.

    `on_delivered` hears of each shipment that the shop has. `wake` is set whenever the worker may
    find something to do.
    """

    def __init__(
        self,
        outbox: Outbox,
        settings: DeliverySettings,
        metrics: Metrics,
        on_delivered: Callable[[Store, Shipment], None] = ignore_delivered,
    ) -> None:
        self.wake = asyncio.Event()
        self.attempts = AttemptRunner(outbox, settings, metrics, on_delivered=on_delivered)
        self._outbox = outbox
        self._metrics = metrics
        self._answer_within = settings.answer_within.total_seconds()
        self._running: dict[asyncio.Task[AttemptResult], str] = {}
        self._stopping = False

    def count_running(self, store: str) -> int:
        """How many deliveries of a store this process is at work on."""
        return sum(name == store for name in self._running.values())

    def is_running(self, delivery: Delivery) -> bool:
        """Whether this process is telling the shop of it at this moment, whatever its lease
        says.
        """
        return any(task.get_name() == _name_task(delivery) for task in self._running)

    def permit(self, store: str) -> Permit:
        """Leave to start a delivery of this store, `granted` if one may be started now.

        A context: what was not passed on to `start` is given back by leaving the block.
        """
        if self._stopping:
            return REFUSED
        return self.attempts.find_outage(store).permit(self.attempts.clock())

    async def accept(
        self, store: Store, shipment: Shipment, doubts: Sequence[str] = ()
    ) -> NoticeResult:
        """Store a notice, with what of it could not be understood, try it at once, and say what
        became of it.

        Raises StorageError if it could not be stored.
        """
        lease_ends = self.attempts.compute_lease_end()
        has_place = self.count_running(store.name) < _MOST_AT_ONCE
        with self.permit(store.name) if has_place else REFUSED as permit:
            result, delivery = await self._outbox.put(
                store.name,
                shipment,
                lease=self.attempts.lease if permit.granted else None,
                doubts=doubts,
            )
            if result is not PutResult.JOINED:
                _warn_of_doubts(delivery)
            if result not in _TAKEN:
                self.wake.set()
                return self._count(store, delivery, _describe_known(result, delivery))
            task = self.start(
                store, delivery, lease_ends, permit, is_named=result is PutResult.LEASED
            )
        done, _ = await asyncio.wait({task}, timeout=self._answer_within)
        said = _describe_attempt(task.result()) if done else _STORED
        return self._count(store, delivery, said)

    def start(
        self,
        store: Store,
        delivery: Delivery,
        lease_ends: float,
        permit: Permit,
        *,
        is_named: bool = False,
    ) -> asyncio.Task[AttemptResult]:
        """Make an attempt at a delivery, leased until `lease_ends` by the clock of the attempts, in
        a task of its own, which outlives the request that waits for it. The permit is passed on to
        it. `is_named` as in `AttemptRunner.run`.
        """
        task = asyncio.create_task(
            self.attempts.run(store, delivery, lease_ends, permit.pass_on(), is_named=is_named),
            name=_name_task(delivery),
        )
        self._running[task] = store.name
        task.add_done_callback(self._forget_task)
        return task

    async def close(self, within: float = 0.0) -> None:
        """Start nothing more, let what runs end for so many seconds, then break it off and give the
        leases back.
        """
        self._stopping = True
        if self._running:
            await asyncio.wait(set(self._running), timeout=within)
        self.attempts.stop()
        if self._running:
            await asyncio.wait(set(self._running), timeout=_LAST_WORDS)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _forget_task(self, task: asyncio.Task[AttemptResult]) -> None:
        self._running.pop(task, None)
        self.wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("Delivery broke off.", exc_info=error)

    def _count(self, store: Store, delivery: Delivery, result: NoticeResult) -> NoticeResult:
        self._metrics.count_notice(store=store.name, answer=result.outcome.value)
        return msgspec.structs.replace(result, delivery=delivery.id)


def _warn_of_doubts(delivery: Delivery) -> None:
    for doubt in delivery.doubts:
        _log.warning(
            "Not all of a notice was understood.", delivery=delivery.id, reason=hide_found(doubt)
        )


def _name_task(delivery: Delivery) -> str:
    return f"delivery {delivery.id}"


def _describe_known(result: PutResult, delivery: Delivery) -> NoticeResult:
    """The result when the shop is not asked now."""
    if result is PutResult.QUEUED:
        return _STORED
    said = {
        DeliveryState.DELIVERED: "known already; the shop has it",
        DeliveryState.DISCARDED: "known already; the shop need not hear of it",
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
        detail = f" ({mask_text(attempt.detail).rstrip('.')})" if attempt.detail else ""
        message = f"delivered; the shop has it{detail}"
        return NoticeResult(outcome=NoticeOutcome.DELIVERED, message=message, final=True)
    reason = mask_text(str(error))
    if not isinstance(error, PermanentError):
        message = f"{_STORED.message}, which could not take it yet: {reason}"
        return NoticeResult(
            outcome=NoticeOutcome.WAITING, message=message, error=error, final=final
        )
    message = reason if final else f"{reason.rstrip('.')}; Portside goes on trying for a while"
    return NoticeResult(outcome=NoticeOutcome.REFUSED, message=message, error=error, final=final)
