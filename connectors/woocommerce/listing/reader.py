"""The orders of a window, the trash included, in one stream: which walks, and in what sequence. No
field names in here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from datetime import datetime
from http import HTTPStatus

import msgspec

from connectors.concurrency import read_ahead, run_together, work_meanwhile
from connectors.errors import AuthenticationError, RefusedError
from connectors.fieldmap.excerpts import ExcerptReader
from connectors.filling import FieldFiller
from connectors.interface import Remark, leave_out_idle
from connectors.orders import Order, RejectedOrder, Window
from connectors.reading.proof import Evidence
from connectors.turns import cut_rows, map_in_turns, measure_bytes
from connectors.upstream.isolation import Isolation
from connectors.upstream.request import Pairs
from connectors.woocommerce.api.client import LARGEST_PAGE, Api, join_ids
from connectors.woocommerce.listing.by_index import IndexWalk
from connectors.woocommerce.listing.by_key import KeyWalk
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.listing.page import DistrustError
from connectors.woocommerce.listing.pages import BEGINNING, OrderPages
from connectors.woocommerce.listing.queries import EVERY_STATUS, Ask, build_params
from connectors.woocommerce.listing.regions import Regions
from connectors.woocommerce.listing.related import RelatedReader
from connectors.woocommerce.listing.span import HOUR, Span
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.decoding import Row, read_row
from connectors.woocommerce.mapping.order import Related, read_order
from connectors.woocommerce.mapping.rules import Rules
from connectors.woocommerce.mapping.statuses import DRAFTS, list_open_statuses, normalize_status
from connectors.woocommerce.mapping.whole import join_related


class Reader:
    """Lists the orders of one shop. `fields` asks a list for what of an order is read; `joins` says
    whether the store's own expressions look at products or customers.
    """

    def __init__(
        self,
        api: Api,
        related: RelatedReader,
        rules: Rules,
        habits: ShopHabits,
        isolation: Isolation,
        *,
        remark: Callable[[Remark], None],
        regions: Regions,
        fields: Pairs,
        page_size: int = LARGEST_PAGE,
        filler: FieldFiller | None = None,
        joins: bool = False,
    ) -> None:
        self._api = api
        self._related = related
        self._rules = rules
        self._habits = habits
        self._isolation = isolation
        self._remark = leave_out_idle(remark)
        self._regions = regions
        self._fields = fields
        self._page_size = page_size
        self._filler = filler
        self._joins = joins
        self._excerpts = None if filler is None else ExcerptReader(filler)

    async def list_window(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        """All orders changed in the window, each once, oldest change first."""
        seen: set[int] = set()
        streams = [
            self._walk_status(status, window.start, window.end, seen) for status in EVERY_STATUS
        ]
        walk = read_ahead(merge_streams(*streams))
        async with work_meanwhile(self._related.prepare()), aclosing(walk) as batches:
            async for batch in batches:
                for order in await self.map_rows(batch):
                    yield order

    async def list_open(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """All orders that are neither shipped nor cancelled."""
        statuses = join_ids(await self._find_open_statuses())
        walk = self._walk_status(statuses, None, None, set())
        async with aclosing(read_ahead(walk)) as batches:
            async for batch in batches:
                for order in await self.map_rows(batch):
                    yield order

    async def count_window(self, window: Window) -> int | None:
        """How many orders there are in the window, as the shop counts them; None if it does not
        say.
        """
        found = 0
        for status in EVERY_STATUS:
            ask = Ask(
                status=status,
                after=window.start.replace(microsecond=0),
                before=window.end,
                brief=True,
            )
            page = await self._api.read_page("orders", 1, build_params(ask))
            rows = await map_in_turns(read_row, page.items, measure_bytes)
            if page.total is None or any(
                row.modified is not None and not _is_near(row.modified, window) for row in rows
            ):
                return None
            found += page.total
        return found

    async def map_rows(self, rows: Sequence[Row]) -> list[Order | RejectedOrder]:
        """Rows as orders, with everything else that is read from the shop for them; without carts
        that never became orders.
        """
        rows = await self._regions.name_regions(rows)
        orders = [
            row.order
            for row in rows
            if isinstance(row.order, wire.Order)
            and normalize_status(row.order.status) not in DRAFTS
        ]
        self._report_fields(rows)
        related = await self._related.read_related(orders)
        shown = [
            row
            for row in rows
            if isinstance(row.order, RejectedOrder)
            or normalize_status(row.order.status) not in DRAFTS
        ]

        def map_row(row: Row) -> Order | RejectedOrder:
            if isinstance(row.order, RejectedOrder):
                return row.order
            return self._fill(row, read_order(row.order, related, self._rules), related)

        return await map_in_turns(map_row, shown, lambda row: measure_bytes(row.raw))

    def _report_fields(self, rows: Sequence[Row]) -> None:
        for row in rows:
            for complaint in row.left_out:
                text = f"Order {row.id} went out without a field: {complaint}"
                about = f"field {complaint.partition(':')[0]}"
                self._remark(Remark(about=about, text=text, quoted=complaint))

    def _fill(
        self, row: Row, order: Order | RejectedOrder, related: Related
    ) -> Order | RejectedOrder:
        """The order with what the store's settings fill in."""
        if (
            self._filler is None
            or self._excerpts is None
            or isinstance(order, RejectedOrder)
            or isinstance(row.order, RejectedOrder)
        ):
            return order
        whole, lines = self._excerpts.read(row.raw)
        if self._joins:
            whole, lines = join_related(whole, lines, row.order, related)
        return self._filler.fill(order, whole, lines)

    async def map_order(self, order: wire.Order, *, whole: bool = True) -> Order | RejectedOrder:
        """One order as it is listed; without `whole`, nothing else is read from the shop for it."""
        related = await self._related.read_related([order]) if whole else Related()
        bare_order = order if whole else msgspec.structs.replace(order, refunds=None)
        return read_order(bare_order, related, self._rules)

    async def _walk_status(
        self, status: str, start: datetime | None, end: datetime | None, seen: set[int]
    ) -> AsyncGenerator[list[Row], None]:
        """Walk by key, and from where that fails on by index.

        By index, too, what the shop counts beyond the orders that were found. Raises
        `IncompleteListingError` where the shop never shows the end of its list.
        """
        largest = min(self._page_size, self._api.largest_page)
        pages = OrderPages(
            self._api,
            largest,
            self._habits,
            self._isolation,
            self._fields,
            remark=self._remark,
        )
        span = Span(status, start, end, seen)
        evidence = Evidence(self._habits)
        walk = KeyWalk(pages, span, evidence)
        try:
            async with aclosing(walk.read_batches()) as batches:
                async for batch in batches:
                    for few in cut_rows(batch):
                        yield few
        except DistrustError:
            again = IndexWalk(pages, span, Evidence(self._habits), self._remark).read_batches()
        else:
            if walk.is_counted:
                self._remark(Remark(about=f"orders count {status}", text=""))
                return
            again = IndexWalk(pages, span, evidence, self._remark).read_again(
                is_shown=walk.is_shown
            )
        try:
            async with aclosing(again) as batches:
                async for batch in batches:
                    for few in cut_rows(batch):
                        yield few
        except RefusedError as error:
            # A shop that does not know this status has no orders in it.
            if error.status != HTTPStatus.BAD_REQUEST or status != "trash":
                raise

    async def _find_open_statuses(self) -> list[str]:
        """The statuses in which something may still be shipped, those of plugins included."""
        try:
            found = await self._api.find_items("reports/orders/totals", wire.StatusTotal)
        except AuthenticationError:
            # The key's user may not see reports; WooCommerce's own statuses are known.
            found = None
        return list_open_statuses(status.slug for status in found or ())


async def merge_streams(
    *streams: AsyncGenerator[list[Row], None],
) -> AsyncGenerator[list[Row], None]:
    """Several streams of batches as one, by time; a row whose time is not known comes first.

    Closes the streams when it is closed.
    """
    async with AsyncExitStack() as stack:
        for stream in streams:
            await stack.enter_async_context(aclosing(stream))
        waiting: list[deque[Row]] = [deque() for _ in streams]
        alive = [True] * len(streams)

        async def fill(place: int) -> None:
            while alive[place] and not waiting[place]:
                rows = await anext(streams[place], None)
                alive[place] = rows is not None
                waiting[place].extend(rows or ())

        while True:
            await run_together(*map(fill, range(len(streams))))
            if batch := _take_sorted(waiting, alive):
                yield batch
            elif not any(alive):
                return


def _take_sorted(waiting: Sequence[deque[Row]], alive: Sequence[bool]) -> list[Row]:
    """The oldest rows, as long as no stream that is still alive could bring an older one."""
    found: list[Row] = []
    while all(rows or not living for rows, living in zip(waiting, alive, strict=True)) and any(
        waiting
    ):
        found.append(
            min(
                (rows for rows in waiting if rows), key=lambda rows: _build_sort_key(rows[0])
            ).popleft()
        )
    return found


def _is_near(modified: datetime, window: Window) -> bool:
    """Whether a row can belong to a list bounded by `window`; a shop that ignores bounds counts all
    its orders.
    """
    return window.start - HOUR <= modified <= window.end + HOUR


def _build_sort_key(row: Row) -> tuple[datetime, int]:
    return row.modified or BEGINNING, row.id
