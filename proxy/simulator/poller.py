"""Polls as ShipStation does: window after window from the last success, page after page, patient
after a failure.

It has no clock and no socket of its own, so that a test can drive it in virtual time:

    poller = Poller(transport, since=start, every=timedelta(minutes=5), retry=timedelta(hours=1))
    while poller.due <= until:
        clock.now = poller.due                        # or: await asyncio.sleep(...)
        poll = await poller.poll(clock.now)           # one window, all its pages
        for order in poll.orders: copy[order.key] = order   # what ShipStation now believes
        if not poll.is_finished: ...                  # poll.error says why; the next window starts
        at the same time again

`transport` is anything with `async def fetch(self, query: Sequence[tuple[str, str]]) -> Answer`
that raises NoAnswerError where ShipStation would see a time-out or a broken connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from proxy.doors.custom_store.dates import format_date
from proxy.doors.custom_store.orders_xsd import LAST_PAGE
from proxy.simulator.answers import Answer, Page, ReceivedOrder, UnreadablePageError, parse_page

# How often ShipStation polls a store, and how long it waits after a failure.
EVERY = timedelta(minutes=5)
RETRY = timedelta(hours=1)


class NoAnswerError(Exception):
    """The store did not answer in time, or not at all; `str(error)` says how."""


class Transport(Protocol):
    """How a poller reaches a store."""

    async def fetch(self, query: Sequence[tuple[str, str]]) -> Answer:
        """GET the store's URL with `query` appended. Raises NoAnswerError."""
        ...


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """One window asked for: `start` and `end` are whole minutes, aware UTC.

    `orders` came in the order of the pages, also those that came before a failure, which
    ShipStation has then seen. `pages` is what the latest page promised, 0 if none came. `error` is
    empty when the walk was finished.
    """

    start: datetime
    end: datetime
    pages: int = 0
    orders: tuple[ReceivedOrder, ...] = ()
    error: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether every promised page came."""
        return not self.error


class Poller:
    """ShipStation's memory of one store: where the next window starts, and when it is due.

    `since` is where the first window starts. The next one starts where the last finished one ended;
    one that failed is asked for again, up to a later end. `every` is the time between polls,
    `retry` the wait after a failed one. `most_pages` ends a walk that promises to go on for ever.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        since: datetime,
        every: timedelta = EVERY,
        retry: timedelta = RETRY,
        most_pages: int = LAST_PAGE,
    ) -> None:
        self._transport = transport
        self._every = every
        self._retry = retry
        self._most_pages = most_pages
        self.start = _cut_to_minute(since)
        self.due = since

    async def poll(self, now: datetime) -> Poll:
        """Ask for everything modified from the last success until the minute of `now`, all pages
        one after the other.

        Does not raise.
        """
        poll = await self.walk(self.start, max(self.start, _cut_to_minute(now)))
        if poll.is_finished:
            self.start = poll.end
        self.due = now + (self._every if poll.is_finished else self._retry)
        return poll

    async def walk(self, start: datetime, end: datetime) -> Poll:
        """Ask for one window, whatever was asked before, and remember nothing of it."""
        orders: list[ReceivedOrder] = []
        pages, number = 0, 1
        try:
            while number <= max(pages, 1):
                page = await self._page(export_query(start, end, number))
                orders += page.orders
                pages, number = page.pages, number + 1
        except (NoAnswerError, UnreadablePageError) as error:
            return Poll(
                start=start,
                end=end,
                pages=pages,
                orders=tuple(orders),
                error=f"page {number}: {error}",
            )
        return Poll(start=start, end=end, pages=pages, orders=tuple(orders))

    async def _page(self, query: Sequence[tuple[str, str]]) -> Page:
        page = parse_page(await self._transport.fetch(query))
        if page.pages > self._most_pages:
            raise UnreadablePageError(
                f"{page.pages} pages promised, more than the {self._most_pages} that are followed"
            )
        return page


def export_query(start: datetime, end: datetime, page: int) -> list[tuple[str, str]]:
    """The parameters of one export request, in ShipStation's order."""
    return [
        ("action", "export"),
        ("start_date", format_date(start)),
        ("end_date", format_date(end)),
        ("page", str(page)),
    ]


def _cut_to_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
