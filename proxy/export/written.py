"""Orders that shipments were written to: each becomes a hint, so that the next window tells what
the shop made of it although the shop may not date that.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

import structlog

from proxy.export.clock import Clock
from proxy.export.ledger import Ledger
from proxy.storage.errors import StorageError
from proxy.storage.export.records import HintReason
from proxy.storage.names import BooksName

# Seconds in which deliveries are gathered, so that hints cost deliveries no transaction each.
_GATHER = 1.0
# Of one store; beyond this a sweep has to find what changed.
_MOST_WAITING = 10_000
_log = structlog.get_logger("portside.export")


class WrittenOrders:
    """Gathers the orders, and hints at them soon after."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._waiting: dict[BooksName, set[str]] = defaultdict(set)
        self._wake = asyncio.Event()

    def add(self, store: BooksName, order_id: str) -> None:
        """A shipment was written to this order."""
        if len(self._waiting[store]) < _MOST_WAITING:
            self._waiting[store].add(order_id)
        self._wake.set()

    async def work(self) -> None:
        """Hint at what was gathered, until cancelled."""
        never = asyncio.Event()
        while True:
            await self._wake.wait()
            await self._clock.wait(never, _GATHER)
            await self.flush()

    async def flush(self) -> None:
        """Hint at all that waits; what the database does not take waits on."""
        self._wake.clear()
        waiting, self._waiting = self._waiting, defaultdict(set)
        for store, order_ids in waiting.items():
            try:
                await self._ledger.add_hints(store, sorted(order_ids), HintReason.NOTICE)
            except StorageError as error:
                _log.warning("Shipped orders not hinted at.", store=store, error=error)
                self._waiting[store] |= order_ids
