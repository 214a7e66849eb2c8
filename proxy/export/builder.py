"""Reading one window of one shop into the pages of its snapshot, one page in memory at a time, under a lease."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

import msgspec
import structlog

from connectors.errors import AuthenticationError, ConnectorError, OrderNotFoundError, PermanentError, TemporaryError, UnavailableError
from connectors.orders import Order, RejectedOrder, Window
from proxy.export.clock import Clock
from proxy.export.errors import BuildFailedError
from proxy.export.ledger import Ledger
from proxy.export.preparation import Prepared, policy_of, prepare
from proxy.rules.policy import HeldBack, HeldKind
from proxy.storage.errors import LeaseLostError, StorageError
from proxy.storage.export.interface import Part, Snapshot
from proxy.stores import Store
from proxy.telemetry.metrics import Metrics

# `pages` is a signed 16-bit number in ShipStation's schema.
LAST_PAGE = 32_767
# After so many orders other requests get their turn.
_BREATH = 20
# Whoever waits for page 1 goes before the reading of the rest, which would keep the processor busy; but not for long, lest nobody waits.
_COURTESY = 0.25
# Longer than the attempts of any one call may take; a connector that hangs for good would otherwise hold its lease for ever.
_STALLED_AFTER = 900.0
_log = structlog.get_logger(__name__)


class BuildRules(msgspec.Struct, frozen=True, kw_only=True):
    """How windows are read: orders a page, the lease, whether orders ShipStation surely has are sent again, and whether older ones may go."""

    page_size: int = 100
    lease: timedelta = timedelta(seconds=15)
    resend_unchanged: bool = True
    reach_back: bool = True


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
        self.given = asyncio.Event()
        self._store = store
        self._rules = rules
        self._ledger = ledger
        self._clock = clock
        self._metrics = metrics
        self._progress = progress
        self._policy = policy_of(store.settings)
        self._asked = Window(start=snapshot.start, end=snapshot.end)
        self._stored: frozenset[str] = frozenset()
        self._now = snapshot.began_at
        self._pages = snapshot.pages
        self._page = snapshot.stored + 1
        self._part = 0
        self._orders: list[Prepared] = []
        self._held: list[HeldBack] = []
        self._taken = 0
        self._moved_at = clock.monotonic()
        self._answers = store.pulse.answers
        self._log = _log.bind(store=store.name, snapshot=snapshot.id)

    async def run(self) -> None:
        """Read the window to its end. Raises nothing but CancelledError; then the lease is given back."""
        begun = self._clock.monotonic()
        outcome = "interrupted"
        try:
            await self._read_under_watch()
            outcome = "read"
            self._log.info("window read", orders=self._taken, seconds=round(self._clock.monotonic() - begun, 3))
        except ConnectorError as error:
            outcome = "failed"
            self._log.warning("window not read", error=str(error), kind=type(error).__name__)
            await self._fail(error, error.retry_after if isinstance(error, TemporaryError) else None)
        except LeaseLostError:
            outcome = "taken over"
        except StorageError as error:
            outcome = "failed"
            self._log.error("window not kept", error=str(error))
            self.error = error
        except asyncio.CancelledError:
            await asyncio.shield(self._let_go())
            raise
        except Exception:  # noqa: BLE001 -- whoever waits must hear of it
            outcome = "failed"
            self._log.exception("window not read")
            await self._fail(BuildFailedError("reading the shop's orders failed through a fault of our own; the log says more"), None)
        finally:
            self._metrics.window_read(store=self._store.name, outcome=outcome, seconds=self._clock.monotonic() - begun)
            self._progress()

    async def _read_under_watch(self) -> None:
        """`_read` for as long as the lease is ours and the shop gives something now and then. Raises what ended it."""
        reading, watch = asyncio.ensure_future(self._read()), asyncio.ensure_future(self._keep_lease())
        try:
            await asyncio.wait({reading, watch}, return_when=asyncio.FIRST_COMPLETED)
            await (reading if reading.done() else watch)
        finally:
            reading.cancel()
            watch.cancel()
            await asyncio.gather(reading, watch, return_exceptions=True)

    async def _read(self) -> None:
        start = await self._ledger.resume(self._store.name, self.snapshot)
        self._stored, self._part, self._now = start.stored, start.parts, start.now
        hints = set(start.hints)
        async for entry in self._store.connector.list_orders(self.snapshot.read):
            if entry.id in hints:
                hints.discard(entry.id)
                found = await self._by_id(entry.id)
                await self._take(found if isinstance(found, Order) else entry, len(hints))
            else:
                await self._take(entry, len(hints))
        for order_id in self._in_turn(hints):
            found = await self._by_id(order_id)
            self._moved_at = self._clock.monotonic()
            if found is not None:
                await self._take(found, 0)
        await self._end()

    def _in_turn(self, hints: set[str]) -> list[str]:
        """In another sequence each time, so that orders the shop fails over are not always asked for before the others."""
        return random.Random(self.snapshot.id).sample(sorted(hints), len(hints))  # noqa: S311 - spreads requests, guards nothing

    async def _by_id(self, order_id: str) -> Order | RejectedOrder | None:
        """An order somebody has hinted at, as it is now; None if the shop does not know it or will not give it.

        A shop that fails over this order alone must not keep the others back: the hint stays for the next window.
        """
        try:
            return await self._store.connector.get_order(order_id)
        except OrderNotFoundError:
            return None
        except (AuthenticationError, TemporaryError) as error:
            self._log.warning("order not read; it is asked for again with the next window", order=order_id, error=str(error))
            await self._ledger.add_hint(self._store.name, order_id)
            return None
        except PermanentError as error:
            return RejectedOrder(id=order_id, reason=str(error))

    async def _take(self, entry: Order | RejectedOrder, hints: int) -> None:
        self._moved_at = self._clock.monotonic()
        if entry.id in self._stored or not self._may_go(entry):
            return
        prepared = await prepare(entry, self._store.settings, self._policy, self._now, self._is_known)
        if isinstance(prepared, HeldBack):
            await self._hold(prepared)
        elif not await self._is_unchanged(prepared):
            await self._add(prepared, hints)

    def _may_go(self, entry: Order | RejectedOrder) -> bool:
        """A poller that must not be given anything older than asked is given nothing else either."""
        return self._rules.reach_back or entry.modified_at is None or self._asked.contains(entry.modified_at)

    async def _is_known(self, order_id: str) -> bool:
        return order_id in await self._ledger.told(self._store.name, [order_id])

    async def _is_unchanged(self, prepared: Prepared) -> bool:
        """Whether to leave out an order of the overlap. Never one of the span ShipStation asked for: it may have lost our answer."""
        if self._rules.resend_unchanged or prepared.modified_at >= self._asked.start:
            return False
        told = (await self._ledger.told(self._store.name, [prepared.member.id])).get(prepared.member.id)
        return told is not None and told.confirmed and told.digest == prepared.member.digest

    async def _add(self, prepared: Prepared, hints: int) -> None:
        if prepared.unknown_status:
            self._log.warning("status unknown, sent as on_hold", order=prepared.member.id, status=prepared.unknown_status)
        self._orders.append(prepared)
        self._taken += 1
        if self._taken % _BREATH == 0:
            await asyncio.sleep(0)
        if len(self._orders) < self._rules.page_size:
            return
        await self._store_part(whole=self._page < (self._pages or LAST_PAGE))
        if self._pages is None and self._taken == self._rules.page_size:
            await self._promise(hints)

    async def _hold(self, held: HeldBack) -> None:
        self._metrics.order_held(store=self._store.name, kind=held.kind.value)
        tell = self._log.warning if held.kind in {HeldKind.UNREADABLE, HeldKind.INVALID} else self._log.info
        tell("order held back", order=held.id, number=held.number, kind=held.kind.value, reason=held.reason)
        self._held.append(held)
        if len(self._held) >= self._rules.page_size:
            await self._note_held()

    async def _note_held(self) -> None:
        if self._held:
            await self._ledger.note_held(self._store.name, self._held)
            self._held = []

    async def _promise(self, hints: int) -> None:
        """Page 1 is full: if the shop can say how many orders there are, page 1 need not wait for the last of them."""
        try:
            orders = await self._store.connector.count_orders(self.snapshot.read)
        except ConnectorError as error:
            self._log.info("orders not counted", error=str(error))
            return
        if orders is None or orders + hints <= self._rules.page_size:
            return
        self._pages = min(LAST_PAGE, -(-(orders + hints) // self._rules.page_size))
        await self._ledger.promise(self._store.name, self.snapshot, self._pages)
        self._progress()
        await self._clock.wait(self.given, _COURTESY)

    async def _store_part(self, *, whole: bool) -> None:
        part = Part(
            page=self._page,
            part=self._part,
            orders=b"\n".join(prepared.xml for prepared in self._orders),
            members=tuple(prepared.member for prepared in self._orders),
            stored_at=self._now,
        )
        await self._note_held()
        await self._ledger.store_part(self._store.name, self.snapshot, part, whole=whole, lease=self._rules.lease)
        self._orders = []
        self._page, self._part = (self._page + 1, 0) if whole else (self._page, self._part + 1)
        self._progress()

    async def _end(self) -> None:
        last = self._page if self._orders or self._part else self._page - 1
        if self._orders:
            await self._store_part(whole=False)
        await self._note_held()
        await self._ledger.finish(self._store.name, self.snapshot, max(1, last))

    async def _keep_lease(self) -> None:
        """Renew the lease until it is lost, or until the shop has given nothing for so long that it must be hanging."""
        never = asyncio.Event()
        while not await self._clock.wait(never, self._rules.lease.total_seconds() / 3):
            if self._stalled():
                raise UnavailableError(f"the shop gave nothing for {_STALLED_AFTER / 60:.0f} minutes while its orders were read")
            try:
                await self._ledger.renew(self._store.name, self.snapshot, self._rules.lease)
            except StorageError as error:
                self._log.warning("lease not renewed", error=str(error))

    def _stalled(self) -> bool:
        """Whether nothing moves: a long window may be read whole before its first order is given, but then the shop answers all the while."""
        if self._store.pulse.answers != self._answers:
            self._answers, self._moved_at = self._store.pulse.answers, self._clock.monotonic()
        return self._clock.monotonic() - self._moved_at > _STALLED_AFTER

    async def _fail(self, error: Exception, retry_after: float | None) -> None:
        self.error = error
        try:
            await self._ledger.fail(self._store.name, self.snapshot, error, retry_after)
        except (LeaseLostError, StorageError) as unrecorded:
            self._log.warning("failure not recorded", error=str(unrecorded))

    async def _let_go(self) -> None:
        try:
            await self._ledger.renew(self._store.name, self.snapshot, timedelta(0))
        except (LeaseLostError, StorageError) as error:
            self._log.warning("lease not given back", error=str(error))
