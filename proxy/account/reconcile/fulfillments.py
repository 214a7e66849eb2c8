"""The fulfillments of an account, read once for all stores of a key: they do not say whose they
are, so each store looks through the same list.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime, timedelta

from connectors.orders import Window
from proxy.account.client import AccountClient
from proxy.account.listing import FULFILLMENTS, Complain, read_wall, walk_list
from proxy.account.pacific import write_start
from proxy.account.rows import FulfillmentRow

# A reading much older than this misses what the store's labels show already.
_FRESH_FOR = timedelta(minutes=10)


class SharedFulfillments:
    """One run's reading of the list. Raises `ConnectorError`; a reading that failed is made again
    for the next store.
    """

    def __init__(self, client: AccountClient) -> None:
        self._client = client
        self._starts = list[datetime]()
        self._read: Window | None = None
        self._rows: Sequence[FulfillmentRow] = ()
        self._unreadable = list[tuple[str, str]]()

    def expect(self, start: datetime) -> None:
        """A store will want what was made since then."""
        self._starts.append(start)

    async def list_rows(self, window: Window, complain: Complain) -> Sequence[FulfillmentRow]:
        """Those made in the window; `complain` hears of each row that was left out."""
        if self._read is None or not self._covers(self._read, window):
            await self._walk(Window(start=min(window.start, *self._starts), end=window.end))
        for name, reason in self._unreadable:
            complain(name, reason)
        first = write_start(window.start)
        return [row for row in self._rows if read_wall(row) >= first]

    def _covers(self, read: Window, window: Window) -> bool:
        return read.start <= window.start and window.end - read.end <= _FRESH_FOR

    async def _walk(self, window: Window) -> None:
        unreadable = list[tuple[str, str]]()

        def complain(name: str, reason: str) -> None:
            unreadable.append((name, reason))

        async with aclosing(walk_list(self._client, FULFILLMENTS, window, (), complain)) as walk:
            rows = [row async for row in walk]
        self._read, self._rows, self._unreadable = window, rows, unreadable
