"""The plain interleavings: the shop lives, ShipStation polls and gives up; in the end it has what
the shop has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from connectors.errors import ConnectorError
from connectors.orders import OrderStatus
from proxy.doors.custom_store.requests import ExportRequest
from proxy.storage.export.interface import ExportStorage
from tests.export.play.poller import Walk
from tests.export.play.virtual_time import VirtualClock
from tests.export.play.world import World
from tests.storage.memory_export import MemoryExportStorage

T = TypeVar("T")
# Together below the lookback of ten minutes, as the guarantee asks.
LAGS = st.sampled_from([0, 0, 0, 5, 70, 240])
SKEWS = st.sampled_from([0, 0, -30, -200, 45, 400])
WAITS = st.sampled_from([1, 20, 59, 60, 61, 300, 900, 2400, 7200])
STATES = st.sampled_from(list(OrderStatus))
# What happens to the shop just before it gives a page: to which order, and what becomes of it.
DURING = st.tuples(
    st.sampled_from(["edited", "edited", "ordered", "deleted"]), st.integers(0, 30), STATES
)
CHANGES = st.dictionaries(st.integers(1, 4), DURING, max_size=2)


class PlainMachine(RuleBasedStateMachine):
    """The shop lives, ShipStation polls and gives up. `finish` checks the promise."""

    storage: Callable[[VirtualClock], ExportStorage] = MemoryExportStorage
    world_options: ClassVar[dict[str, Any]] = {}
    # A fine shop dates each change by the common clock and lists it at once.
    fine_shop: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.walks: list[Walk] = []

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize(
        skew=SKEWS,
        resend=st.booleans(),
        defer=st.booleans(),
        counts=st.booleans(),
        ahead=st.sampled_from([0, 0, -300, 300]),
    )
    def open(self, *, skew: int, resend: bool, defer: bool, counts: bool, ahead: int) -> None:
        export = {"resend_unchanged": resend, "when_shop_is_down": "defer" if defer else "fail"}
        self.world = self.do(self._open(0 if self.fine_shop else skew, export))
        self.world.connector.counts = counts
        self.world.poller.ahead = timedelta(seconds=ahead)

    async def _open(self, skew: int, export: dict[str, Any]) -> World:
        options = {"skew": timedelta(seconds=skew), "storage": self.storage, **self.world_options}
        return World(**options | {"export": export | options.get("export", {})})

    @rule(wait=WAITS)
    def time_passes(self, wait: int) -> None:
        self.do(self.world.clock.run(asyncio.sleep(0)))
        self.world.clock.forward(wait)

    @rule(lag=LAGS)
    def buyer_orders(self, lag: int) -> None:
        self.world.book.add(lag=self._lag(lag))

    def _lag(self, lag: int) -> int:
        return 0 if self.fine_shop else lag

    @precondition(lambda self: self.world.book.orders)
    @rule(which=st.integers(0, 30), lag=LAGS, status=STATES)
    def shop_edits(self, which: int, lag: int, status: OrderStatus) -> None:
        self._edit(which, lag, status)

    def _edit(self, which: int, lag: int, status: OrderStatus) -> None:
        if keys := sorted(self.world.book.orders):
            self.world.book.edit(keys[which % len(keys)], lag=self._lag(lag), status=status)

    @rule(count=st.integers(4, 9), lag=LAGS)
    def shop_imports_in_bulk(self, count: int, lag: int) -> None:
        for _ in range(count):
            self.world.book.add(lag=self._lag(lag))

    @rule(changes=CHANGES)
    def shop_changes_during_the_next_walk(
        self, changes: dict[int, tuple[str, int, OrderStatus]]
    ) -> None:
        first = self.world.connector.pages_given
        todo = {first + page: change for page, change in changes.items()}

        def change(page: int) -> None:
            if page in todo:
                self._change(*todo.pop(page))

        self.world.connector.before_page = change

    def _change(self, what: str, which: int, status: OrderStatus) -> None:
        """What is deleted cannot be told to ShipStation; that nothing else is missed for it is
        checked in the end.
        """
        book = self.world.book
        if what == "ordered":
            book.add(status=status)
        elif what == "edited":
            self._edit(which, 0, status)
        elif book.orders:
            book.remove(sorted(book.orders)[which % len(book.orders)])

    @rule()
    def shipstation_polls(self) -> None:
        walk = self.world.poller.begin()
        self._try(self.world.poller.finish(walk, self.world.page, self.world.sent))

    @rule(
        pages=st.integers(0, 2),
        moves_on=st.booleans(),
        last=st.sampled_from(["not asked for", "cut off", "lost"]),
    )
    def shipstation_gives_up(self, *, pages: int, moves_on: bool, last: str) -> None:
        """After some pages the next is not asked for, or cut off in the middle, or lost though we
        wrote it whole.

        Only of a page that was written whole must ShipStation tell us: by asking for the window's
        start again. Else it may forget the window.
        """
        walk = self.world.poller.begin()
        if self._try(self._part_of(walk, pages, last)) and moves_on and last != "lost":
            self.world.poller.start = max(self.world.poller.start, walk.end)

    @rule(wait=st.sampled_from([60, 900]))
    def two_polls_in_a_row_go_wrong(self, wait: int) -> None:
        """One is cut off and forgotten; of the next, which makes up for it, the last answer is
        lost.
        """
        self.shipstation_gives_up(pages=0, moves_on=True, last="cut off")
        self.world.clock.forward(wait)
        self._try(self._part_of(self.world.poller.begin(), 99, "lost"))

    async def _part_of(self, walk: Walk, pages: int, last: str) -> None:
        """Take so many pages, or all but the last of the window; then it is that one's turn to go
        wrong.
        """
        for number in range(1, pages + 2):
            if last == "not asked for" and number > max(pages, 1):
                return
            page = await self.world.page(ExportRequest(start=walk.start, end=walk.end, page=number))
            if number > pages or number == page.pages:
                if last == "lost":
                    await self.world.sent(page)
                return
            await self.world.sent(page)
            self.world.poller.keep(walk, number, page)

    def _try(self, work: Coroutine[Any, Any, None]) -> bool:
        try:
            self.do(work)
        except ConnectorError:
            return False
        return True

    def finish(self) -> None:
        """The shop is well again; after a few quiet polls ShipStation has everything."""
        world = self.world
        world.connector.before_page = lambda _page: None
        world.connector.hang = None
        for wait in (1000, 900, 900):
            world.clock.forward(wait)
            self._try(world.poll())
        differences = world.differences()
        assert differences == {}, f"in the shop, and at ShipStation: {differences}"

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.finish()
        finally:
            if hasattr(self, "world"):
                self.do(self._close())
            self.loop.close()

    async def _close(self) -> None:
        await self.world.close()
