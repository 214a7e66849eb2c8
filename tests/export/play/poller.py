"""ShipStation as a poller sees it from inside the process: windows of whole minutes, pages in turn,
and a copy of all it was given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec
from lxml import etree

from proxy.doors.custom_store.requests import ExportRequest
from proxy.export import Page

Ask = Callable[[ExportRequest], Awaitable[Page]]
Tell = Callable[[Page], Awaitable[object]]


class Given(msgspec.Struct, frozen=True):
    """One order on a page: what ShipStation makes of it."""

    id: str
    status: str
    notes: str
    modified: str


def read_page(body: bytes) -> tuple[int, list[Given]]:
    """The promised number of pages, and the orders."""
    root = etree.fromstring(body)
    orders = [
        Given(
            *(
                order.findtext(name, "")
                for name in ("OrderID", "OrderStatus", "CustomerNotes", "LastModified")
            )
        )
        for order in root.iterfind("Order")
    ]
    return int(root.get("pages", "0")), orders


class Walk:
    """A window on its way: its pages may be taken in any order, and more than once."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start = start
        self.end = end
        self.pages = 1
        self.taken: set[int] = set()

    @property
    def finished(self) -> bool:
        return len(self.taken) >= self.pages

    @property
    def next(self) -> int:
        return next(number for number in range(1, self.pages + 2) if number not in self.taken)


class Poller:
    """`copy` is what ShipStation would show: for each order the last state that reached it.

    `start` is its last success.

    `ahead` is how far its clock is ahead of everybody else's.
    """

    def __init__(self, clock: Callable[[], datetime], start: datetime | None = None) -> None:
        self._clock = clock
        self.ahead = timedelta(0)
        self.start = _minute(start or clock() - timedelta(minutes=5))
        self.copy: dict[str, Given] = {}
        self.received = 0
        self.log: list[str] = []

    def begin(self) -> Walk:
        """The window since the last success."""
        return Walk(self.start, max(self.start, _minute(self._clock() + self.ahead)))

    async def take(self, walk: Walk, number: int, ask: Ask, tell: Tell) -> None:
        """Get one page and keep what is on it."""
        page = await ask(ExportRequest(start=walk.start, end=walk.end, page=number))
        await tell(page)
        self.keep(walk, number, page)

    def keep(self, walk: Walk, number: int, page: Page) -> None:
        """A page has arrived."""
        walk.pages, orders = read_page(page.body)
        walk.taken.add(number)
        self.received += len(orders)
        self.log += [order.id for order in orders]
        self.copy.update({order.id: order for order in orders})

    async def finish(self, walk: Walk, ask: Ask, tell: Tell) -> None:
        """Get all pages that are missing, in turn; then the window's end is the next one's
        start.
        """
        while not walk.finished:
            await self.take(walk, walk.next, ask, tell)
        self.start = max(self.start, walk.end)

    async def poll(self, ask: Ask, tell: Tell) -> None:
        """One window, whole."""
        await self.finish(self.begin(), ask, tell)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
