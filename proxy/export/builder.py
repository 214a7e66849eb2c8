"""Reading one window of one shop into the pages of its snapshot, one page in memory at a time,
under a lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta

import msgspec
import structlog

from connectors.errors import ConnectorError, TemporaryError
from connectors.orders import Order, RejectedOrder, Window
from proxy.export.clock import Clock
from proxy.export.errors import BuildFailedError
from proxy.export.hints.orders import HintedOrders
from proxy.export.lease import Lease
from proxy.export.ledger import Ledger
from proxy.export.page_writer import PageWriter
from proxy.export.preparation import Prepared, policy_of, prepare
from proxy.export.recall import BooksRecall
from proxy.export.walk import date_told
from proxy.storage.errors import LeaseLostError, StorageError
from proxy.storage.export.records import Snapshot
from proxy.stores import Store
from proxy.telemetry.metrics import Metrics
from proxy.telemetry.tracing import trace

# After so many entries of the shop's list other requests get their turn.
_YIELD_EVERY = 20
_log = structlog.get_logger("portside.export")


class BuildRules(msgspec.Struct, frozen=True, kw_only=True):
    """How windows are read: orders a page, whether orders ShipStation surely has are sent again,
    and how far back windows reach by the settings; None where nothing older may go.
    """

    page_size: int
    resend_unchanged: bool
    lookback: timedelta | None


class Build:
    """One builder at work. `run` ends when the window is read, or the failure is on record.

    `error` is what it failed of; `given` is to be set once a page was handed out.
    """

    def __init__(
        self,
        *,
        store: Store,
        snapshot: Snapshot,
        rules: BuildRules,
        ledger: Ledger,
        clock: Clock,
        metrics: Metrics,
        progress: Callable[[], None],
    ) -> None:
        self.snapshot = snapshot
        self.error: Exception | None = None
        self._store = store
        self._rules = rules
        self._ledger = ledger
        self._clock = clock
        self._metrics = metrics
        self._progress = progress
        self._policy = policy_of(store.settings)
        self._asked = Window(start=snapshot.start, end=snapshot.end)
        self._read_window = _allow_for_clock(snapshot, store, rules)
        self._stored: frozenset[str] = frozenset()
        self._now = snapshot.began_at
        self._log = _log.bind(store=store.books, snapshot=snapshot.id)
        self._entries = 0
        self._recall = BooksRecall(ledger, store.books)
        self._lease = Lease(
            store=store,
            snapshot=snapshot,
            ledger=ledger,
            clock=clock,
            log=self._log,
        )
        self._writer = PageWriter(
            store=store,
            snapshot=snapshot,
            window=self._read_window,
            page_size=rules.page_size,
            lookback=rules.lookback,
            ledger=ledger,
            clock=clock,
            metrics=metrics,
            progress=progress,
            log=self._log,
        )
        self.given = self._writer.given

    async def run(self) -> None:
        """Read the window to its end.

        Raises nothing but CancelledError; then the lease is given back.
        """
        with trace("build", store=self._store.books, snapshot=self.snapshot.id):
            await self._run()

    async def _run(self) -> None:
        begun = self._clock.monotonic()
        outcome = "interrupted"
        try:
            await self._read_under_watch()
            outcome = "read"
            self._log.debug(
                "Window read.",
                orders=self._writer.taken,
                seconds=round(self._clock.monotonic() - begun, 3),
            )
        except ConnectorError as error:
            outcome = "failed"
            # The poll that waits for the page hears it, and so does the next one.
            self._log.debug("Window not read.", error=error, kind=type(error).__name__)
            await self._fail(
                error, error.retry_after if isinstance(error, TemporaryError) else None
            )
        except LeaseLostError:
            outcome = "taken over"
        except StorageError as error:
            outcome = "failed"
            self._log.error("Window not kept.", error=error)
            self.error = error
        except asyncio.CancelledError:
            await asyncio.shield(self._lease.give_back())
            raise
        except Exception:  # noqa: BLE001 -- the requests that wait must end
            outcome = "failed"
            self._log.exception("Window not read.")
            await self._fail(
                BuildFailedError(
                    "reading the shop's orders failed through a fault of our own; the log says more"
                ),
                None,
            )
        finally:
            self._metrics.count_window(
                store=self._store.name, outcome=outcome, seconds=self._clock.monotonic() - begun
            )
            self._progress()

    async def _read_under_watch(self) -> None:
        """`_read` for as long as the lease is ours and the shop gives something now and then.

        Raises what ended it.
        """
        reading, watch = (
            asyncio.ensure_future(self._read()),
            asyncio.ensure_future(self._lease.keep()),
        )
        try:
            await asyncio.wait({reading, watch}, return_when=asyncio.FIRST_COMPLETED)
            await (reading if reading.done() else watch)
        finally:
            reading.cancel()
            watch.cancel()
            await asyncio.gather(reading, watch, return_exceptions=True)

    async def _read(self) -> None:
        start = await self._ledger.resume(self._store.books, self.snapshot)
        self._stored, self._now = start.stored, start.now
        self._writer.resume(start)
        hinted = HintedOrders(
            start.hints,
            store=self._store,
            snapshot=self.snapshot,
            ledger=self._ledger,
            metrics=self._metrics,
            log=self._log,
        )
        async with aclosing(self._store.connector.list_orders(self._read_window)) as entries:
            async for entry in entries:
                await self._take(await hinted.refresh(entry), hinted.expected)
        for order_id in hinted.list_waiting():
            found = await hinted.ask(order_id)
            self._lease.note_progress()
            if found is not None:
                await self._take(found, 0)
        await hinted.put_back()
        await self._note_clock()
        await self._writer.end()

    async def _note_clock(self) -> None:
        """To be done before the window counts as read: the next one must allow for it."""
        behind = self._store.pulse.take_clock_behind()
        if behind and self._rules.lookback is not None:
            await self._ledger.note_clock(self._store.books, self.snapshot, behind)

    async def _take(self, entry: Order | RejectedOrder, hints: int) -> None:
        self._lease.note_progress()
        self._entries += 1
        if self._entries % _YIELD_EVERY == 0:
            await asyncio.sleep(0)
        if not self._may_go(entry):
            return
        outcome = await prepare(entry, self._store.settings, self._policy, self._now, self._recall)
        marks = self._store.marks.find(entry.id)
        for prepared in (_mark(each, marks) for each in outcome.ready):
            if prepared.member.id in self._stored:
                continue
            if await self._is_unchanged(prepared):
                self._writer.leave_out()
            else:
                await self._writer.add(prepared, hints)
        if outcome.held is not None:
            await self._writer.hold(outcome.held)

    def _may_go(self, entry: Order | RejectedOrder) -> bool:
        """A poller that must not be given anything older than asked is given nothing else
        either.
        """
        return (
            self._rules.lookback is not None
            or entry.modified_at is None
            or self._asked.contains(entry.modified_at)
        )

    async def _is_unchanged(self, prepared: Prepared) -> bool:
        """Whether to leave out an order of the overlap.

        Never one of the span ShipStation asked for: it may have lost our answer.
        """
        if self._rules.resend_unchanged or prepared.modified_at >= self._asked.start:
            return False
        told = (await self._ledger.find_told(self._store.books, [prepared.member.id])).get(
            prepared.member.id
        )
        if told is None or not told.confirmed or told.digest != prepared.member.digest:
            return False
        if date_told(told, prepared.member) is not told:
            await self._ledger.date_unchanged(self._store.books, prepared.member)
        return True

    async def _fail(self, error: Exception, retry_after: float | None) -> None:
        self.error = error
        try:
            await self._ledger.fail(self._store.books, self.snapshot, error, retry_after)
        except (LeaseLostError, StorageError) as unrecorded:
            self._log.warning("Failure not recorded.", error=unrecorded)


def _mark(prepared: Prepared, marks: tuple[str, ...]) -> Prepared:
    """Keep beside what is given which conditions are true of the order."""
    given = msgspec.structs.replace(prepared.given, marks=marks)
    return msgspec.structs.replace(prepared, given=given) if marks else prepared


def _allow_for_clock(snapshot: Snapshot, store: Store, rules: BuildRules) -> Window:
    """The window to read: a shop whose clock is ahead dates what happens now behind the end that
    was asked for.
    """
    read = snapshot.read
    if rules.lookback is None:
        return read
    return Window(start=read.start, end=read.end + store.pulse.clock_ahead)
