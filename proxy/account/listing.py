"""The lists of ShipStation's API, and how each is read to its end.

The long ones move while they are read: rows arrive, also between two pages. So they are asked for
by creation, oldest first, and after a page that is not the last the next request begins at the
last date seen, at page 1. Pages are counted on only where all of a page bears one date, where the
dates are out of order, or in a list that cannot be asked for by date. A row is known by its id. The
end is believed where the list names no further page and has no more rows than were seen. A row that
cannot be read costs itself alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from types import GenericAlias
from typing import Any, Self

import msgspec
import structlog

from connectors.errors import IncompleteListingError, UnreadableResponseError
from connectors.orders import Window
from connectors.quoting import hide_found
from connectors.upstream.request import Pairs
from proxy.account.client import AccountClient
from proxy.account.pacific import read_pacific, write_end, write_start
from proxy.account.rows import (
    CarrierRow,
    CustomerRow,
    FulfillmentRow,
    OrderRow,
    ProductRow,
    ServiceRow,
    ShipmentRow,
    StoreRow,
    TagRow,
    UserRow,
    WarehouseRow,
)

Row = msgspec.Struct
# Takes the name of a list and why a row of it cannot be read.
Complain = Callable[[str, str], None]
LARGEST_PAGE = 500
# One third party speaks of a limit of 90 days for a span; shorter spans cost nothing.
LONGEST_SLICE = timedelta(days=30)
_ORDER = (("sortBy", "CreateDate"), ("sortDir", "ASC"), ("pageSize", str(LARGEST_PAGE)))
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
_log = structlog.get_logger("portside.account")
_WHOLE_SECONDS = len("2026-03-02T01:15:27")


class ShortList(msgspec.Struct, frozen=True, kw_only=True):
    """A list that comes whole in one answer."""

    path: str
    row: type[Row]


class LongList(msgspec.Struct, frozen=True, kw_only=True):
    """A list in pages, under its `name` in the answer. `key` is the attribute by which its rows are
    known; `by_date` whether it can be asked for by the date of creation, in slices.
    """

    name: str
    row: type[Row]
    key: str
    by_date: bool = True

    @property
    def path(self) -> str:
        """Where it is asked for."""
        return f"/{self.name}"

    def drop_dates(self) -> Self:
        """The same list, not asked for by the date of creation."""
        return msgspec.structs.replace(self, by_date=False)


# For what is asked for by something else than the date of creation.
EVER = Window(start=datetime(1970, 1, 1, tzinfo=UTC), end=datetime(9999, 1, 1, tzinfo=UTC))
STORES = ShortList(path="/stores", row=StoreRow)
USERS = ShortList(path="/users", row=UserRow)
TAGS = ShortList(path="/accounts/listtags", row=TagRow)
WAREHOUSES = ShortList(path="/warehouses", row=WarehouseRow)
CARRIERS = ShortList(path="/carriers", row=CarrierRow)
ORDERS = LongList(name="orders", row=OrderRow, key="order_id")
SHIPMENTS = LongList(name="shipments", row=ShipmentRow, key="shipment_id")
FULFILLMENTS = LongList(name="fulfillments", row=FulfillmentRow, key="fulfillment_id")
CUSTOMERS = LongList(name="customers", row=CustomerRow, key="customer_id", by_date=False)
PRODUCTS = LongList(name="products", row=ProductRow, key="product_id", by_date=False)


async def fetch_list(client: AccountClient, listing: ShortList) -> Sequence[Any]:
    """All rows of a short list."""
    rows: Sequence[Any] = await client.fetch(_list_of(listing.row), listing.path)
    return rows


async def fetch_services(client: AccountClient) -> Sequence[ServiceRow]:
    """The services of all carriers, one request a carrier."""
    found = list[ServiceRow]()
    for carrier in await fetch_list(client, CARRIERS):
        params = (("carrierCode", carrier.code),)
        found += await client.fetch(list[ServiceRow], "/carriers/listservices", params)
    return found


def log_unreadable(name: str, reason: str) -> None:
    """Leave a row out that cannot be read, with a line in the log."""
    _log.warning("A row of the account cannot be read.", list=name, reason=hide_found(reason))


async def walk_list(
    client: AccountClient,
    listing: LongList,
    window: Window,
    extra: Pairs = (),
    complain: Complain = log_unreadable,
) -> AsyncGenerator[Any, None]:
    """Each row that was created within the window, once, the oldest first. Near its ends, and in
    the hour that comes twice, there may be rows from up to two hours outside.

    `extra` are further parameters of the list. `complain` hears of each row that is left out,
    perhaps more than once. Close the generator where it is left early. Raises
    `IncompleteListingError` where the end of the list is not shown, and `UnreadableResponseError`
    for a page of more rows than were asked for.
    """
    seen = set[int]()
    first, last = write_start(window.start), write_end(window.end)
    for part in _cut_slices(window) if listing.by_date else [window]:
        async with aclosing(_walk_slice(client, listing, part, extra, complain)) as rows:
            async for row in rows:
                key = getattr(row, listing.key)
                if key not in seen and first <= read_wall(row) <= last:
                    seen.add(key)
                    yield row


async def _walk_slice(
    client: AccountClient, listing: LongList, part: Window, extra: Pairs, complain: Complain
) -> AsyncGenerator[Any, None]:
    """The rows of a slice, some of them more than once."""
    begin, end, page = write_start(part.start), write_end(part.end), 1
    kind, shown, may_read_again = _page_of(listing), set[object](), True
    while True:
        span = (("createDateStart", begin), ("createDateEnd", end)) if listing.by_date else ()
        params = (*extra, *span, *_ORDER, ("page", str(page)))
        answer = await client.fetch(kind, listing.path, params)
        if len(answer.rows) > LARGEST_PAGE:
            raise UnreadableResponseError(
                f"GET {listing.path}: expected a page of at most {LARGEST_PAGE} rows, found"
                f" {len(answer.rows)}."
            )
        before = len(shown)
        rows = _read_rows(answer.rows, listing, shown, complain)
        for row in rows:
            yield row
        if page >= answer.pages and len(shown) >= answer.total:
            return
        # A page that repeats what was shown is as good as an empty one: it would come for ever.
        if len(shown) > before:
            again = _find_next_start(rows) if listing.by_date and rows else begin
            begin, page, shown = (again, 1, set()) if again > begin else (begin, page + 1, shown)
        elif may_read_again:
            page, shown, may_read_again = 1, set(), False
        else:
            raise IncompleteListingError(
                f"GET {listing.path}: ShipStation's list has {answer.total} rows and shows"
                f" {len(shown)} of them. Try again later."
            )


def _page_of(listing: LongList) -> Any:
    """The type of an answer: `rows`, and how many rows and pages the list has."""
    fields = [("rows", list[msgspec.Raw]), ("total", int), ("pages", int)]
    return msgspec.defstruct("Page", fields, rename={"rows": listing.name})


def _read_rows(
    raws: Sequence[msgspec.Raw], listing: LongList, shown: set[object], complain: Complain
) -> list[Any]:
    """The rows of a page that can be read; all of them are `shown`."""
    rows = []
    for raw in raws:
        try:
            row: Any = msgspec.json.decode(raw, type=listing.row)
            read_pacific(row.create_date)
        except _UNREADABLE as error:
            shown.add(bytes(raw))
            complain(listing.name, str(error))
            continue
        shown.add(getattr(row, listing.key))
        rows.append(row)
    return rows


def _list_of(row: type[Row]) -> Any:
    return GenericAlias(list, (row,))


def _find_next_start(rows: Sequence[Any]) -> str:
    """Where to go on after a page; an empty text if its rows are not in order."""
    dates = [read_pacific(row.create_date) for row in rows]
    return write_start(dates[-1]) if dates == sorted(dates) else ""


def read_wall(row: Any) -> str:
    """When a row was created, in the form of a span's ends."""
    return str(row.create_date[:_WHOLE_SECONDS].replace("T", " "))


def _cut_slices(window: Window) -> Iterator[Window]:
    start = window.start
    while window.end - start > LONGEST_SLICE:
        yield Window(start=start, end=start + LONGEST_SLICE)
        start += LONGEST_SLICE
    yield Window(start=start, end=window.end)
