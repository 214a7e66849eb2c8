"""The pages of a window as it is read: orders gathered and stored part by part, held orders noted,
the number of pages promised.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from structlog.typing import FilteringBoundLogger

from connectors.errors import ConnectorError
from connectors.orders import Window
from connectors.quoting import describe_reason
from proxy.doors.custom_store.orders_xsd import LAST_PAGE
from proxy.export.build_ledger import ReadNumbers, Start
from proxy.export.clock import Clock
from proxy.export.ledger import Ledger
from proxy.export.preparation import Prepared
from proxy.rules.policy import HeldBack, HeldKind
from proxy.rules.reasons import group_reason
from proxy.storage.export.records import Part, Snapshot
from proxy.stores import Store
from proxy.telemetry.metrics import Metrics

# Orders of one window that the log names when they are held back; the rest is counted.
_MOST_NAMED = 100
# So many notes of held orders are written together.
_NOTES_TOGETHER = 100
# Pause so that a client waiting for page 1 gets it before the rest uses the CPU; in seconds, and
# bounded, because nobody may be waiting.
_PAUSE_FOR_PAGE_ONE = 0.25
# One order that is held says nothing of the others.
_SEVERAL = 2


class PageWriter:
    """Writes the pages of one snapshot, which is read over `window`, one page in memory at a time.

    `lookback`: that of the settings; None where nothing older may go than asked, and so orders that
    cannot go out as they are do not come with the next window, once they can.

    `taken` counts the orders that go out; `given` is to be set once a page was handed out.
    """

    def __init__(
        self,
        *,
        store: Store,
        snapshot: Snapshot,
        window: Window,
        page_size: int,
        lookback: timedelta | None,
        ledger: Ledger,
        clock: Clock,
        metrics: Metrics,
        progress: Callable[[], None],
        log: FilteringBoundLogger,
    ) -> None:
        self.taken = 0
        self._stored = 0
        self._left_out = 0
        self._held_in_all = 0
        self._unreadable = 0
        self._reasons = set[str]()
        self.given = asyncio.Event()
        self._store = store
        self._snapshot = snapshot
        self._window = window
        self._page_size = page_size
        self._lookback = lookback
        self._ledger = ledger
        self._clock = clock
        self._metrics = metrics
        self._progress = progress
        self._log = log
        self._now = snapshot.began_at
        self._pages = snapshot.pages
        self._page = snapshot.stored + 1
        self._part = 0
        self._orders: list[Prepared] = []
        self._held: list[HeldBack] = []

    def resume(self, start: Start) -> None:
        """Go on behind what an earlier builder stored."""
        self._part, self._now, self._stored = start.parts, start.now, len(start.stored)

    async def add(self, prepared: Prepared, hints: int) -> None:
        """Put an order on the page at hand; `hints` orders are still to be asked for by id."""
        if prepared.unknown_status:
            self._log.warning(
                "Unknown status sent as on_hold.",
                order=prepared.member.id,
                status=prepared.unknown_status,
            )
        self._orders.append(prepared)
        self.taken += 1
        if len(self._orders) < self._page_size:
            return
        await self._store_part(whole=self._page < (self._pages or LAST_PAGE))
        if self._pages is None and self.taken == self._page_size:
            await self._promise(hints)

    async def hold(self, held: HeldBack) -> None:
        """Note an order that does not go out."""
        self._left_out += 1
        self._held_in_all += 1
        if held.kind is HeldKind.UNREADABLE:
            self._unreadable += 1
            if len(self._reasons) <= 1:
                self._reasons.add(group_reason(held.reason))
        self._metrics.count_held_order(store=self._store.name, kind=held.kind.value)
        if self._held_in_all <= _MOST_NAMED:
            self._tell(held)
        self._held.append(held)
        if len(self._held) >= min(self._page_size, _NOTES_TOGETHER):
            await self._note_held()

    def _tell(self, held: HeldBack) -> None:
        is_broken = held.kind in {HeldKind.UNREADABLE, HeldKind.INVALID}
        (self._log.warning if is_broken else self._log.debug)(
            "Order held back.",
            order=held.id,
            number=held.number,
            kind=held.kind.value,
            reason=describe_reason(held.reason),
        )

    def leave_out(self) -> None:
        """An order does not go out because the client has it as it is."""
        self._left_out += 1

    async def end(self) -> None:
        """All has been read."""
        last = self._page if self._orders or self._part else self._page - 1
        if self._orders:
            await self._store_part(whole=False)
        await self._note_held()
        if self._held_in_all > _MOST_NAMED:
            more = self._held_in_all - _MOST_NAMED
            self._log.warning("More orders held back.", count=more, advice="see `portside held`")
        await self._ledger.finish(
            self._store.books, self._snapshot, max(1, last), self._count_read()
        )

    def _count_read(self) -> ReadNumbers:
        orders = self._stored + self.taken
        is_all = not orders and self._unreadable >= _SEVERAL and len(self._reasons) == 1
        return ReadNumbers(
            orders=orders,
            held=self._held_in_all,
            held_for=next(iter(self._reasons)) if is_all else "",
        )

    async def _note_held(self) -> None:
        if self._held:
            await self._ledger.note_held(
                self._store.books, self._held, ask_again=self._lookback is not None
            )
            self._held = []

    async def _promise(self, hints: int) -> None:
        """Page 1 is full: if the shop can say how many orders there are, page 1 need not wait for
        the last of them. Those that were left out so far are not counted.
        """
        try:
            orders = await self._store.connector.count_orders(self._window)
        except ConnectorError as error:
            self._log.debug("Orders not counted.", error=error)
            return
        if orders is None:
            return
        expected = orders - self._left_out + hints
        if expected <= self._page_size:
            return
        self._pages = min(LAST_PAGE, -(-expected // self._page_size))
        await self._ledger.promise(self._store.books, self._snapshot, self._pages)
        self._progress()
        await self._clock.wait(self.given, _PAUSE_FOR_PAGE_ONE)

    async def _store_part(self, *, whole: bool) -> None:
        part = Part(
            page=self._page,
            part=self._part,
            orders=b"\n".join(prepared.xml for prepared in self._orders),
            members=tuple(prepared.member for prepared in self._orders),
            stored_at=self._now,
        )
        await self._note_held()
        given = [prepared.given for prepared in self._orders]
        released = [prepared.given.shop_id for prepared in self._orders if prepared.is_complete]
        await self._ledger.store_part(
            self._store.books,
            self._snapshot,
            part,
            given,
            released,
            whole=whole,
            lookback=self._lookback,
        )
        self._orders = []
        self._page, self._part = (self._page + 1, 0) if whole else (self._page, self._part + 1)
        self._progress()
