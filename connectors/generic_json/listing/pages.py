"""The pages of a list as its settings describe them: from `orders:` to the walks of
`connectors.reading.paging` and `connectors.reading.keyset`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.errors import (
    RefusedError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.listing.exports import Exports
from connectors.generic_json.listing.order_probe import ALL_YEARS
from connectors.generic_json.listing.page_reader import PageReader
from connectors.generic_json.listing.slices import (
    Hole,
    describe_holes,
    explain_dead_end,
)
from connectors.generic_json.listing.window import make_probe_window, slice_window
from connectors.generic_json.mapping.order import find_identity, find_time
from connectors.generic_json.mapping.rules import OrderRules
from connectors.generic_json.settings.items import ListSettings
from connectors.generic_json.settings.paging import (
    CursorPaging,
    KeysetPaging,
    LinkPaging,
    NextUrlPaging,
    NoPaging,
    OffsetPaging,
    PagePaging,
)
from connectors.generic_json.settings.partitions import bind_request, name_partition
from connectors.generic_json.settings.request import RequestSettings
from connectors.interface import Remark, ignore_remark, leave_out_idle
from connectors.orders import Window
from connectors.reading import paging
from connectors.reading.cursor import walk_by_cursor
from connectors.reading.keyset import walk_by_key
from connectors.reading.proof import Evidence, Habits
from connectors.turns import run_over

Raw = Any


class Pages:
    """One list of the shop's, e.g. its orders."""

    def __init__(
        self,
        caller: Caller,
        settings: ListSettings,
        rules: OrderRules,
        remark: Callable[[Remark], None] = ignore_remark,
        exports: Exports | None = None,
    ) -> None:
        self._caller = caller
        self._settings = settings
        self._rules = rules
        self._remark = leave_out_idle(remark)
        self._first_request = bind_request(settings.request, settings.partitions)[0]
        self._reader = PageReader(caller, settings, rules, remark, exports)
        self.habits = Habits()
        # Whether the shop was asked what its count speaks of.
        self.probed = False

    async def _probe_count(self, request: RequestSettings) -> None:
        """Once: ask for one order of the last years, to see whether the shop's count speaks of the
        whole list or of the page. A count seen to be larger than its page is believed from then on.
        """
        kind = self._settings.paging
        if self.probed or isinstance(kind, NoPaging) or kind.total is None:
            return
        self.probed = True
        try:
            page = await self._reader.fetch_row(self._caller, request, self._make_whole_window(), 0)
        except RefusedError:
            return
        except (UnreadableResponseError, UnavailableError):
            # An outage says nothing of how the shop counts, and what is learned is kept for a day.
            self.probed = False
            return
        Evidence(self.habits).add_page(
            [self.find_identity(raw) for raw in page.items], asked=1, total=page.total
        )

    async def walk_list(
        self, request: RequestSettings, window: Window | None
    ) -> AsyncGenerator[list[Raw], None]:
        """Every order of the list as it came, page by page, each once; without those that the shop
        cannot load, of which a remark says where they stand.

        Raises `IncompleteListingError` where the shop never shows the list's end.
        """
        holes: list[Hole] = []
        about = "list of orders" if window is not None else "list of open orders"
        if part := name_partition(request):
            about = f"{about} of {part}"
        doubts: list[str] = []
        for span in slice_window(window, self._settings.window):
            async with aclosing(self._walk_rows(request, span, doubts.append)) as pages:
                async for page in pages:
                    rows, found = await run_over(len(page), _part_holes, page)
                    if found:
                        holes += found
                        self._remark(describe_holes(holes))
                    yield rows
        self._remark(Remark(about=about, text="".join(doubts)))

    def _walk_rows(
        self, request: RequestSettings, window: Window | None, warn: paging.Warn
    ) -> AsyncGenerator[list[Any], None]:
        """The same with a `Hole` for each order that the shop cannot load."""

        async def probe() -> None:
            await self._probe_count(request)

        kind = self._settings.paging
        match kind:
            case PagePaging():
                return paging.walk_by_page(
                    lambda number, size: self._reader.fetch_place(
                        request, window, (number - kind.first) * size, size
                    ),
                    identity=self._identify_row,
                    size=kind.size,
                    first=kind.first,
                    smallest=self._reader.find_smallest(request, kind),
                    short_is_last=kind.short_is_last,
                    budget=kind.most,
                    habits=self.habits,
                    warn=warn,
                    work=run_over,
                    probe=probe,
                )
            case OffsetPaging():
                return paging.walk_by_offset(
                    lambda offset, size: self._reader.fetch_place(request, window, offset, size),
                    identity=self._identify_row,
                    size=kind.size,
                    smallest=self._reader.find_smallest(request, kind),
                    short_is_last=kind.short_is_last,
                    budget=kind.most,
                    habits=self.habits,
                    warn=warn,
                    work=run_over,
                    probe=probe,
                )
            case KeysetPaging():
                return self._walk_by_key(kind, request, window, probe, warn)
            case NoPaging():
                return self._walk_single(request, window)
            case _:
                return self._walk_by_cursor(kind, request, window, warn)

    async def count_orders(self, request: RequestSettings, window: Window) -> int | None:
        """How many orders the shop says there are; None if it does not say."""
        kind = self._settings.paging
        if isinstance(kind, NoPaging) or kind.total is None:
            return None
        first = kind.first if isinstance(kind, PagePaging) else 1
        return (
            await self._reader.fetch_page(
                request, window, number=first, offset=0, size=kind.smallest
            )
        ).total

    async def read_place(self, offset: int, size: int) -> paging.Page[Raw]:
        """A page of all orders in this size, as it comes: to see what the shop makes of it.

        `offset` is a multiple of `size`. Only the first page can be asked for where each page names
        the next, or where each begins a list of its own.
        """
        kind = self._settings.paging
        request, window = self._first_request, self._make_whole_window()
        if isinstance(kind, CursorPaging | LinkPaging | NextUrlPaging):
            return await self._reader.fetch_next(request, window, None, size)
        number = offset // size + (kind.first if isinstance(kind, PagePaging) else 1)
        return await self._reader.fetch_page(
            request, window, number=number, offset=offset, size=size
        )

    async def read_behind(self, page: paging.Page[Raw], size: int) -> paging.Page[Raw] | None:
        """What is behind that page; None where nothing is, or the kind of paging cannot ask."""
        kind = self._settings.paging
        request, window = self._first_request, self._make_whole_window()
        match kind:
            case CursorPaging() | LinkPaging() | NextUrlPaging():
                if not page.next:
                    return None
                return await self._reader.fetch_next(request, window, page.next, size)
            case PagePaging() | OffsetPaging():
                first = kind.first if isinstance(kind, PagePaging) else 1
                return await self._reader.fetch_page(
                    request, window, number=first + 1, offset=len(page.items), size=size
                )
            case _:
                return None

    def _make_whole_window(self) -> Window:
        """All of the list, or as much of it as one request may ask for."""
        return make_probe_window(ALL_YEARS, self._settings.window)

    def _identify_row(self, row: Any) -> Hashable:
        return row.identity if isinstance(row, Hole) else self.find_identity(row)

    async def probe(self) -> bool:
        """See `PageReader.probe`."""
        return await self._reader.probe()

    def find_identity(self, raw: Raw) -> Hashable:
        """What tells two orders apart."""
        return find_identity(raw, self._rules)

    async def _walk_by_cursor(
        self,
        kind: CursorPaging | LinkPaging | NextUrlPaging,
        request: RequestSettings,
        window: Window | None,
        warn: paging.Warn,
    ) -> AsyncGenerator[list[Any], None]:
        """What leads to the next page stands in the page before: an order that the shop cannot load
        cannot be passed, only told.
        """
        walk = walk_by_cursor(
            lambda cursor, size: self._reader.fetch_next(request, window, cursor, size),
            identity=self.find_identity,
            size=kind.size,
            smallest=1 if kind.smallest < kind.size else kind.size,
            budget=kind.most,
            habits=self.habits,
            warn=warn,
            work=run_over,
        )
        given = 0
        try:
            async with aclosing(walk) as pages:
                async for page in pages:
                    given += len(page)
                    yield page
        except (UnavailableError, UnreadableResponseError) as error:
            if given:
                raise explain_dead_end(error, given) from error.__cause__
            raise

    def _walk_by_key(
        self,
        kind: KeysetPaging,
        request: RequestSettings,
        window: Window | None,
        probe: paging.Probe,
        warn: paging.Warn,
    ) -> AsyncGenerator[list[Raw], None]:
        start = window.start if window is not None else datetime(1970, 1, 1, tzinfo=UTC)

        async def fetch(key: datetime, skip: int, size: int) -> paging.Page[Raw]:
            reach = Window(
                start=key,
                end=max(
                    window.end if window is not None else datetime.now(UTC) + timedelta(days=1), key
                ),
            )
            return await self._reader.fetch_place(request, reach, skip, size)

        return walk_by_key(
            fetch,
            start=start,
            key=lambda row: (
                None if isinstance(row, Hole) else find_time(row, self._rules.modified_at)
            ),
            identity=self._identify_row,
            size=kind.size,
            smallest=self._reader.find_smallest(request, kind),
            budget=kind.most,
            habits=self.habits,
            warn=warn,
            work=run_over,
            probe=probe,
        )

    async def _walk_single(
        self, request: RequestSettings, window: Window | None
    ) -> AsyncGenerator[list[Any], None]:
        page = await self._reader.fetch_page(request, window, number=1, offset=0, size=1)
        if page.items:
            yield list(page.items)


def _part_holes(page: list[Any]) -> tuple[list[Raw], list[Hole]]:
    """The orders of a page, and its holes."""
    holes = [row for row in page if isinstance(row, Hole)]
    return ([row for row in page if not isinstance(row, Hole)] if holes else page), holes
