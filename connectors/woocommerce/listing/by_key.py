"""Every order of one status list that changed in a span, oldest change first, whatever is edited
meanwhile.

The walk goes by key, never by page number: each request asks for what changed at or after the last
change seen, so that an order that moves to the end cannot push another one over the edge of a page.
The last row seen is the anchor: it must come back with the next page. Where it does not, either it
was edited, or WooCommerce moved the bound: a time without zone that falls into the hour that the
shop's clock skips in spring is read an hour late. In both cases the walk asks from an hour earlier
and meets rows that it knows already.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from http import HTTPStatus

import msgspec

from connectors.errors import RefusedError, UnavailableError
from connectors.woocommerce.listing.pages import SECOND, Ask, DistrustError, OrderPages, Page
from connectors.woocommerce.mapping.decoding import Row

HOUR = timedelta(hours=1)
# How often a second is read again in which orders still change.
_PASSES = 5


class KeyWalk:
    """One walk.

    `seen` holds the ids that were given; the walks of one window share it.
    """

    def __init__(
        self,
        pages: OrderPages,
        status: str,
        start: datetime | None,
        end: datetime | None,
        seen: set[int],
    ) -> None:
        self._pages = pages
        self._status = status
        self._start = start.replace(microsecond=0) if start is not None else None
        self._end = end
        self._seen = seen

    async def read_batches(self) -> AsyncGenerator[list[Row], None]:
        """Rows that were not given before, in lists.

        Raises `DistrustError` where the shop cannot be walked by key.
        """
        cursor = self._start - HOUR if self._start is not None else None
        anchored = False
        margin = timedelta(0)
        offset = 0
        before: Page | None = None
        reading = _OffsetPass()
        while True:
            page = await self._read_page(cursor - margin if cursor is not None else None, offset)
            if anchored and not margin and not any(row.modified == cursor for row in page.rows):
                margin = HOUR
                continue
            if fresh := self._take_fresh(page.rows):
                yield fresh
            reading.add_page(page, before if offset else None, news=bool(fresh))
            newest = max(
                (row.modified for row in page.rows if row.modified is not None), default=None
            )
            onward = newest is not None and (cursor is None or newest > cursor)
            if (page.last or onward) and reading.must_repeat():
                before, offset = None, 0
                continue
            if page.last:
                return
            before = page
            if onward:
                cursor, anchored, margin, offset = newest, True, timedelta(0), 0
                reading = _OffsetPass()
            elif margin or newest is None or cursor is None:
                # By half a page, so that a few rows that leave the list cannot hide others.
                offset += max(page.size // 2, 1)
            else:
                async with aclosing(self._read_second(cursor)) as ties:
                    async for tied in ties:
                        yield tied
                cursor, anchored = cursor + SECOND, False

    def _take_fresh(self, rows: Iterable[Row]) -> list[Row]:
        """The rows of the span that were not given before; from now on they count as given."""
        found = []
        for row in rows:
            if row.id not in self._seen and self._is_in_span(row.modified):
                if row.id:
                    self._seen.add(row.id)
                found.append(row)
        return found

    def _is_in_span(self, modified: datetime | None) -> bool:
        """Whether a change lies in the span; a row whose time cannot be read is not hidden."""
        if modified is None:
            return True
        return (self._start is None or self._start <= modified) and (
            self._end is None or modified <= self._end
        )

    async def _read_page(self, after: datetime | None, offset: int) -> Page:
        try:
            page = await self._pages.read_page(
                Ask(status=self._status, after=after, before=self._end, offset=offset)
            )
        except RefusedError as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise DistrustError(str(error)) from error
            raise
        self._check_rows(page.rows, after)
        return page

    def _check_rows(self, rows: Sequence[Row], after: datetime | None) -> None:
        """Refuse rows that are not sorted as asked or were not asked for: shops before WooCommerce
        5.8 ignore the bounds.
        """
        times = [row.modified for row in rows if row.modified is not None]
        if any(later < earlier for earlier, later in itertools.pairwise(times)):
            raise DistrustError("The shop does not sort orders by their last change.")
        if times and after is not None and times[0] < after:
            raise DistrustError("The shop does not filter orders by their last change.")
        # The upper bound may be an hour late, too, where the clock skips one.
        if times and self._end is not None and times[-1] > self._end + HOUR:
            raise DistrustError("The shop does not filter orders by their last change.")

    async def _read_second(self, moment: datetime) -> AsyncGenerator[list[Row], None]:
        """All rows of a second that holds more than a page: its pages from the last to the first.

        Orders can only leave a second that has passed. That moves the rows behind them to earlier
        pages, which are still to come.
        """
        ask = Ask(status=self._status, after=moment, before=moment)
        given: set[int] = set()
        for _ in range(_PASSES):
            known = len(given)
            page = await self._pages.read_page(ask)
            if not page.rows:
                return
            if page.total is None or all(row.modified != moment for row in page.rows):
                raise DistrustError("The shop does not list the orders of one second.")
            size = page.size
            for offset in range((page.total - 1) // size * size, -1, -size):
                page = await self._pages.read_page(msgspec.structs.replace(ask, offset=offset))
                tied = [row for row in page.rows if row.modified == moment]
                given.update(row.id for row in tied)
                if fresh := self._take_fresh(tied):
                    yield fresh
                if page.size != size:
                    break
            else:
                # Orders that the shop counts but cannot load never come: a pass without anything
                # new is the end, too.
                if page.total is None or len(given) >= page.total or len(given) == known:
                    return
        raise build_restless_error()


class _OffsetPass:
    """Pages read by offset from the same key.

    Where two neighbors share no row, rows may have moved up past both unseen. The length of the
    list proves nothing: an edit moves a row to its end, and it stays as long as it was. Rows that
    the shop cannot load part two pages as well, so one repetition that finds nothing new is enough.
    """

    def __init__(self) -> None:
        self._passes = 0
        self._parted = False
        self._news = False

    def add_page(self, page: Page, before: Page | None, *, news: bool) -> None:
        """Take in a page, the page before it (none for the first), and whether it held rows not
        given yet.
        """
        self._parted = self._parted or (before is not None and not page.overlaps(before))
        self._news = self._news or news or not self._passes

    def must_repeat(self) -> bool:
        """Whether everything has to be read again; asked at the end of a pass.

        Raises `UnavailableError` where repeating does not help.
        """
        if not self._parted or not self._news:
            return False
        self._passes += 1
        self._parted = self._news = False
        if self._passes > _PASSES:
            raise build_restless_error()
        return True


def build_restless_error() -> UnavailableError:
    """The error for a list that keeps changing."""
    return UnavailableError(
        "The shop's list of orders kept changing while it was read; it will be read again later."
    )
