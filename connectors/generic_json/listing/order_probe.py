"""Asks for what a working shop answers: one of all its orders."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

from connectors.errors import ConnectorError, UnavailableError, UnreadableResponseError
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.listing.window import make_probe_window
from connectors.generic_json.settings.items import ListSettings
from connectors.generic_json.settings.paging import NoPaging, OffsetPaging, PagePaging
from connectors.generic_json.settings.partitions import bind_request
from connectors.generic_json.settings.request import RequestSettings
from connectors.orders import Window
from connectors.reading.paging import Page

ALL_YEARS = timedelta(days=3650)
_HOUR = timedelta(hours=1)
# Where a row is looked for that the shop can load.
_PLACES = range(3)
_MOST_SPANS = 3

FetchRow = Callable[[Caller, RequestSettings, Window, int], Awaitable[Page[object]]]


class OrderProbe:
    """The probe of one list. `fetch_row` gets the row at a place of a window."""

    def __init__(self, fetch_row: FetchRow, caller: Caller, settings: ListSettings) -> None:
        self._fetch_row = fetch_row
        self._caller = caller.for_parts(once=True)
        self._settings = settings
        self._requests = bind_request(settings.request, settings.partitions)
        # Where the shop takes a short span alone: one of which it gave an order, and those that it
        # was asked for last.
        self._sound_window: Window | None = None
        self._last_windows: deque[Window] = deque(maxlen=_MOST_SPANS)

    def note_asked(self, window: Window | None) -> None:
        """The list is asked for this window."""
        is_noted = self._settings.window.longest is None or window in self._last_windows
        if window is not None and not is_noted:
            self._last_windows.appendleft(window)

    def note_given(self, window: Window | None) -> None:
        """It gave an order of this window."""
        if self._settings.window.longest is not None:
            self._sound_window = window

    async def ask(self) -> bool:
        """Whether an order came: one of all, or another if the shop fails over that one, in any of
        the shop's partitions.

        Raises what the shop answers if it answers none of these.
        """
        fault: ConnectorError | None = None
        is_answered = False
        for window in tuple(self._list_windows()):
            for request in self._requests:
                try:
                    if await self._ask_partition(request, window):
                        return True
                    is_answered = True
                except (UnavailableError, UnreadableResponseError) as error:
                    if isinstance(error, UnavailableError) and not error.reached:
                        raise
                    fault = error
        if fault is not None and not is_answered:
            raise fault
        return False

    def _list_windows(self) -> Iterator[Window]:
        if self._sound_window is not None:
            yield self._sound_window
            return
        # A shop that sends everything at once is asked for little.
        is_whole = isinstance(self._settings.paging, NoPaging)
        yield make_probe_window(_HOUR if is_whole else ALL_YEARS, self._settings.window)
        # Where the shop parts its orders, another part of these spans may hold one.
        if len(self._requests) > 1:
            yield from self._last_windows

    async def _ask_partition(self, request: RequestSettings, window: Window) -> bool:
        is_placed = isinstance(self._settings.paging, PagePaging | OffsetPaging)
        places = _PLACES if is_placed else _PLACES[:1]
        for place in places:
            try:
                page = await self._fetch_row(self._caller, request, window, place)
            except (UnavailableError, UnreadableResponseError):
                if place == places[-1]:
                    raise
            else:
                return bool(page.items)
        return False
