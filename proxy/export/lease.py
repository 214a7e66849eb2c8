"""The lease a builder holds on its window, for as long as the shop gives something now and then."""

from __future__ import annotations

import asyncio

from structlog.typing import FilteringBoundLogger

from connectors.errors import UnavailableError
from proxy.export.clock import Clock
from proxy.export.ledger import Ledger
from proxy.export.windows import LEASE
from proxy.storage.errors import LeaseLostError, StorageError
from proxy.storage.export.records import Snapshot
from proxy.stores import Store

# Longer than the attempts of any one call may take; a connector that hangs for good would otherwise
# hold its lease for ever.
_STALLED_AFTER = 900.0


class Lease:
    """The right to build one snapshot. `note_progress` is to be called whenever the shop has given
    something.
    """

    def __init__(
        self,
        *,
        store: Store,
        snapshot: Snapshot,
        ledger: Ledger,
        clock: Clock,
        log: FilteringBoundLogger,
    ) -> None:
        self._store = store
        self._snapshot = snapshot
        self._ledger = ledger
        self._clock = clock
        self._log = log
        self._moved_at = clock.monotonic()
        self._answers = store.pulse.answers

    def note_progress(self) -> None:
        """The shop has given something just now."""
        self._moved_at = self._clock.monotonic()

    async def keep(self) -> None:
        """Renew the lease until it is lost, or until the shop has given nothing for so long that it
        must be hanging.
        """
        never = asyncio.Event()
        while not await self._clock.wait(never, LEASE.total_seconds() / 3):
            if self._is_stalled():
                raise UnavailableError(
                    f"the shop gave nothing for {_STALLED_AFTER / 60:.0f} minutes while its orders"
                    " were read"
                )
            try:
                await self._ledger.renew_lease(self._store.books, self._snapshot)
            except StorageError as error:
                self._log.warning("Lease not renewed.", error=error)

    async def give_back(self) -> None:
        """The next one to ask may build at once."""
        try:
            await self._ledger.end_lease(self._store.books, self._snapshot)
        except (LeaseLostError, StorageError) as error:
            self._log.warning("Lease not given back.", error=error)

    def _is_stalled(self) -> bool:
        """Whether nothing moves: a long window may be read whole before its first order is given,
        but then the shop answers all the while.
        """
        if self._store.pulse.answers != self._answers:
            self._answers, self._moved_at = self._store.pulse.answers, self._clock.monotonic()
        return self._clock.monotonic() - self._moved_at > _STALLED_AFTER
