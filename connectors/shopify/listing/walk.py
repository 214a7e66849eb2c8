"""Every order of a span, oldest change first, each once, whatever the shop's paging does meanwhile.

Shopify lists by time of change when asked to, but does not promise it. So each page is checked; at
the first one out of sequence the walk reads all ids with their times, sorts them, and fetches the
orders in that sequence. Where a cursor has expired, and before Shopify's limit of 25,000 rows
behind one cursor, the walk asks again from the last order seen.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime

import structlog

from connectors.errors import TemporaryError, UnavailableError, UnreadableResponseError
from connectors.orders import RejectedOrder
from connectors.shopify.api.transport import ExpiredCursorError, OrderPage, Span, Transport
from connectors.shopify.mapping.wire import Order, Stamp

# Shopify pages through at most 25,000 rows; the walk starts a new query well before that.
MOST_ROWS = 20_000
# A window cannot be walked if its cursors keep expiring before the next page is read.
MOST_RESTARTS = 20
# A shop that fails on a page of so few orders fails for another reason.
_SMALLEST = 10
_BATCH = 100
_log = structlog.get_logger(__name__)


class Walk:
    """One walk.

    `size` is the page size at first; it is halved when the shop fails on a page.
    """

    def __init__(self, transport: Transport, span: Span, size: int) -> None:
        self._transport = transport
        self._whole = span
        self._span = span
        self._size = size
        self._seen: set[int] = set()
        self._last: datetime | None = None
        self._rows = 0
        self._restarts = 0

    async def list_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """The orders. A page that cannot be read ends the walk with an error, never early.

        A walk that starts a new query may meet the same cursors again: they prove a circle only
        within one query.
        """
        cursor, visited = "", set[str]()
        while True:
            page = await self._read_page(cursor)
            if page is None:
                cursor, visited = "", set[str]()
                continue
            if not self._is_in_order(page):
                async with aclosing(self._list_sorted()) as orders:
                    async for order in orders:
                        yield order
                return
            for order in page.orders:
                if self._is_new(order):
                    yield order
            cursor = page.cursor
            if not cursor:
                return
            if cursor in visited:
                raise UnreadableResponseError("Listing orders: the shop's paging runs in a circle.")
            visited.add(cursor)
            if self._rows >= MOST_ROWS and self._resume():
                cursor, visited = "", set[str]()

    async def _read_page(self, cursor: str) -> OrderPage | None:
        """The next page, or None if the walk has to start a new query."""
        try:
            page = await self._transport.read_page(self._span, self._size, cursor)
        except ExpiredCursorError:
            self._count_restart()
            self._resume()
            return None
        except UnavailableError as error:
            if self._size <= _SMALLEST or not error.reached:
                raise
            self._size = max(self._size // 2, _SMALLEST)
            _log.warning("shop_page_halved", size=self._size, error=str(error))
            self._resume()
            return None
        self._rows += len(page.orders)
        return page

    def _count_restart(self) -> None:
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            raise TemporaryError(
                "Listing orders: the shop's cursors expire before the next page can be read."
            )

    def _resume(self) -> bool:
        """Ask from the last order seen; False if the present query began there."""
        self._rows = 0
        if self._last is None or self._last == self._span.start:
            return False
        self._span = Span(start=self._last, end=self._whole.end, unshipped=self._whole.unshipped)
        return True

    def _is_in_order(self, page: OrderPage) -> bool:
        last = self._last
        for order in page.orders:
            moment = _find_moment(order)
            if moment is None:
                continue
            if last is not None and moment < last:
                return False
            last = moment
        return True

    def _is_new(self, order: Order | RejectedOrder) -> bool:
        moment = _find_moment(order)
        if moment is not None:
            self._last = moment if self._last is None else max(self._last, moment)
        key = _read_id(order)
        if key is None:
            return True
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    async def _list_sorted(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """The rest of the walk when the shop's sequence cannot be trusted: ids first, then the
        orders in ours.
        """
        _log.warning("shop_order_of_rows_wrong", shop_says="updated_at ascending")
        stamps = [stamp for stamp in await self._read_stamps() if stamp.id not in self._seen]
        stamps.sort(key=lambda stamp: (stamp.updated_at, stamp.id))
        for start in range(0, len(stamps), _BATCH):
            places = {stamp.id: place for place, stamp in enumerate(stamps[start : start + _BATCH])}
            found = await self._transport.read_orders(tuple(places))
            for order in sorted(found, key=lambda one: places.get(_read_id(one) or 0, _BATCH)):
                if self._is_new(order):
                    yield order

    async def _read_stamps(self) -> list[Stamp]:
        while True:
            stamps: dict[int, Stamp] = {}
            cursor, visited = "", set[str]()
            try:
                while True:
                    page = await self._transport.read_stamps(self._span, cursor)
                    stamps.update((stamp.id, stamp) for stamp in page.stamps)
                    cursor = page.cursor
                    if not cursor:
                        return list(stamps.values())
                    if cursor in visited:
                        raise UnreadableResponseError(
                            "Listing orders: the shop's paging runs in a circle."
                        )
                    visited.add(cursor)
            except ExpiredCursorError:
                self._count_restart()


def count_sizes(size: int) -> int:
    """How many page sizes a walk may try that begins with `size`."""
    return max(size // _SMALLEST, 1).bit_length() + 1


def _read_id(order: Order | RejectedOrder) -> int | None:
    """The order's id; None for one that has none, so that it is not taken for another."""
    text = str(order.id)
    return int(text) if text.isascii() and text.isdecimal() else None


def _find_moment(order: Order | RejectedOrder) -> datetime | None:
    return order.updated_at if isinstance(order, Order) else order.modified_at
