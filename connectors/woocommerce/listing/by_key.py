"""Every order of one status list that changed in a span, oldest change first, whatever is edited
meanwhile.

The walk goes by key, never by page number: each request asks for what changed at or after the last
change seen, so that an order that moves to the end cannot push another one over the edge of a page.
The last row seen is the anchor: it must come back with the next page. Where it does not, either it
was edited, or WooCommerce moved the bound: a time without zone that falls into the hour that the
shop's clock skips in spring is read an hour late. In both cases the walk asks from an hour earlier
and meets rows that it knows already.

The walk ends

  * where the shop counts as many rows from the anchor on as it sent, and its count can be believed;
  * where it sends nothing but the anchor and its ties, on a page that is not full;
  * on an empty page.

What else is missing by then is looked for in another way, by index.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Hashable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from http import HTTPStatus

import msgspec

from connectors.errors import RefusedError, UnavailableError
from connectors.reading.proof import Evidence, Verdict
from connectors.turns import run_over
from connectors.woocommerce.listing.page import DistrustError, Page, count_rows
from connectors.woocommerce.listing.pages import OrderPages
from connectors.woocommerce.listing.queries import SECOND, Ask
from connectors.woocommerce.listing.span import HOUR, Span, is_of_place, name_row
from connectors.woocommerce.mapping.decoding import Row

# How often a second is read again in which orders still change.
_PASSES = 5


class KeyWalk:
    """One walk. `evidence` is filled with what it received."""

    def __init__(self, pages: OrderPages, span: Span, evidence: Evidence) -> None:
        self._pages = pages
        self._habits = pages.habits
        self._span = span
        self._evidence = evidence
        # The time that each row was last seen with.
        self._times: dict[Hashable, datetime | None] = {}

    @property
    def is_shown(self) -> bool:
        """Whether the end of the list was shown, and the shop counts nothing more."""
        return self._evidence.judge() is Verdict.COMPLETE

    @property
    def is_counted(self) -> bool:
        """Whether a count that can be believed confirms it, so that nothing needs to be read again;
        an empty list needs no count.
        """
        counted = self._habits.counts_all and self._evidence.total is not None
        return self.is_shown and (counted or not self._evidence.rows)

    async def read_batches(self) -> AsyncGenerator[list[Row], None]:
        """Rows that were not given before, in lists.

        Raises `DistrustError` where the shop cannot be walked by key.
        """
        cursor = self._span.low
        anchored = False
        margin = timedelta(0)
        offset = 0
        before: Page | None = None
        reading = _OffsetPass()
        while True:
            after = cursor - margin if cursor is not None else None
            page = await self._read_page(after, offset)
            if (
                anchored
                and not margin
                and not await run_over(len(page.rows), page.has_time, cursor)
            ):
                margin = HOUR
                continue
            cut = self._habits.may_be_cut(page.listed, page.asked)
            ends = await self._weigh(page, after, before if offset else None, cut=cut)
            if fresh := await run_over(len(page.rows), self._span.take_fresh, page.rows):
                yield fresh
            earlier = before if offset else None
            await run_over(
                count_rows(page, earlier), reading.add_page, page, earlier, news=bool(fresh)
            )
            newest = await run_over(len(page.rows), page.find_newest)
            onward = newest is not None and (cursor is None or newest > cursor)
            if (ends or onward) and reading.must_repeat():
                before, offset = None, 0
                continue
            if ends:
                return
            before = page
            if onward:
                cursor, anchored, margin, offset = newest, True, timedelta(0), 0
                reading = _OffsetPass()
            elif margin or newest is None or cursor is None or not self._is_counting(page):
                # By half of a page that may be cut, so that a few rows that leave the list cannot
                # hide others.
                offset += max(page.listed // 2 if cut else page.listed - 1, 1)
            else:
                async with aclosing(self._read_second(cursor)) as ties:
                    async for tied in ties:
                        yield tied
                cursor, anchored = cursor + SECOND, False

    def _is_counting(self, page: Page) -> bool:
        return page.total is not None and self._habits.counts_all

    async def _weigh(
        self, page: Page, after: datetime | None, before: Page | None, *, cut: bool
    ) -> bool:
        """Take a page in as evidence; whether it ends the walk.

        `before` is the page before it in the same list, if there is one; `cut` says that the page
        may be as long as pages become.
        """
        known, repeated = await run_over(
            count_rows(page, before) + len(self._times), self._record, page, after, before
        )
        if not page.rows or repeated:
            return True
        if known == len(page.rows) and page.total == page.offset + page.listed:
            self._habits.was_right = True
        if page.total == page.offset + page.listed and page.listed < page.asked:
            if await self._pages.learn_counting(self._build_ask(after, page.offset), page):
                return True
            if self._habits.counts_all and not self._habits.is_edge(page.listed, page.asked):
                return True
        if before is None:
            return known == len(page.rows) and not cut
        return page.listed <= before.offset + before.listed - page.offset

    def _record(self, page: Page, after: datetime | None, before: Page | None) -> tuple[int, bool]:
        """Note what a page holds. Says how many of its rows were known, and whether it is the page
        before once more.
        """
        names = page.names
        repeated = before is not None and names == before.names
        known = sum(name in self._times for name in names)
        # The shop counts the rows from `after` on; those before have been seen.
        earlier = sum(
            after is not None and modified is not None and modified < after
            for modified in self._times.values()
        )
        self._times.update((name_row(row), row.modified) for row in page.rows)
        total = page.total + earlier if page.total is not None else None
        if before is None:
            self._evidence.forget_rows(is_of_place)
        self._evidence.add_page(
            names,
            asked=page.asked,
            total=total,
            overlap=0 if repeated else known,
            is_by_key=before is None,
        )
        return known, repeated

    def _build_ask(self, after: datetime | None, offset: int) -> Ask:
        return Ask(status=self._span.status, after=after, before=self._span.end, offset=offset)

    async def _read_page(self, after: datetime | None, offset: int) -> Page:
        try:
            page = await self._pages.read_page(self._build_ask(after, offset))
        except RefusedError as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise DistrustError(str(error)) from error
            raise
        await run_over(len(page.rows), self._check_rows, page.rows, after)
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
        if times and self._span.end is not None and times[-1] > self._span.end + HOUR:
            raise DistrustError("The shop does not filter orders by their last change.")

    async def _read_second(self, moment: datetime) -> AsyncGenerator[list[Row], None]:
        """All rows of a second that holds more than a page: its pages from the last to the first.

        Orders can only leave a second that has passed. That moves the rows behind them to earlier
        pages, which are still to come.
        """
        ask = Ask(status=self._span.status, after=moment, before=moment)
        given: set[int] = set()
        for _ in range(_PASSES):
            known = len(given)
            page = await self._pages.read_page(ask)
            if not page.rows:
                return
            if page.total is None or not await run_over(len(page.rows), page.has_time, moment):
                raise DistrustError("The shop does not list the orders of one second.")
            # By rows received: the shop may cap its pages.
            asked, size, counted = page.asked, page.listed, page.total
            for offset in range(counted // size * size, -1, -size):
                page = await self._pages.read_page(msgspec.structs.replace(ask, offset=offset))
                if fresh := await run_over(len(page.rows), self._take_tied, page, moment, given):
                    yield fresh
                if self._habits.miscounts:
                    # Behind the last row that it counts stands another.
                    raise DistrustError("The shop counts too few orders of one second.")
                if page.asked != asked:
                    break
                # A page of nothing but orders that the shop fails over says no count.
                counted = counted if page.total is None else page.total
            else:
                # Orders that the shop counts but cannot load never come: a pass without anything
                # new is the end, too.
                if len(given) >= counted or len(given) == known:
                    return
        raise build_restless_error()

    def _take_tied(self, page: Page, moment: datetime, given: set[int]) -> list[Row]:
        """The rows of a second, noted in `given`, that were not given before."""
        # A row without a time is an order that cannot be read; it stands in this second.
        tied = [row for row in page.rows if row.modified in {moment, None}]
        given.update(row.id for row in tied)
        self._times.update((name_row(row), row.modified) for row in tied)
        self._evidence.add_page(page.names, asked=page.asked)
        return self._span.take_fresh(tied)


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
