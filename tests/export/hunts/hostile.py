"""A hostile world in virtual time: weeks of a shop that lags, fails and changes while it is read,
and a ShipStation that gives up.

Everything is drawn from one seed before it begins, so that each way of serving ShipStation meets
the same shop and the same bad luck.
"""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from connectors.errors import ConnectorError, UnavailableError
from connectors.orders import OrderStatus
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export import Page
from tests.export.play.book import BookConnector, OrderBook
from tests.export.play.poller import Given, Walk, read_page
from tests.export.play.virtual_time import VirtualClock

STATES = tuple(OrderStatus)
# Seconds until a change is listed; with the skew they stay below the lookback of ten minutes.
LAGS = (0, 0, 0, 0, 1, 2, 5, 30, 90, 240)
SHOP_PAGE_SECONDS = 0.4
CLIENT_TIMEOUT = 100.0
MINUTE = 60.0
DAY = 86_400.0


class Hardship(msgspec.Struct, frozen=True, kw_only=True):
    """How bad it gets.

    Shares are of shop pages, of walks, or of ShipStation's pages; `forgets` of failed windows that
    are never repeated.
    """

    changes: int = 100_000
    days: float = 21
    outages_per_week: float = 4
    shop_page_fails: float = 0.004
    shop_page_hangs: float = 0.0005
    walk_is_abandoned: float = 0.04
    page_is_cut_off: float = 0.02
    answer_is_lost: float = 0.01
    page_is_repeated: float = 0.02
    process_is_killed: float = 0.005
    forgets: float = 0.5


class Change(msgspec.Struct, frozen=True):
    """At `at` seconds an order is placed (`order` None) or the one `order` before the newest is
    edited.
    """

    at: float
    order: int | None
    lag: int
    status: OrderStatus


class Server(Protocol):
    """One way of serving ShipStation. `page` raises ConnectorError where it would answer 503."""

    async def page(self, request: ExportRequest) -> Page: ...

    async def sent(self, page: Page) -> None: ...

    async def restart(self) -> None: ...


class Tally(msgspec.Struct, kw_only=True):
    """What it came to.

    `never_got`: changes of which ShipStation got neither the state nor a later one of the same
    order.
    """

    changes: int = 0
    polls: int = 0
    failed: int = 0
    sent: int = 0
    sent_again: int = 0
    never_got: int = 0
    wrong_at_the_end: int = 0


def draw_changes(seed: int, hardship: Hardship) -> list[Change]:
    """The shop's life, busy by day and with edits of many orders in one second."""
    dice = random.Random(f"changes {seed}")
    moments: list[float] = []
    while len(moments) < hardship.changes:
        at = dice.random() * hardship.days * DAY
        if dice.random() < 0.5 and not 0.3 < at % DAY / DAY < 0.8:
            continue
        moments += [at] * (dice.randint(50, 400) if dice.random() < 0.001 else 1)
    newest, changes = 0, []
    for at in sorted(moments[: hardship.changes]):
        fresh = newest == 0 or dice.random() < 0.3
        newest += fresh
        order = None if fresh else min(int(dice.expovariate(1 / 150)), newest - 1)
        changes.append(Change(at, order, dice.choice(LAGS), dice.choice(STATES)))
    return changes


class HostileShop(BookConnector):
    """Lives while it is read: time passes with each of its pages, and what happens until then
    happens.
    """

    def __init__(self, seed: int, hardship: Hardship, clock: VirtualClock) -> None:
        skew = timedelta(seconds=random.Random(f"skew {seed}").randint(-200, 200))
        super().__init__(OrderBook(clock, skew), size=100)
        self._clock = clock
        self._begin = clock.now
        self._hardship = hardship
        self._changes = iter(draw_changes(seed, hardship))
        self._next = next(self._changes, None)
        self._dice = random.Random(f"shop {seed}")
        self._outages = sorted(_draw_outages(seed, hardship))
        self.calm = False
        self.before_page = self._live

    def catch_up(self) -> None:
        """Let all happen that has happened by now."""
        now = (self._clock.now - self._begin).total_seconds()
        while self._next is not None and self._next.at <= now:
            self._make(self._next)
            self._next = next(self._changes, None)

    def _make(self, change: Change) -> None:
        if change.order is None:
            self.book.add(lag=change.lag, status=change.status)
        else:
            self.book.edit(
                f"{len(self.book.orders) - change.order:06d}", lag=change.lag, status=change.status
            )

    def _live(self, _page: int) -> None:
        self._clock.forward(SHOP_PAGE_SECONDS)
        self.catch_up()
        if self.calm:
            return
        if self._is_down() or self._dice.random() < self._hardship.shop_page_fails:
            raise UnavailableError("the shop is down")
        if self._dice.random() < self._hardship.shop_page_hangs:
            self.hang = asyncio.Event()

    def _is_down(self) -> bool:
        now = (self._clock.now - self._begin).total_seconds()
        place = bisect_right(self._outages, (now, float("inf"))) - 1
        return place >= 0 and now < self._outages[place][1]


def _draw_outages(seed: int, hardship: Hardship) -> Iterator[tuple[float, float]]:
    dice = random.Random(f"outages {seed}")
    for _ in range(round(hardship.outages_per_week * hardship.days / 7)):
        begin = dice.random() * hardship.days * DAY
        yield begin, begin + dice.choice((5, 20, 60, 240, 1500)) * MINUTE


class HostileShipStation:
    """Polls every so often.

    Windows fail, are given up, come twice; some of those that failed are never asked for again.
    """

    def __init__(
        self, seed: int, hardship: Hardship, clock: VirtualClock, shop: HostileShop, server: Server
    ) -> None:
        self.tally = Tally()
        self._hardship = hardship
        self._clock = clock
        self._shop = shop
        self._server = server
        self._dice = random.Random(f"shipstation {seed}")
        self._start = _minute(clock.now)
        self._copy: dict[str, Given] = {}
        self._best: dict[str, int] = {}

    async def live(self) -> Tally:
        """All the weeks, then a few quiet polls, then the count."""
        end = self._clock.now + timedelta(days=self._hardship.days)
        await self._poll()
        while self._clock.now < end:
            self._clock.forward(self._dice.uniform(5, 45) * MINUTE)
            await self._poll()
        self._shop.calm = True
        for _ in range(4):
            self._clock.forward(16 * MINUTE)
            await self._finish(Walk(self._start, _minute(self._clock.now)))
        return self._counted()

    async def _poll(self) -> None:
        self.tally.polls += 1
        walk = Walk(self._start, _minute(self._clock.now))
        self._shop.catch_up()
        if self._dice.random() < self._hardship.process_is_killed:
            await self._server.restart()
        fate = self._dice.random()
        written = False
        try:
            if fate < self._hardship.walk_is_abandoned:
                await self._some_pages(walk)
            elif fate < self._hardship.walk_is_abandoned + self._hardship.answer_is_lost:
                written = await self._lose_the_last(walk)
            else:
                await self._finish(walk)
                return
        except ConnectorError:
            pass
        self.tally.failed += 1
        if not written and self._dice.random() < self._hardship.forgets:
            self._start = walk.end

    async def _finish(self, walk: Walk) -> None:
        while not walk.finished:
            if self._dice.random() < self._hardship.page_is_cut_off and not self._shop.calm:
                await self._ask(walk, walk.next)
                raise UnavailableError("cut off")
            await self._take(walk, walk.next)
            if self._dice.random() < self._hardship.page_is_repeated:
                await self._take(walk, self._dice.randint(1, walk.pages))
        self._start = max(self._start, walk.end)

    async def _some_pages(self, walk: Walk) -> None:
        for _ in range(self._dice.randint(1, 3)):
            if not walk.finished:
                await self._take(walk, walk.next)

    async def _lose_the_last(self, walk: Walk) -> bool:
        """The last page is written to the end, yet never arrives.

        ShipStation then asks for this start again.
        """
        while len(walk.taken) < walk.pages - 1:
            await self._take(walk, walk.next)
        await self._server.sent(await self._ask(walk, walk.pages))
        return True

    async def _ask(self, walk: Walk, number: int) -> Page:
        self._clock.forward(self._dice.uniform(0.5, 3))
        self._shop.catch_up()
        return await self._clock.run(
            self._patiently(ExportRequest(start=walk.start, end=walk.end, page=number))
        )

    async def _patiently(self, request: ExportRequest) -> Page:
        """As a client with a time limit of its own."""
        answered = asyncio.Event()
        page = asyncio.ensure_future(self._server.page(request))
        page.add_done_callback(lambda _done: answered.set())
        if not await self._clock.wait(answered, CLIENT_TIMEOUT):
            page.cancel()
            raise UnavailableError("ShipStation waited long enough")
        return await page

    async def _take(self, walk: Walk, number: int) -> None:
        page = await self._ask(walk, number)
        await self._server.sent(page)
        walk.pages, orders = read_page(page.body)
        walk.taken.add(number)
        for order in orders:
            self._keep(order)

    def _keep(self, order: Given) -> None:
        state = int(order.notes.removeprefix("state "))
        self.tally.sent += 1
        self.tally.sent_again += self._best.get(order.id, 0) >= state
        self._best[order.id] = max(self._best.get(order.id, 0), state)
        self._copy[order.id] = order

    def _counted(self) -> Tally:
        book = self._shop.book
        self.tally.changes = book.changes
        self.tally.never_got = sum(
            number > self._best.get(order_id, 0) for number, order_id in book.history
        )
        self.tally.wrong_at_the_end = sum(
            self._is_wrong(key, order.status, order.customer_notes)
            for key, order in book.orders.items()
        )
        return self.tally

    def _is_wrong(self, order_id: str, status: OrderStatus, notes: str) -> bool:
        given = self._copy.get(order_id)
        return given is None or (given.status, given.notes) != (status.value, notes)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
