"""What Portside asks of a Shopify shop, whichever of its two APIs answers. No HTTP here."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, Self

import msgspec

from connectors.errors import TemporaryError
from connectors.orders import RejectedOrder
from connectors.shopify.mapping.wire import Order, Stamp
from connectors.shopify.mapping.wire_fulfillment import Fulfillment, FulfillmentOrder

LARGEST_PAGE = 250
"""The most orders that Shopify lists at once."""
COUNTED_ORDERS = 25_000
"""Shopify counts no further; one more means "at least"."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders: those modified from `start` to `end`, both inclusive and whole seconds; or with
    `unshipped` all that are not shipped.
    """

    start: datetime | None = None
    end: datetime | None = None
    unshipped: bool = False

    def holds(self, moment: datetime | None) -> bool:
        """Whether an order changed then belongs to it; one without a time may."""
        if moment is None:
            return True
        start, end = self.start or moment, self.end or moment
        return start <= moment <= end


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some orders as the shop lists them, by its promise oldest change first; `cursor` leads to the
    next page and is empty at the end.

    `asked` is how many were asked for. `is_broken`: rows of the page are not orders, or there is
    more without a cursor to it.
    """

    orders: tuple[Order | RejectedOrder, ...]
    cursor: str = ""
    asked: int
    is_broken: bool = False


class Tracking(msgspec.Struct, frozen=True, kw_only=True):
    """Where a parcel can be followed.

    `company` is one of Shopify's own names, or another with a `url` beside it; `link` is where the
    parcel is followed, needed or not. `earlier` are the numbers that the parcel has already and
    keeps; with `earlier_urls` each of them, and then the new one, has a link of its own.
    """

    number: str = ""
    company: str = ""
    url: str = ""
    link: str = ""
    earlier: tuple[str, ...] = ()
    earlier_urls: tuple[str, ...] = ()


class LinePick(msgspec.Struct, frozen=True):
    """A number of units of one line of a fulfillment order."""

    id: int
    quantity: int


class OrderPick(msgspec.Struct, frozen=True):
    """What to ship of one fulfillment order."""

    id: int
    lines: tuple[LinePick, ...]


class NewFulfillment(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel from one location."""

    picks: tuple[OrderPick, ...]
    tracking: Tracking
    notify: bool = False


class ExpiredCursorError(TemporaryError):
    """The shop no longer knows a cursor: read the window again from the last order seen."""


class DoubtfulWriteError(TemporaryError):
    """The shop answered a write with a success whose body says something else: only a look at the
    order tells whether it was carried out.
    """


class Transport(Protocol):
    """One of Shopify's two Admin APIs. Raises nothing but `ConnectorError`s."""

    @property
    def name(self) -> str:
        """`rest` or `graphql`."""
        ...

    async def read_page(self, span: Span, size: int, cursor: str) -> OrderPage:
        """A page of at most `size` orders, oldest change first. Raises `ExpiredCursorError`."""
        ...

    async def read_stamps(
        self, span: Span, after: int, most: int = LARGEST_PAGE
    ) -> tuple[Stamp, ...]:
        """The next `most` ids above `after` with their times, in ascending sequence."""
        ...

    def for_parts(self, *, once: bool) -> Self:
        """The same shop, asked for what single orders need: failures do not count as an outage.

        With `once` nothing is asked again after a failure.
        """
        ...

    async def read_orders(self, ids: tuple[int, ...]) -> tuple[Order | RejectedOrder, ...]:
        """These orders as they are now, at most 100, in any sequence; without those that
        are gone.
        """
        ...

    async def read_order(self, order_id: int) -> Order | RejectedOrder | None:
        """One order, None if the shop does not know it."""
        ...

    async def count_orders(self, span: Span) -> int | None:
        """How many orders; None where the shop does not count so far."""
        ...

    async def find_orders(self, name: str) -> tuple[int, ...]:
        """The ids of the orders with this name."""
        ...

    async def read_fulfillment_orders(self, order_id: int) -> tuple[FulfillmentOrder, ...]:
        """What each location has to ship. Shopify leaves out those of a kind that the app has no
        right to.
        """
        ...

    async def read_fulfillments(self, order_id: int) -> tuple[Fulfillment, ...] | None:
        """The parcels the shop knows of, None if it does not know the order."""
        ...

    async def create_fulfillment(self, fulfillment: NewFulfillment) -> Fulfillment | None:
        """Ship one parcel, and give it as the answer shows it; None if the answer does not.

        Raises `RefusedError` with status 422 if the shop refuses, `DoubtfulWriteError`.
        """
        ...

    async def set_tracking(
        self, fulfillment_id: int, tracking: Tracking, *, notify: bool
    ) -> Fulfillment | None:
        """Give a parcel its tracking numbers; returns and raises as `create_fulfillment`."""
        ...

    async def cancel_fulfillment(self, fulfillment_id: int) -> None:
        """Take a parcel back: its units are open again. Raises as `create_fulfillment`."""
        ...

    async def release_hold(self, fulfillment_order_id: int) -> None:
        """Take a fulfillment order off hold."""
        ...

    async def open_scheduled(self, fulfillment_order_id: int) -> None:
        """Open a scheduled fulfillment order now."""
        ...
