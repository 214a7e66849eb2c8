"""A shop's order book in virtual time, and its connector: pages, ties, lists that show a change
late, and faults when asked for.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from bisect import bisect_left, insort
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from connectors.errors import ConnectorError, OrderNotFoundError
from connectors.interface import CheckReport, ShipOutcome
from connectors.orders import Order, OrderId, OrderStatus, RejectedOrder, Window
from connectors.reading.keyset import walk_by_key
from connectors.reading.paging import Page
from connectors.shipments import Shipment
from tests.builders import build_order

Fetch = Callable[[datetime, int, int], Awaitable[Page[Order]]]
OPEN = (OrderStatus.UNPAID, OrderStatus.PAID, OrderStatus.ON_HOLD)


class OrderBook:
    """Orders as the shop knows them (`orders`), and as its list shows them: a change is listed
    `lag` after it was made.

    `history` names each change by its number and its order. `skew` is how far the shop's clock is
    ahead of everybody else's, and may change at any time. Every change gives the order's
    note a new number, so states can be told apart.
    """

    def __init__(self, clock: Callable[[], datetime], skew: timedelta = timedelta(0)) -> None:
        self.orders: dict[str, Order] = {}
        self.changes = 0
        self.history: list[tuple[int, str]] = []
        self.skew = skew
        self._clock = clock
        self._keys = itertools.count(1)
        self._later: list[tuple[datetime, int, Order]] = []
        self._listed: dict[str, Order] = {}
        self._shown: dict[str, int] = {}
        self._index: list[tuple[datetime, str]] = []

    def add(self, *, lag: float = 0, **changes: object) -> Order:
        """A buyer orders."""
        key = f"{next(self._keys):06d}"
        return self._put(
            build_order(id=key, number=f"N{key}", placed_at=self._stamp(), **changes),
            lag,
            dated=True,
        )

    def edit(
        self, order_id: str, *, lag: float = 0, dated: bool = True, **changes: object
    ) -> Order:
        """The shop changes an order; not `dated`: its modified time stays as it was."""
        return self._put(
            msgspec.structs.replace(self.orders[order_id], **changes), lag, dated=dated
        )

    def remove(self, order_id: str) -> None:
        """An order is deleted: it leaves the list at once, and what was still to be listed of it
        never is.
        """
        del self.orders[order_id]
        old = self._listed.pop(order_id, None)
        if old is not None:
            self._unlist(old)

    def listed(self) -> dict[str, Order]:
        """What the shop's list shows now."""
        while self._later and self._later[0][0] <= self._clock():
            _, number, order = heapq.heappop(self._later)
            if order.id in self.orders and number > self._shown.get(order.id, 0):
                self._shown[order.id] = number
                self._list(order)
        return self._listed

    def after(
        self, moment: datetime, skip: int, size: int, until: datetime
    ) -> tuple[list[Order], int]:
        """Listed orders modified from `moment` to `until`, oldest change first; and how many there
        are in all.
        """
        listed = self.listed()
        first, last = (
            bisect_left(self._index, (moment, "")),
            bisect_left(self._index, (until, "\uffff")),
        )
        return [
            listed[key] for _, key in self._index[first + skip : min(first + skip + size, last)]
        ], max(last - first, 0)

    def _stamp(self) -> datetime:
        return (self._clock() + self.skew).replace(microsecond=0)

    def _put(self, order: Order, lag: float, *, dated: bool) -> Order:
        self.changes += 1
        self.history.append((self.changes, order.id))
        stamp = self._stamp() if dated else order.modified_at
        order = msgspec.structs.replace(
            order, modified_at=stamp, customer_notes=f"state {self.changes}"
        )
        self.orders[order.id] = order
        heapq.heappush(self._later, (self._clock() + timedelta(seconds=lag), self.changes, order))
        return order

    def _list(self, order: Order) -> None:
        old = self._listed.get(order.id)
        if old is not None:
            self._unlist(old)
        insort(self._index, (order.modified_at, order.id))
        self._listed[order.id] = order

    def _unlist(self, old: Order) -> None:
        del self._index[bisect_left(self._index, (old.modified_at, old.id))]


class BookConnector:
    """A shop over an `OrderBook`.

    `before_page` is called before each page the shop gives, and may change the book or raise.

    `hang`, when set, holds the next page until the event it is set to is set. `counts`: whether the
    shop can say how many orders it has; `cached_count`: what it says whatever it has.
    """

    def __init__(self, book: OrderBook, size: int = 3) -> None:
        self.book = book
        self.size = size
        self.counts = True
        self.cached_count: int | None = None
        self.hang: asyncio.Event | None = None
        self.hanging = asyncio.Event()
        self._held = asyncio.Event()
        self._error: ConnectorError | None = None
        self.before_page: Callable[[int], None] = lambda _page: None
        self.pages_given = 0
        self.asked: list[Window] = []
        self.rejected: dict[str, str] = {}
        self.nameless = set[str]()

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        self.asked.append(window)

        async def fetch(key: datetime, skip: int, size: int) -> Page[Order]:
            await self.turn()
            orders, total = self.book.after(key, skip, size, window.end)
            return Page(items=orders, total=total)

        async for orders in self.walk(window, fetch):
            for order in orders:
                if window.contains(order.modified_at):
                    yield self._read(order)

    def walk(self, window: Window, fetch: Fetch) -> AsyncIterator[list[Order]]:
        """How the list is walked: by key, as our connectors do."""
        return walk_by_key(
            fetch,
            start=window.start,
            key=lambda order: order.modified_at,
            identity=lambda order: order.id,
            size=self.size,
        )

    async def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        await self.turn()
        for order in sorted(self.book.listed().values(), key=lambda order: order.id):
            if order.status in OPEN:
                yield self._read(order)

    async def count_orders(self, window: Window) -> int | None:
        if self.cached_count is not None:
            return self.cached_count
        return self.book.after(window.start, 0, 0, window.end)[1] if self.counts else None

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        if order_id not in self.book.orders:
            raise OrderNotFoundError(f"The shop has no order {order_id}.")
        return self._read(self.book.orders[order_id])

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        raise ConnectorError(
            f"This shop takes no shipments: {shipment.order}, after {len(earlier)}."
        )

    async def check(self) -> CheckReport:
        return CheckReport(findings=())

    def break_off(self, error: ConnectorError | None) -> None:
        """The shop that hangs answers, or fails."""
        self._error = error
        self._held.set()

    async def turn(self) -> None:
        """The shop gives a page, if it does."""
        self.pages_given += 1
        self.before_page(self.pages_given)
        if self.hang is not None:
            self._held, self.hang = self.hang, None
            self.hanging.set()
            await self._held.wait()
            if self._error is not None:
                raise self._error

    def _read(self, order: Order) -> Order | RejectedOrder:
        reason = self.rejected.get(order.id)
        if order.id in self.nameless:
            return RejectedOrder(id=OrderId(""), reason=str(reason), record=f"row {order.id}")
        return (
            order
            if reason is None
            else RejectedOrder(
                id=order.id, number=order.number, modified_at=order.modified_at, reason=reason
            )
        )
