"""What a trial has to work with: the store, the window that was looked at as a whole, and every
answer of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import msgspec

from proxy.doors.custom_store.dates import parse_date
from proxy.doors.custom_store.errors import WireError
from proxy.simulator.answers import Answer, Page, ReceivedOrder, UnreadablePageError, parse_page
from proxy.simulator.client import StoreClient
from proxy.simulator.poller import NoAnswerError, export_query

MINUTE = timedelta(minutes=1)
# Widened until there is something to look at, but not beyond what an import of history would ask
# for.
SPANS = tuple(timedelta(days=days) for days in (1, 7, 30, 365))
MOST_PAGES = 200


class CouldNotRunError(Exception):
    """Nothing can be tried: `str(error)` says why and what to do."""


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """One window asked for page by page.

    `pages` are those that could be read, `answers` all that came; `fault` is what ended it early.
    """

    start: datetime
    end: datetime
    answers: tuple[Answer, ...] = ()
    pages: tuple[Page, ...] = ()
    fault: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every page that was promised could be read."""
        return not self.fault and len(self.pages) == max(page.pages for page in self.pages)

    @property
    def orders(self) -> list[ReceivedOrder]:
        """Every order of every page, as they came."""
        return [order for page in self.pages for order in page.orders]


class Exam:
    """One store under trial. `now` is the minute at which the trial began, aware UTC."""

    def __init__(
        self, client: StoreClient, *, now: datetime, span: timedelta | None = None
    ) -> None:
        self.client = client
        self.now = now.astimezone(UTC).replace(second=0, microsecond=0)
        self._spans: Sequence[timedelta] = SPANS if span is None else (span,)
        self.whole = Walk(start=self.now, end=self.now)

    async def begin(self) -> None:
        """Knock, then look at one window as a whole: the shortest of a day, a week, a month and a
        year in which there are orders.

        Raises CouldNotRunError if the store cannot be reached or refuses the login.
        """
        await self._knock()
        for span in self._spans:
            self.whole = await self.walk(self.now - span, self.now)
            if self.whole.orders or self.whole.fault:
                return

    async def _knock(self) -> None:
        """The connection test: a poll of five minutes with the login given."""
        shown = self.client.public_url
        try:
            answer = await self.client.begin(export_query(self.now - 5 * MINUTE, self.now, 1))
        except NoAnswerError as error:
            raise CouldNotRunError(f"{shown}: {error}") from error
        hints: dict[int, str] = {
            HTTPStatus.UNAUTHORIZED: (
                "the store refused the user name and password; compare them with its own"
            ),
            HTTPStatus.FORBIDDEN: (
                "the store forbids access; compare user name and password, and look for a firewall"
                " in between"
            ),
            HTTPStatus.NOT_FOUND: "there is no custom store at this URL",
        }
        if answer.is_redirect:
            target = answer.headers.get("location", "nowhere").partition("?")[0]
            raise CouldNotRunError(
                f"{shown}: the store redirects to {target}; give that URL, to ShipStation too"
            )
        if answer.status in hints:
            raise CouldNotRunError(
                f"{shown}: {hints[answer.status]} (status {answer.status}: {answer.excerpt})"
            )
        if answer.status == HTTPStatus.OK and answer.body.lstrip()[:14].lower().startswith(
            (b"<!doctype html", b"<html")
        ):
            raise CouldNotRunError(
                f"{shown}: there is no custom store at this URL, a web page came (status"
                f" {answer.status})"
            )

    async def walk(self, start: datetime, end: datetime) -> Walk:
        """Ask for a window and follow its pages, at most two hundred. Does not raise."""
        answers: list[Answer] = []
        pages: list[Page] = []
        fault = ""
        while not fault and len(pages) < min(pages[-1].pages if pages else 1, MOST_PAGES):
            try:
                answers.append(await self.page(start, end, len(pages) + 1))
                pages.append(parse_page(answers[-1]))
            except (NoAnswerError, UnreadablePageError) as error:
                fault = f"page {len(pages) + 1}: {error}"
        return Walk(start=start, end=end, answers=tuple(answers), pages=tuple(pages), fault=fault)

    async def page(self, start: datetime, end: datetime, number: int) -> Answer:
        """One page as it comes. Raises NoAnswerError."""
        return await self.client.fetch(export_query(start, end, number))

    async def changed_since(self) -> set[str]:
        """Keys of orders that were modified after the trial began: a shop at work is not a fault of
        the store's.
        """
        walk = await self.walk(
            self.now, datetime.now(UTC).replace(second=0, microsecond=0) + MINUTE
        )
        return {
            order.key
            for order in walk.orders
            if (moment := modified_at(order)) is not None and moment >= self.now
        }


def modified_at(order: ReceivedOrder) -> datetime | None:
    """The order's LastModified as aware UTC, or None if it cannot be read."""
    try:
        return parse_date(order.last_modified, "LastModified")
    except WireError:
        return None
