"""Exporter: one page of one window for ShipStation, built by one builder in the fleet however many
ask for it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Coroutine
from types import TracebackType
from typing import Self

import msgspec
import structlog

from connectors.errors import TemporaryError
from connectors.orders import Window
from connectors.shipments import Shipment
from proxy.doors.custom_store.orders_xml import frame_page
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export.builder import Build, BuildRules
from proxy.export.clock import Clock, SystemClock
from proxy.export.errors import StillReadingError, stored_error
from proxy.export.ledger import Ledger
from proxy.export.shop_list.report import report_list, report_pollers
from proxy.export.sweep import Sweeper
from proxy.export.walk import GivenPage
from proxy.export.windows import LEASE, WindowRules
from proxy.export.written import WrittenOrders
from proxy.rules.coverage import CoverageRules
from proxy.settings.models import ExportSettings
from proxy.storage.errors import StorageError
from proxy.storage.export.interface import ExportStorage
from proxy.storage.export.records import Snapshot, SnapshotState
from proxy.storage.names import BooksName
from proxy.stores import Store
from proxy.telemetry.metrics import Metrics

# How often a page that another process builds is looked for.
_LOOK_AGAIN = 0.25
_TIDY_EVERY = 60.0
_log = structlog.get_logger("portside.export")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page, ready to be sent.

    `snapshot_id` is None for an empty page that stands in for a shop that is down: it counts for
    nothing.

    `books` is the name that its sending is recorded under, which for a `trial` is not the store's.
    `stands_for` is the error that the client was spared.
    """

    books: BooksName
    number: int
    pages: int
    body: bytes
    snapshot_id: int | None = None
    trial: bool = False
    stands_for: Exception | None = None


class Exporter:
    """Gives pages of orders.

    Use as an async context: leaving it stops the builders and gives back their leases.

    The caller of `page` sends the body and then, once its last byte has left, awaits
    `mark_sent(page)`. Without that call the page counts as not received, and what was on it is
    given again with the next window.
    """

    def __init__(
        self,
        settings: ExportSettings,
        storage: ExportStorage,
        stores: Collection[Store] = (),
        *,
        metrics: Metrics | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.ledger = Ledger(storage)
        self._settings = settings
        self._stores = stores
        self._metrics = metrics or Metrics()
        self._unheard = Metrics()
        self._clock = clock or SystemClock()
        self._written = WrittenOrders(self.ledger, self._clock)
        self._builds: dict[int, Build] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._progress: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def follow(self, settings: ExportSettings) -> None:
        """Go by these from the next request on; a window that is being read keeps its rules."""
        self._settings = settings

    async def __aenter__(self) -> Self:
        """Start tidying up and, where wanted, the sweeps, for the stores given."""
        if self._stores:
            self._start(self._tend())
            self._start(self._written.work())
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._written.flush()

    async def page(self, store: Store, request: ExportRequest) -> Page:
        """The page asked for, waiting for it up to `deadline`.

        Raises TemporaryError if the shop is down or slow (reading goes on, or begins again with the
        next request), PermanentError if a person must act, StorageError if the database fails.
        Never a page that lacks orders the shop has.
        """
        try:
            return await self._page(store, request)
        except TemporaryError as error:
            if self._settings.when_shop_is_down == "fail" or not store.reaches_back:
                raise
            return Page(
                books=store.books,
                number=request.page,
                pages=request.page,
                body=frame_page(b"", request.page),
                stands_for=error,
            )

    async def mark_sent(self, page: Page) -> Snapshot | None:
        """The page was sent to its last byte. The snapshot, if that finished its walk."""
        if page.snapshot_id is None:
            return None
        return await self.ledger.mark_sent(page.books, page.snapshot_id, page.number)

    def note_delivered(self, store: Store, shipment: Shipment) -> None:
        """The shop has this shipment: the next window is to contain the order as it is by then."""
        if shipment.order_id and store.reaches_back:
            self._written.add(store.books, shipment.order_id)

    async def forget_trials(self, store: Store) -> None:
        """A trial of the store begins: whatever an earlier one was given shall not matter to it."""
        for books in store.trial_books:
            await self.ledger.forget(books)

    async def _page(self, store: Store, request: ExportRequest) -> Page:
        latest = self._clock.monotonic() + self._settings.deadline.total_seconds()
        new = True
        while True:
            progress = self._progress[store.books]
            asked = await self.ledger.ask(
                store.books, request.window, request.page, self._window_rules(store), new=new
            )
            new = False
            if asked.opened.gap is not None and not store.trial:
                _raise_alarm(store, asked.opened.gap)
            if asked.opened.token is not None:
                self._build(store, asked.opened.snapshot)
            if asked.page is not None:
                if (build := self._builds.get(asked.page.snapshot_id)) is not None:
                    build.given.set()
                return _frame(store, asked.page)
            await self._wait(store, asked.opened.snapshot.id, request.page, progress, latest)

    async def _wait(
        self, store: Store, snapshot_id: int, page: int, progress: asyncio.Event, latest: float
    ) -> None:
        """Return once the page may be ready, or the window must be taken over.

        Raises what the builder met, or StillReadingError.
        """
        while True:
            build = self._builds.get(snapshot_id)
            remaining = latest - self._clock.monotonic()
            if remaining <= 0:
                raise StillReadingError(
                    "the shop's orders for this window are still being read; ask again in a minute",
                    retry_after=60,
                )
            await self._clock.wait(
                progress, min(remaining, LEASE.total_seconds() if build else _LOOK_AGAIN)
            )
            progress = self._progress[store.books]
            if build is not None and build.error is not None:
                raise build.error
            snapshot, now = await self.ledger.read_snapshot(store.books, snapshot_id)
            if (
                snapshot is None
                or snapshot.has(page)
                or (snapshot.pages is not None and page > snapshot.pages)
            ):
                return
            if snapshot.state is SnapshotState.FAILED:
                raise stored_error(snapshot)
            if snapshot.lease_until <= now:
                return

    def _build(self, store: Store, snapshot: Snapshot) -> None:
        build = Build(
            store=store,
            snapshot=snapshot,
            rules=self._build_rules(store),
            ledger=self.ledger,
            clock=self._clock,
            metrics=self._unheard if store.trial else self._metrics,
            progress=lambda: self._wake_waiting(store.books),
        )
        self._builds[snapshot.id] = build
        self._start(self._run(store, build))

    async def _run(self, store: Store, build: Build) -> None:
        try:
            with store.work:
                await build.run()
        finally:
            if self._builds.get(build.snapshot.id) is build:
                del self._builds[build.snapshot.id]

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _wake_waiting(self, store: str) -> None:
        """Wake all that wait for something of this store."""
        self._progress.pop(store, asyncio.Event()).set()

    async def _tend(self) -> None:
        """Now and then: forget old pages, and sweep where a sweep is due."""
        never = asyncio.Event()
        while not await self._clock.wait(never, _TIDY_EVERY):
            sweeper = Sweeper(self.ledger, self._settings.sweep)
            for store in tuple(self._stores):
                with store.work:
                    await sweeper.tend(store, self._window_rules(store))
                    await self.report_list(store)

    async def report_list(self, store: Store) -> None:
        """Tell the operator how late the shop's list and clock are, and whether two clients poll.

        Raises nothing.
        """
        try:
            state, now = await self.ledger.read_list(store.books)
            is_double = await self.ledger.is_polled_by_two(store.books)
        except StorageError as error:
            _log.warning("Shop's list not reported.", store=store.name, error=error)
            return
        report_pollers(store, is_double=is_double)
        if store.reaches_back:
            report_list(store, state, self._settings.lookback, now)

    def _window_rules(self, store: Store) -> WindowRules:
        settings = self._settings
        coverage = CoverageRules(
            lookback=settings.lookback,
            max_recovery=settings.max_recovery,
            reach_back=store.reaches_back,
        )
        return WindowRules(coverage=coverage, keep_for=settings.keep_for)

    def _build_rules(self, store: Store) -> BuildRules:
        settings = self._settings
        return BuildRules(
            page_size=settings.page_size,
            resend_unchanged=settings.resend_unchanged,
            lookback=settings.lookback if store.reaches_back else None,
        )


def _frame(store: Store, page: GivenPage) -> Page:
    body = frame_page(page.orders, page.pages)
    return Page(
        books=store.books,
        number=page.number,
        pages=page.pages,
        body=body,
        snapshot_id=page.snapshot_id,
        trial=store.trial,
    )


def _raise_alarm(store: Store, gap: Window) -> None:
    _log.error(
        "Orders may be lost in a gap that is too old to be read again.",
        store=store.books,
        start=str(gap.start),
        end=str(gap.end),
    )
