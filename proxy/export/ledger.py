"""What has been given to ShipStation and what is being given: each method is one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from connectors.orders import Window
from proxy.export.build_ledger import BuildLedger
from proxy.export.walk import GivenPage, hand_out_page, mark_page_sent
from proxy.export.windows import Opened, WindowRules, drop_expired, open_window
from proxy.rules.addressees import name_part
from proxy.rules.coverage import Coverage
from proxy.rules.lateness import ShopList
from proxy.rules.policy import HeldKind
from proxy.rules.pollers import has_second_poller
from proxy.storage.export.records import (
    Gap,
    HeldOrder,
    HintReason,
    Snapshot,
    WaitingHint,
)
from proxy.storage.names import BooksName

# What was told longer ago than this is forgotten: such an order is then sent again rather than held
# back as unchanged.
TOLD_FOR = timedelta(days=90)
# How many held orders of each kind are kept.
MOST_HELD = 1000
# All that are kept of a store.
ALL_HELD = MOST_HELD * len(HeldKind)


class CoverageReport(msgspec.Struct, frozen=True, kw_only=True):
    """For the operator: how far a store has been given, the finished walk that still waits to be
    confirmed, and what may be lost.
    """

    coverage: Coverage | None
    finished_until: datetime | None
    gaps: tuple[Gap, ...]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The result of asking for a page: the page, or the snapshot it will be on."""

    opened: Opened
    page: GivenPage | None


class Ledger(BuildLedger):
    """The books of all stores.

    Every method raises StorageError when the database does not do its part.
    """

    async def ask(
        self, store: BooksName, asked: Window, page: int, rules: WindowRules, *, new: bool = True
    ) -> Asked:
        """Open the window, and hand out the page if it is ready; see `open_window` and
        `hand_out_page`.
        """
        async with self._storage.writing(store) as rows:
            opened = await open_window(rows, asked, page, rules, new=new)
            given = (
                None
                if opened.token is not None
                else await hand_out_page(rows, opened.snapshot, page)
            )
            return Asked(opened=opened, page=given)

    async def mark_sent(self, store: BooksName, snapshot_id: int, page: int) -> Snapshot | None:
        """The page was sent to its last byte. The snapshot, if that finished its walk."""
        async with self._storage.writing(store) as rows:
            return await mark_page_sent(rows, snapshot_id, page)

    async def read_snapshot(
        self, store: BooksName, snapshot_id: int
    ) -> tuple[Snapshot | None, datetime]:
        """The snapshot as it stands, and the time that its lease goes by."""
        async with self._storage.reading(store) as rows:
            return await rows.snapshot(snapshot_id), rows.now

    async def add_hint(
        self, store: BooksName, order_id: str, reason: HintReason = HintReason.NEWS
    ) -> None:
        """The next window is to contain this order as the shop then has it, even if the shop's list
        does not.

        Durable.
        """
        await self.add_hints(store, [order_id], reason)

    async def add_hints(
        self, store: BooksName, order_ids: Collection[str], reason: HintReason
    ) -> None:
        """As `add_hint`, for many orders at once."""
        async with self._storage.writing(store) as rows:
            await rows.add_hints(order_ids, rows.now, reason)

    async def give_again(self, store: BooksName, order_ids: Collection[str]) -> None:
        """The next window is to contain these orders of the shop, although ShipStation seemed to
        have them as they are.
        """
        async with self._storage.writing(store) as rows:
            given = [each for key in order_ids for each in await rows.find_given(key)]
            parts = {name_part(each.shop_id, each.part) for each in given}
            await rows.doubt_told({*order_ids, *parts})
            await rows.add_hints(order_ids, rows.now, HintReason.NEWS)

    async def list_waiting_hints(
        self, store: BooksName, reasons: Collection[HintReason], limit: int
    ) -> Sequence[WaitingHint]:
        """The hints for these reasons that the next window will follow, the latest first."""
        async with self._storage.reading(store) as rows:
            return await rows.list_waiting_hints(reasons, limit)

    async def list_held(self, store: BooksName, limit: int = 100) -> Sequence[HeldOrder]:
        """Orders that did not go out: unreadable, invalid, then the rest, each last seen first."""
        async with self._storage.reading(store) as rows:
            return await rows.list_held(limit)

    async def read_coverage(self, store: BooksName) -> CoverageReport:
        """How the store stands."""
        async with self._storage.reading(store) as rows:
            walks = await rows.walks()
            finished = max((walk.until for walk in walks), default=None)
            return CoverageReport(
                coverage=await rows.coverage(),
                finished_until=finished,
                gaps=tuple(await rows.gaps()),
            )

    async def read_list(self, store: BooksName) -> tuple[ShopList, datetime]:
        """What the windows of the store have shown of its shop's list, and the time that goes
        by.
        """
        async with self._storage.reading(store) as rows:
            return await rows.shop_list(), rows.now

    async def is_polled_by_two(self, store: BooksName) -> bool:
        """Whether a second client walks windows of its own."""
        async with self._storage.reading(store) as rows:
            return has_second_poller(await rows.pollers(), rows.now)

    async def dismiss_gap(self, store: BooksName, start: datetime) -> bool:
        """The operator has seen to a gap. False if there is none that starts then."""
        async with self._storage.writing(store) as rows:
            return await rows.drop_gap(start)

    async def claim_sweep(self, store: BooksName, every: timedelta) -> bool:
        """Whether open orders are to be read again now; if so, no other replica is told the same.

        The first sweep comes `every` after contact.
        """
        async with self._storage.writing(store) as rows:
            due_at = await rows.sweep_due_at()
            if due_at is not None and due_at > rows.now:
                return False
            await rows.put_sweep_due_at(rows.now + every)
            return due_at is not None

    async def postpone_sweep(self, store: BooksName, wait: timedelta) -> None:
        """A sweep went wrong; try again after `wait`."""
        async with self._storage.writing(store) as rows:
            await rows.put_sweep_due_at(rows.now + wait)

    async def forget(self, store: BooksName) -> None:
        """As if the store had never been asked for."""
        async with self._storage.writing(store) as rows:
            await rows.forget()

    async def tidy_trial(self, store: BooksName, rules: WindowRules) -> None:
        """Drop what has expired of a trial, and the trial with its last snapshot."""
        async with self._storage.writing(store) as rows:
            await drop_expired(rows, rules)
            if not await rows.snapshots() and await rows.coverage() is not None:
                await rows.forget()

    async def tidy(self, store: BooksName, rules: WindowRules) -> None:
        """Drop expired snapshots, and what was told or held too long ago."""
        async with self._storage.writing(store) as rows:
            await drop_expired(rows, rules)
            await rows.prune(rows.now - TOLD_FOR, MOST_HELD)
