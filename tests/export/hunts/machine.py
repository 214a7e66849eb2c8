"""Any interleaving of shop, ShipStation, faults and restarts, over the real exporter and storage;
in the end ShipStation has what the shop has.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from connectors.errors import ConnectorError, ThrottledError, UnavailableError
from connectors.orders import OrderStatus
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from tests.databases import make_migrated_file
from tests.export.hunts.plain_machine import PlainMachine
from tests.export.play.poller import Walk
from tests.export.play.virtual_time import VirtualClock
from tests.export.play.world import World

# Where a shop's clock may jump to; with the latest listing it stays below the lookback.
JUMPS = st.sampled_from([-300, -120, 0, 120, 300])


class BusyMachine(PlainMachine):
    """The plain interleavings, walks that cross, and lists that shrink while they are read."""

    @rule(count=st.integers(4, 9), page=st.integers(2, 3), which=st.integers(1, 9))
    def an_import_is_thinned_out_while_it_is_read(self, count: int, page: int, which: int) -> None:
        """One of many orders of the same second leaves the list between two pages of them."""
        self.shop_imports_in_bulk(count, 0)
        self.world.clock.forward(60)
        self.shop_changes_during_the_next_walk({page: ("deleted", -which, OrderStatus.PAID)})
        self.shipstation_polls()

    @precondition(lambda self: self.world.book.orders)
    @rule(which=st.integers(0, 30), wait=st.sampled_from([60, 300]))
    def two_walks_cross(self, which: int, wait: int) -> None:
        """A second window is begun and finished before the first one's last pages are asked for."""
        first = self.world.poller.begin()
        if not self._try(self.world.poller.take(first, 1, self.world.page, self.world.sent)):
            return
        self.world.clock.forward(1)
        self._edit(which, 0, OrderStatus.CANCELLED)
        self.world.clock.forward(wait)
        self.shipstation_polls()
        self._try(self._whole(first))

    async def _whole(self, walk: Walk) -> None:
        while not walk.finished:
            await self.world.poller.take(walk, walk.next, self.world.page, self.world.sent)


class ExportMachine(BusyMachine):
    """All that shops, ShipStation, networks and operators do."""

    clock_jumps: ClassVar[bool] = True

    @precondition(lambda self: self.clock_jumps)
    @rule(skew=JUMPS)
    def shop_clock_jumps(self, skew: int) -> None:
        self.world.book.skew = timedelta(seconds=skew)

    @rule(page=st.integers(1, 3), throttled=st.booleans())
    def shop_will_fail(self, *, page: int, throttled: bool) -> None:
        failing = self.world.connector.pages_given + page
        error: ConnectorError = (
            ThrottledError("slow down", retry_after=3)
            if throttled
            else UnavailableError("shop is down")
        )

        def fail(given: int) -> None:
            if given == failing:
                raise error

        self.world.connector.before_page = fail

    @rule()
    def shop_will_hang(self) -> None:
        self.world.connector.hang = asyncio.Event()

    @rule(at=st.integers(0, 1))
    def requests_go_to(self, at: int) -> None:
        self.world.at = at

    @rule(number=st.integers(0, 1))
    def replica_is_killed(self, number: int) -> None:
        self.do(self.world.restart(number))

    @rule()
    def shipstation_begins_a_walk(self) -> None:
        self.walks = [*self.walks[-2:], self.world.poller.begin()]

    @precondition(lambda self: self.walks)
    @rule(which=st.integers(0, 2), ahead=st.integers(0, 2))
    def shipstation_takes_a_page(self, which: int, ahead: int) -> None:
        walk = self.walks[which % len(self.walks)]
        number = min(walk.next + ahead, walk.pages)
        self._try(self.world.poller.take(walk, number, self.world.page, self.world.sent))

    @precondition(lambda self: self.walks)
    @rule(which=st.integers(0, 2))
    def shipstation_finishes_a_walk(self, which: int) -> None:
        walk = self.walks.pop(which % len(self.walks))
        self._try(self.world.poller.finish(walk, self.world.page, self.world.sent))

    @rule(back=st.sampled_from([60, 600, 7200]), span=st.sampled_from([60, 600]))
    def somebody_asks_for_history(self, back: int, span: int) -> None:
        """From before the last success; a window that begins where that one ended would say that it
        was received.
        """
        now = self.world.clock().replace(second=0, microsecond=0)
        start = min(now - timedelta(seconds=back), self.world.poller.start)
        walk = Walk(start, min(start + timedelta(seconds=span), now))
        self._try(self._whole(walk))


class SqliteMachine(ExportMachine):
    """The same with everything kept in a file."""

    async def _open(self, skew: int, export: dict[str, Any]) -> World:
        self.stack = AsyncExitStack()
        folder = self.stack.enter_context(TemporaryDirectory())
        url = make_migrated_file(Path(folder) / "kept.db")
        clock = VirtualClock()
        database = await self.stack.enter_async_context(Database.open(url, clock=clock))
        storage = DatabaseExportStorage(database)
        return World(
            clock=clock, storage=lambda _clock: storage, skew=timedelta(seconds=skew), export=export
        )

    async def _close(self) -> None:
        await super()._close()
        await self.stack.aclose()
