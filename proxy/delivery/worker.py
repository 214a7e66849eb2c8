"""Carries out what waits: looks for due deliveries, store by store, and keeps the outbox tidy.

Each store has its own places for deliveries at work, so a big store, or one whose shop is slow,
takes nothing from the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

from proxy.delivery.intake import Deliverer
from proxy.settings.models import DeliverySettings
from proxy.storage.errors import StorageError
from proxy.storage.outbox.interface import (
    Deliveries,
    DeliveryState,
    Outbox,
    unnamed_stores,
)
from proxy.stores import Store

# How often the outbox is looked at when nothing tells us to: for deliveries added by other replicas
# or that have just come due.
_LOOK = 1.0
_COUNT = 15.0
_TIDY = 3600.0
_log = structlog.get_logger("portside.delivery")


class DeliveryWorker:
    """Claims and starts deliveries until it is stopped."""

    def __init__(
        self,
        outbox: Outbox,
        deliveries: Deliveries,
        deliverer: Deliverer,
        *,
        stores: Mapping[str, Store],
        settings: DeliverySettings,
    ) -> None:
        self._outbox = outbox
        self._deliveries = deliveries
        self._deliverer = deliverer
        self._stores = stores
        self._places = settings.concurrency
        self._retention: timedelta = settings.retention
        self._stopped = asyncio.Event()
        self._unnamed = set[str]()

    @asynccontextmanager
    async def running(self, *, stop_within: float = 0.0) -> AsyncIterator[None]:
        """Works while the block lasts; leaving it lets deliveries end for `stop_within` seconds and
        gives back the rest.

        The loops are told to end, not broken off: what was just claimed is started, so that it can
        be given back.
        """
        self._stopped.clear()
        tasks = [
            asyncio.create_task(loop, name=name)
            for name, loop in (("deliveries", self._work()), ("tidy", self._tidy()))
        ]
        try:
            yield
        finally:
            self._stopped.set()
            self._deliverer.wake.set()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._deliverer.close(stop_within)

    async def look(self) -> int:
        """Start what is due and has a place. Returns how many were started. Raises StorageError."""
        started = 0
        free = [name for name in self._stores if self._deliverer.count_running(name) < self._places]
        for name in await self._outbox.due(free):
            # Settings that are read again may take a store away meanwhile.
            if (store := self._stores.get(name)) is not None:
                with store.work:
                    started += await self._start_due(store)
        return started

    async def _start_due(self, store: Store) -> int:
        deliverer = self._deliverer
        free = self._places - deliverer.count_running(store.name)
        if free <= 0:
            return 0
        with deliverer.permit(store.name) as permit:
            if not permit.granted:
                return 0
            lease_ends = deliverer.attempts.compute_lease_end()
            # While the shop is down, one is enough to find out whether it is back.
            claimed = await self._outbox.claim(
                store.name,
                limit=1 if permit.is_probe else free,
                lease=deliverer.attempts.lease,
            )
            # A clock that was set forward ends leases early. What we are at work on is asked about
            # again once this lease has ended, too.
            mine = [delivery for delivery in claimed if not deliverer.is_running(delivery)]
            for delivery in mine:
                deliverer.start(store, delivery, lease_ends, permit)
            return len(mine)

    async def _work(self) -> None:
        wake = self._deliverer.wake
        while not self._stopped.is_set():
            wake.clear()
            try:
                await self.look()
            except StorageError as error:
                _log.warning("Outbox not read.", reason=error)
                await self._rest(_LOOK)
            except Exception:  # noqa: BLE001 -- deliveries that wait must go on, whatever the error
                _log.exception("Delivery worker failed.")
                await self._rest(_LOOK)
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), _LOOK)

    async def _tidy(self) -> None:
        """Look at the queues, often; forget buyers, now and then."""
        loop = asyncio.get_running_loop()
        next_purge = loop.time()
        while not self._stopped.is_set():
            try:
                await self._warn_of_unnamed()
                await self._shorten_waits()
                if loop.time() >= next_purge:
                    purged = await self._deliveries.purge(
                        await self._outbox.now() - self._retention
                    )
                    next_purge = loop.time() + _TIDY
                    if purged:
                        _log.info("Buyers' data forgotten.", deliveries=purged)
            except StorageError as error:
                _log.warning("Outbox not tidied.", reason=error)
            await self._rest(_COUNT)

    async def _shorten_waits(self) -> None:
        attempts = self._deliverer.attempts
        changed = await self._deliveries.shorten_waits(
            list(self._stores),
            longest=attempts.schedule.longest,
            lease=timedelta(seconds=attempts.lease),
        )
        if changed:
            _log.warning(
                "Deliveries were put off too far.",
                deliveries=changed,
                advice="check whether the clock was set back",
            )
            self._deliverer.wake.set()

    async def _rest(self, seconds: float) -> None:
        """Wait, or until it is time to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)

    async def _warn_of_unnamed(self) -> None:
        counts = await self._deliveries.counts()
        for store in unnamed_stores(counts, self._stores):
            self._tell_unnamed(store, counts.get((store, DeliveryState.WAITING), 0))

    def _tell_unnamed(self, store: str, waiting: int) -> None:
        """Once for each store that was renamed in, or taken out of, the settings while deliveries
        waited.
        """
        if store in self._unnamed or not waiting:
            return
        self._unnamed.add(store)
        _log.warning(
            "Deliveries wait for a store that the settings do not name.",
            store=store,
            waiting=waiting,
            advice=(
                "name the store in the settings again, or give them up: portside deliveries"
                f" discard --store {store} --state waiting"
            ),
        )
