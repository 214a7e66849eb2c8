"""The way around for shops that cannot be walked by key: find ids and times first, sort them here,
then fetch the orders by id.

Old shops ignore `modified_after` (before WooCommerce 5.8), some refuse `orderby=modified` or fail
over it, and caches serve stale lists. Only ids and times are held in memory, never the orders.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from http import HTTPStatus

import msgspec

from connectors.errors import RefusedError
from connectors.woocommerce.api.client import LARGEST_PAGE
from connectors.woocommerce.listing.by_key import HOUR, build_restless_error
from connectors.woocommerce.listing.pages import (
    BEGINNING,
    Ask,
    DistrustError,
    OrderPages,
    Page,
    Sort,
)
from connectors.woocommerce.mapping.decoding import Row

# How often a list is read again that changes while it is read.
_PASSES = 5
# How many rows two pages of a scan share.
_OVERLAP = 10


class IndexWalk:
    """One walk by index. It promises what the walk by key does, but has to see the whole list
    first.
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
        """Rows that were not given before, in lists, oldest change first."""
        times = await self._find_times()
        ids = [
            order_id
            for order_id in sorted(times, key=lambda found: (times[found], found))
            if order_id not in self._seen
        ]
        for begin in range(0, len(ids), LARGEST_PAGE):
            if rows := await self._fetch_orders(ids[begin : begin + LARGEST_PAGE]):
                yield rows

    async def _fetch_orders(self, ids: list[int]) -> list[Row]:
        """These orders, whole, in this sequence; those that are gone by now are left out."""
        found: dict[int, Row] = {}
        left = ids
        while left:
            page = await self._pages.read_page(
                Ask(status=self._status, sort=Sort.ID, ids=tuple(left))
            )
            found.update((row.id, row) for row in page.rows if row.id in left)
            # A shop that manages only small pages is asked again for the rest.
            left = (
                [order_id for order_id in left if order_id not in found]
                if page.rows and not page.last
                else []
            )
        self._seen.update(found)
        return [found[order_id] for order_id in ids if order_id in found]

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
        return await self._scan_whole() if found is None else found

    async def _scan_newest(self) -> dict[int, datetime] | None:
        """Scan from the newest change to the first one before the span; None if the shop does not
        sort that way.

        An edit moves an order to the front and pushes others to pages that are still to come, so
        none is missed. There is no upper bound: an order that passed it would leave the list and
        pull others forward. Pages overlap a little because of orders that leave for the trash; if
        more than that leave, the scan begins again.
        """
        found: dict[int, datetime] = {}
        first = ask = Ask(status=self._status, after=self._low, sort=Sort.NEWEST_CHANGE, brief=True)
        newest: datetime | None = None
        before: Page | None = None
        passes = 1
        while True:
            page = await self._pages.read_page(ask)
            # An edit moves a row to the front and pushes the others down: in a list of unchanged
            # length none has moved up.
            if (
                before is not None
                and not page.overlaps(before)
                and (page.total is None or page.total != before.total)
            ):
                if (passes := passes + 1) > _PASSES:
                    raise build_restless_error()
                before, newest, ask = None, None, first
                continue
            before = page
            times = [row.modified for row in page.rows if row.modified is not None]
            unsorted = any(later > earlier for earlier, later in itertools.pairwise(times))
            if unsorted or (times and newest is not None and times[0] > newest + HOUR):
                return None
            self._keep_times(page.rows, found)
            if page.last or (self._start is not None and times and times[-1] < self._start):
                return found
            newest = times[-1] if times else newest
            ask = msgspec.structs.replace(
                ask, offset=ask.offset + page.size - min(_OVERLAP, page.size // 2)
            )

    async def _scan_whole(self) -> dict[int, datetime]:
        """Read the whole list by id, again and again until a pass finds no order that is new."""
        found: dict[int, datetime] = {}
        for _ in range(_PASSES):
            known = set(found)
            ask = Ask(
                status=self._status, after=self._low, before=self._end, sort=Sort.ID, brief=True
            )
            while True:
                page = await self._pages.read_page(ask)
                self._keep_times(page.rows, found)
                if page.last:
                    break
                ask = msgspec.structs.replace(ask, offset=ask.offset + page.size)
            if set(found) == known:
                return found
        raise build_restless_error()

    @property
    def _low(self) -> datetime | None:
        return self._start - HOUR if self._start is not None else None

    def _keep_times(self, rows: Sequence[Row], found: dict[int, datetime]) -> None:
        """Remember the orders of the span, and those whose time cannot be read."""
        for row in rows:
            late = row.modified is not None and self._end is not None and row.modified > self._end
            early = (
                row.modified is not None and self._start is not None and row.modified < self._start
            )
            if row.id and not late and not early:
                found[row.id] = row.modified or BEGINNING
