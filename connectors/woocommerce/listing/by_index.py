"""The way around for shops that cannot be walked by key, and the second reading of those whose
count says more than a walk by key found: find ids and times first, sort them here, then fetch the
orders by id.

Old shops ignore `modified_after` (before WooCommerce 5.8), some refuse `orderby=modified` or fail
over it, and caches serve stale lists. Only ids and times are held in memory, never the orders.

A scan moves by the rows it received, and ends where the shop shows the end: see
`connectors.reading.proof`.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from datetime import datetime
from http import HTTPStatus

import msgspec

from connectors.errors import RefusedError
from connectors.interface import Remark
from connectors.reading.proof import End, Evidence, Verdict
from connectors.turns import run_over
from connectors.woocommerce.api.client import LARGEST_PAGE
from connectors.woocommerce.listing.by_key import build_restless_error
from connectors.woocommerce.listing.page import DistrustError, Page, count_rows, reject_row
from connectors.woocommerce.listing.pages import BEGINNING, OrderPages
from connectors.woocommerce.listing.queries import Ask, Sort
from connectors.woocommerce.listing.span import HOUR, Span, is_of_place, name_rows
from connectors.woocommerce.mapping.decoding import Row

# How often a list is read again that changes while it is read.
_PASSES = 5
# How many rows two pages of a scan share.
_OVERLAP = 10
# How many empty pages in a row are passed where the shop counts more rows: orders that it cannot
# load leave such holes.
_HOLES = 8


class IndexWalk:
    """One walk by index. It promises what the walk by key does, but has to see the whole list
    first. `remark` hears of a list that the shop counts longer than it is.
    """

    def __init__(
        self,
        pages: OrderPages,
        span: Span,
        evidence: Evidence,
        remark: Callable[[Remark], None],
    ) -> None:
        self._pages = pages
        self._habits = pages.habits
        self._span = span
        self._evidence = evidence
        self._remark = remark
        self._nameless: list[Row] = []

    async def read_batches(self) -> AsyncGenerator[list[Row], None]:
        """Rows that were not given before, in lists, oldest change first."""
        async with aclosing(self._fetch_all(await self._find_times())) as batches:
            async for rows in batches:
                yield rows

    async def read_again(self, *, is_shown: bool) -> AsyncGenerator[list[Row], None]:
        """What a walk by key left out. `is_shown`: it saw the end of the list, so that this reading
        need not.
        """
        await run_over(self._evidence.rows, self._evidence.forget_rows, is_of_place)
        self._evidence.begin_reading()
        times = await self._scan_whole(is_shown=is_shown)
        async with aclosing(self._fetch_all(times)) as batches:
            async for rows in batches:
                yield rows

    async def _fetch_all(self, times: dict[int, datetime]) -> AsyncGenerator[list[Row], None]:
        if self._nameless:
            yield self._nameless
        ids = await run_over(len(times), _sort_ids, times, self._span.seen)
        for begin in range(0, len(ids), LARGEST_PAGE):
            some = ids[begin : begin + LARGEST_PAGE]
            if rows := await self._fetch_orders(some, times):
                yield rows

    async def _fetch_orders(self, ids: list[int], times: dict[int, datetime]) -> list[Row]:
        """These orders, whole, in this sequence; those that are gone by now are left out."""
        items = await self._pages.read_orders(self._span.status, ids)
        rows = []
        for order_id in ids:
            if (row := items.found.get(order_id)) is not None:
                rows.append(row)
            elif (reason := items.failed.get(order_id)) is not None:
                rows.append(reject_row(order_id, times[order_id], reason))
        self._span.seen.update(row.id for row in rows)
        return rows

    async def _find_times(self) -> dict[int, datetime]:
        """The ids of all orders changed in the span, with their times."""
        try:
            found = await self._scan_newest()
        except DistrustError:
            found = None
        except RefusedError as error:
            if error.status != HTTPStatus.BAD_REQUEST:
                raise
            found = None
        if found is None:
            return await self._scan_whole(is_shown=False)
        self._remark_count("")
        return found

    def _remark_count(self, text: str) -> None:
        self._remark(Remark(about=f"orders count {self._span.status}", text=text))

    async def _scan_newest(self) -> dict[int, datetime] | None:
        """Scan from the newest change to the first one before the span; None if the shop does not
        sort that way, did not show the end, or gives pages of one row and no count.

        An edit moves an order to the front and pushes others to pages that are still to come, so
        none is missed. There is no upper bound: an order that passed it would leave the list and
        pull others forward. Pages overlap a little because of orders that leave for the trash; if
        more than that leave, the scan begins again. A list that goes on behind the bound asked for
        is left there only once it was seen to be sorted by change: in the sequence of ids, as in
        that of their placing, an old order that was just changed still stands further down.
        """
        found: dict[int, datetime] = {}
        evidence = Evidence(self._habits)
        first = ask = Ask(
            status=self._span.status, after=self._span.low, sort=Sort.NEWEST_CHANGE, brief=True
        )
        newest: datetime | None = None
        before: Page | None = None
        passes, is_sorted = 1, False
        while True:
            page = await self._pages.read_page(ask)
            # An edit moves a row to the front and pushes the others down: in a list of unchanged
            # length none has moved up.
            if (
                before is not None
                and not await run_over(count_rows(page, before), page.overlaps, before)
                and (page.rows or page.offset < before.offset + before.listed)
                and (page.total is None or page.total != before.total)
            ):
                if before.listed == 1:
                    # Pages of one row cannot overlap: whether one left the list is not to be seen.
                    return None
                if (passes := passes + 1) > _PASSES:
                    raise build_restless_error()
                before, newest, ask, evidence = None, None, first, Evidence(self._habits)
                continue
            times = [row.modified for row in page.rows if row.modified is not None]
            if not await run_over(len(times), _is_newest_first, times) or (
                times and newest is not None and times[0] > newest + HOUR
            ):
                return None
            await run_over(len(page.rows), self._keep_times, page.rows, found)
            verdict = await self._weigh(ask, page, before, evidence)
            is_sorted = is_sorted or await run_over(len(page.rows), _shows_sorting, page.rows)
            if verdict is Verdict.COMPLETE or (
                # A shop that does not turn its pages may not sort them either.
                is_sorted and self._habits.turns_pages and self._is_past_bound(times)
            ):
                return found
            if verdict is not Verdict.ASK_MORE:
                return None
            before = page
            newest = times[-1] if times else newest
            ask = msgspec.structs.replace(ask, offset=_find_next_offset(page))

    def _is_past_bound(self, times: Sequence[datetime]) -> bool:
        return bool(self._span.low is not None and times and times[-1] < self._span.low)

    async def _scan_whole(self, *, is_shown: bool) -> dict[int, datetime]:
        """Read the whole list by id, again and again until its end is shown and a pass finds no
        order that is new.

        Raises `IncompleteListingError` where the end is never shown, unless it is known.
        """
        found: dict[int, datetime] = {}
        for _ in range(_PASSES):
            known = self._span.seen | found.keys()
            missing = await self._scan_once(found)
            verdict = self._evidence.judge()
            if verdict is Verdict.NOT_SHOWN and (self._evidence.missing or not is_shown):
                raise self._evidence.explain()
            settled = missing == 0 or not found.keys() - known
            if settled and verdict is not Verdict.READ_AGAIN:
                is_short = bool(missing) and verdict is Verdict.WARN
                self._remark_count(self._evidence.describe() if is_short else "")
                return found
            self._evidence.begin_reading()
        raise build_restless_error()

    async def _scan_once(self, found: dict[int, datetime]) -> int | None:
        """One pass over the list by id; how many rows the shop counts beyond those it gave, None if
        it does not count them.
        """
        ask = Ask(
            status=self._span.status,
            after=self._span.low,
            before=self._span.end,
            sort=Sort.ID,
            brief=True,
        )
        names = set[Hashable]()
        before: Page | None = None
        holes = total = 0
        while True:
            page = await self._pages.read_page(ask)
            await run_over(len(page.rows), self._keep_times, page.rows, found)
            names.update(await run_over(len(page.rows), name_rows, page.rows))
            verdict = await self._weigh(ask, page, before, self._evidence)
            counts = self._habits.counts_all and page.total is not None
            # A page past the end may say that there is none.
            total = max(total, page.total or 0)
            if verdict is Verdict.ASK_MORE:
                offset = _find_next_offset(page)
            elif (
                # Orders that the shop counts but cannot load leave a hole in the list.
                counts
                and self._evidence.end is End.EMPTY
                and page.offset + page.listed < (page.total or 0)
                and holes < _HOLES
            ):
                holes += 1
                offset = page.offset + (self._habits.page_size or page.asked)
            else:
                return max(total - len(names), 0) if counts else None
            before = page if page.rows else before
            ask = msgspec.structs.replace(ask, offset=offset)

    async def _weigh(
        self, ask: Ask, page: Page, before: Page | None, evidence: Evidence
    ) -> Verdict:
        """Take a page in, and judge by all that was received."""
        await run_over(count_rows(page, before), _record, page, before, evidence)
        ends = page.offset + page.listed == page.total and page.listed < page.asked
        is_shown = False
        if page.total and (not page.rows or ends):
            is_shown = await self._pages.learn_counting(ask, page)
        verdict = evidence.judge()
        if verdict is not Verdict.COMPLETE:
            return verdict
        if evidence.end is None and not is_shown:
            return (
                Verdict.ASK_MORE
                if self._habits.is_edge(page.listed, page.asked)
                else Verdict.COMPLETE
            )
        self._habits.was_right |= evidence.total == evidence.rows > 0
        return verdict

    def _keep_times(self, rows: Sequence[Row], found: dict[int, datetime]) -> None:
        """Remember the orders of the span, and those whose time cannot be read."""
        self._nameless += self._span.take_fresh(row for row in rows if not row.id)
        found.update(
            (row.id, row.modified or BEGINNING)
            for row in rows
            if row.id and self._span.has_time(row.modified)
        )


def _sort_ids(times: Mapping[int, datetime], seen: AbstractSet[int]) -> list[int]:
    """The ids that were not seen, oldest change first."""
    fresh = times.keys() - seen
    return sorted(fresh, key=lambda found: (times[found], found))


def _is_newest_first(times: Sequence[datetime]) -> bool:
    return not any(later > earlier for earlier, later in itertools.pairwise(times))


def _shows_sorting(rows: Sequence[Row]) -> bool:
    """Whether these rows, newest change first, stand in another sequence than that of their ids."""
    ids = [row.id for row in rows if row.id]
    return any(later > earlier for earlier, later in itertools.pairwise(ids))


def _record(page: Page, before: Page | None, evidence: Evidence) -> None:
    names = page.names
    overlap = 0
    if before is not None and names != before.names:
        shared = len(set(names) & set(before.names))
        overlap = min(max(before.offset + before.listed - page.offset, 0), shared)
    evidence.add_page(names, asked=page.asked, total=page.total, overlap=overlap)


def _find_next_offset(page: Page) -> int:
    return page.offset + max(page.listed - min(_OVERLAP, page.listed // 2), 1)
