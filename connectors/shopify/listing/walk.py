"""Every order of a span, each once, oldest change first, proved complete against the shop's count.

The walk reads in one of two ways:

    by page    by time of change, along the shop's cursors: few requests, but each row out of
               sequence, each row that is not an order and each page that fails ends this way
    by id      all ids and times, asked for behind the last id until an empty page, then the orders
               in our own sequence: needs no cursor, and finds what the first way left out

Rules:

  * At the end the distinct rows are compared with the shop's count (`reading.proof`): one that is
    at hand, or one that is asked for where the list is not known to be complete without it (see
    `ListHabits.proved`). A count above the rows is asked for again, because orders may have left
    the span, and then the walk goes on by id. So it does where a count is needed and there is none.
  * Orders outside the span, from a shop that ignores its bounds, are not counted as rows: they
    would stand in for others in the comparison.
  * A cursor that has expired, and 20,000 rows behind one cursor (Shopify allows 25,000), begin a
    new query from the last order seen.
  * A page over which the shop fails is halved down to ten rows; then the walk goes on by id, which
    finds the one order that is at fault.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import pairwise

import structlog

from connectors.errors import (
    ConnectorError,
    IncompleteListingError,
    TemporaryError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.interface import Remark
from connectors.orders import RejectedOrder
from connectors.reading.proof import Evidence, Verdict
from connectors.shopify.api.transport import (
    LARGEST_PAGE,
    ExpiredCursorError,
    OrderPage,
    Span,
    Transport,
)
from connectors.shopify.listing.habits import ListHabits
from connectors.shopify.listing.slices import SLICE, Slices
from connectors.shopify.mapping.wire import Order, Stamp
from connectors.turns import run_over
from connectors.upstream.isolation import Isolation

# Shopify pages through at most 25,000 rows; the walk starts a new query well before that.
MOST_ROWS = 20_000
# A window cannot be walked if its cursors keep expiring before the next page is read.
MOST_RESTARTS = 20
# A shop that fails on a page of so few orders fails over one of them, or for another reason.
_SMALLEST = 10
# Pages in a row with nothing new. A new query begins with the orders of one moment again.
_MOST_IDLE = 100
_FIRST_DAY = datetime.min.replace(tzinfo=UTC)
_log = structlog.get_logger("portside.shopify")


class Walk:
    """One walk.

    `size` is the page size at first. `count` gives the shop's count of the span, where that costs
    nothing.
    """

    def __init__(
        self,
        transport: Transport,
        span: Span,
        size: int,
        *,
        habits: ListHabits,
        isolation: Isolation,
        remark: Callable[[Remark], None],
        count: Callable[[], Awaitable[int | None]],
    ) -> None:
        self._transport = transport
        self._whole = span
        self._span = span
        self._size = size
        self._habits = habits
        self._remark = remark
        self._slices = Slices(transport, span, isolation, habits)
        self._evidence = Evidence(habits)
        self._count_beside = count
        self._needs_ids = habits.has_failing_pages
        self._by_id = False
        self._last: datetime | None = None
        self._rows = 0
        self._longest = 0
        self._restarts = 0

    async def list_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """The orders. A list that cannot be read or proved complete ends in an error."""
        if not self._needs_ids:
            async with aclosing(self._list_pages()) as orders:
                async for order in orders:
                    yield order
        verdict = Verdict.READ_AGAIN if self._needs_ids else await self._judge()
        while verdict is Verdict.READ_AGAIN:
            ended_after = None if self._needs_ids else self._evidence.rows
            async with aclosing(self._list_by_id()) as orders:
                async for order in orders:
                    yield order
            if ended_after is not None and self._evidence.rows > ended_after:
                self._note_gap(ended_after)
            self._needs_ids = False
            verdict = await self._judge()
        if verdict is Verdict.WARN:
            self._remark(Remark(about="order_count", text=self._evidence.describe()))
        elif verdict is not Verdict.COMPLETE:
            raise self._evidence.explain()
        else:
            self._remark(Remark(about="order_count", text=""))

    async def _judge(self) -> Verdict:
        evidence, habits = self._evidence, self._habits
        if evidence.total is None:
            evidence.total = await self._count_beside()
        is_in_doubt = habits.is_doubted or evidence.is_full or self._longest > habits.proved
        if evidence.total is None and is_in_doubt:
            evidence.total = await self._count()
        elif evidence.missing:
            fresh = await self._count()
            evidence.total = evidence.total if fresh is None else fresh
        verdict = evidence.judge()
        if verdict is Verdict.COMPLETE and is_in_doubt:
            if evidence.total is None and not self._by_id:
                return Verdict.READ_AGAIN
            habits.proved = max(habits.proved, self._longest)
        return verdict

    async def _count(self) -> int | None:
        """The shop's count, None where it has none: the list has to do without."""
        try:
            return await self._transport.count_orders(self._whole)
        except ConnectorError as error:
            _log.debug("Orders not counted.", error=error)
            return None

    def _note_gap(self, ended_after: int) -> None:
        self._habits.is_doubted = True
        text = (
            f"Shopify's list of changed orders ended after {ended_after}, and"
            f" {self._evidence.rows} were found by reading all ids: the list leaves orders out."
            " Every window is counted now and read by id where that is needed; look for a cache or"
            " a proxy between Portside and the shop."
        )
        self._remark(Remark(about="order_list", text=text))

    async def _list_pages(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """The first way; it ends with `_needs_ids` where it cannot go on.

        A walk that starts a new query may meet the same cursors again: they prove a circle only
        within one query.
        """
        cursor, visited, idle = "", set[str](), 0
        while True:
            page = await self._read_page(cursor)
            if page is None:
                if self._needs_ids:
                    return
                cursor, visited = "", set[str]()
                continue
            if not await run_over(len(page.orders), self._is_in_order, page):
                _log.warning("Rows not in the order asked for.", shop_says="updated_at ascending")
                self._needs_ids = True
                return
            fresh = await run_over(len(page.orders), self._take_page, page)
            for order in fresh:
                yield order
            cursor, idle = page.cursor, 0 if fresh else idle + 1
            never_ends = cursor in visited or idle > _MOST_IDLE
            self._needs_ids = self._needs_ids or page.is_broken or never_ends
            if not cursor or never_ends:
                return
            visited.add(cursor)
            if self._rows >= MOST_ROWS and self._resume():
                cursor, visited = "", set[str]()

    async def _read_page(self, cursor: str) -> OrderPage | None:
        """The next page, or None if the walk has to start a new query, or to go on by id."""
        try:
            return await self._transport.read_page(self._span, self._size, cursor)
        except ExpiredCursorError:
            self._restarts += 1
            if self._restarts > MOST_RESTARTS:
                raise TemporaryError(
                    "Listing orders: the shop's cursors expire before the next page can be read."
                ) from None
        except UnavailableError as error:
            if not error.reached:
                raise
            if self._size <= _SMALLEST:
                self._habits.note_failing_pages()
                self._needs_ids = True
                return None
            self._size = max(self._size // 2, _SMALLEST)
            _log.debug("Page halved.", size=self._size, error=error)
        except UnreadableResponseError as error:
            _log.warning("Page not read.", error=error)
            self._habits.note_failing_pages()
            self._needs_ids = True
            return None
        self._resume()
        return None

    def _take_page(self, page: OrderPage) -> list[Order | RejectedOrder]:
        """The orders of a page that the walk has not met."""
        self._rows += len(page.orders)
        self._longest = max(self._longest, len(page.orders))
        for order in page.orders:
            moment = _find_moment(order)
            if moment is not None:
                self._last = moment if self._last is None else max(self._last, moment)
        inside = [one for one in page.orders if self._whole.holds(_find_moment(one))]
        places = self._evidence.add_page(
            [_name_row(order) for order in inside],
            asked=page.asked,
            ends=not page.cursor and not page.is_broken,
            no_rows=len(page.orders) - len(inside),
        )
        return [inside[place] for place in places]

    def _resume(self) -> bool:
        """Ask from the last order seen; False if the present query began there."""
        self._rows = 0
        if self._last is None or self._last == self._span.start:
            return False
        self._span = Span(start=self._last, end=self._whole.end, unshipped=self._whole.unshipped)
        return True

    def _is_in_order(self, page: OrderPage) -> bool:
        moments = [self._last, *map(_find_moment, page.orders)]
        known = [moment for moment in moments if moment is not None]
        return all(earlier <= later for earlier, later in pairwise(known))

    async def _list_by_id(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """The second way: what the walk has not met, in our own sequence."""
        self._by_id = True
        self._evidence.begin_reading()
        stamps = await self._read_fresh_stamps()
        await run_over(
            len(stamps), stamps.sort, key=lambda one: (one.updated_at or _FIRST_DAY, one.id)
        )
        for start in range(0, len(stamps), SLICE):
            for order in await self._slices.read(stamps[start : start + SLICE]):
                yield order

    async def _read_fresh_stamps(self) -> list[Stamp]:
        after, fresh = 0, list[Stamp]()
        while True:
            page = await self._slices.read_stamps(after)
            fresh += await run_over(len(page), self._take_stamps, page)
            if not page:
                return fresh
            # The page is sorted by id.
            if page[0].id <= after:
                raise IncompleteListingError(
                    "Listing orders: the shop's list cannot be proved complete, and it ignores the"
                    " id from which it is asked to go on; look for a proxy before the shop that"
                    " drops the query."
                )
            after = page[-1].id

    def _take_stamps(self, page: Sequence[Stamp]) -> list[Stamp]:
        """The ids of a page that the walk has not met."""
        inside = [one for one in page if self._whole.holds(one.updated_at)]
        places = self._evidence.add_page(
            [one.id for one in inside], asked=LARGEST_PAGE, no_rows=len(page) - len(inside)
        )
        return [inside[place] for place in places]


def count_sizes(size: int) -> int:
    """How many page sizes a walk may try that begins with `size`."""
    return max(size // _SMALLEST, 1).bit_length() + 1


def _name_row(order: Order | RejectedOrder) -> Hashable:
    """The order's id; for one that has none what is known of it, so that it is not taken for
    another.
    """
    text = str(order.id)
    if text.isascii() and text.isdecimal():
        return int(text)
    return (text, order.number, order.modified_at) if isinstance(order, RejectedOrder) else text


def _find_moment(order: Order | RejectedOrder) -> datetime | None:
    return order.updated_at if isinstance(order, Order) else order.modified_at
