"""The door of ShipRush: whole minutes that do not overlap, nothing older than asked.

There each window must be right by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from connectors.errors import ConnectorError, UnavailableError
from connectors.orders import OrderStatus
from proxy.doors.custom_store.requests import ExportRequest
from tests.export.play.poller import Walk, read_page
from tests.export.play.world import World

T = TypeVar("T")
MINUTE = timedelta(minutes=1)


class StrictMachine(RuleBasedStateMachine):
    """The shop dates and lists changes at once, and the poller asks again for what it did not get:
    no proxy could do with less here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World(store={"door": "shiprush"})
        self.start = self.world.poller.start

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def ask(self, start: datetime, end: datetime, page: int) -> ExportRequest:
        return ExportRequest(start=start, end=end, page=page)

    @initialize(counts=st.booleans())
    def open(self, *, counts: bool) -> None:
        self.world.connector.counts = counts

    @rule(wait=st.sampled_from([1, 20, 40, 61, 300]))
    def time_passes(self, wait: int) -> None:
        self.world.clock.forward(wait)

    @rule(count=st.integers(1, 5))
    def buyers_order(self, count: int) -> None:
        for _ in range(count):
            self.world.book.add()

    @precondition(lambda self: self.world.book.orders)
    @rule(which=st.integers(0, 30), status=st.sampled_from(list(OrderStatus)))
    def shop_edits(self, which: int, status: OrderStatus) -> None:
        keys = sorted(self.world.book.orders)
        self.world.book.edit(keys[which % len(keys)], status=status)

    @rule(page=st.integers(1, 3))
    def shop_will_fail(self, page: int) -> None:
        failing = self.world.connector.pages_given + page

        def fail(given: int) -> None:
            if given == failing:
                raise UnavailableError("shop is down")

        self.world.connector.before_page = fail

    @rule(number=st.integers(0, 1))
    def replica_is_killed(self, number: int) -> None:
        self.do(self.world.restart(number))

    @rule()
    def shiprush_polls(self) -> None:
        """All whole minutes since the last success."""
        end = self.world.clock().replace(second=0, microsecond=0) - MINUTE
        if end < self.start:
            return
        try:
            self.do(self._poll(Walk(self.start, end)))
        except ConnectorError:
            return
        self.start = end + MINUTE

    async def _poll(self, walk: Walk) -> None:
        while not walk.finished:
            number = walk.next
            page = await self.world.page(self.ask(walk.start, walk.end, number))
            await self.world.sent(page)
            self.world.poller.keep(walk, number, page)
            for given in read_page(page.body)[1]:
                assert given.modified >= f"{walk.start:%m/%d/%Y %H:%M}", "older than asked"

    def teardown(self) -> None:
        try:
            self.world.connector.before_page = lambda _page: None
            self.world.clock.forward(120)
            self.shiprush_polls()
            differences = self.world.differences()
            assert differences == {}, f"in the shop, and at ShipStation: {differences}"
        finally:
            self.do(self.world.close())
            self.loop.close()
