"""Pages of orders in sizes that the shop can manage, each row decoded on its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

import msgspec

from connectors.errors import AuthenticationError, RefusedError, UnavailableError
from connectors.orders import OrderId, RejectedOrder
from connectors.upstream.request import Pairs
from connectors.upstream.response import Reply
from connectors.woocommerce.api.advice import add_advice
from connectors.woocommerce.api.client import LARGEST_PAGE, Api, join_ids
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.decoding import Row, read_row

# A shop that fails or times out on a page of 100 heavy orders may manage fewer.
SIZES = (LARGEST_PAGE, 50, 25, 10)
SECOND = timedelta(seconds=1)
# In seconds; meanwhile a shop that failed to sort by change is not asked to.
_MEMORY = 3600.0
# Where rows are sorted whose time is not known.
BEGINNING = datetime.min.replace(tzinfo=UTC)
# `any` leaves out the trash, so that orders moved there would be missed: it is listed on its own.
EVERY_STATUS = ("any", "trash")
_FULL = wire.list_fields(wire.Order)
_BRIEF = "id,date_modified_gmt"
_MOST_DIGITS = 18


class DistrustError(Exception):
    """The shop does not sort or filter as asked; the walk has to go another way."""


class Sort(StrEnum):
    """The ways of sorting that walks use."""

    OLDEST_CHANGE = "modified asc"
    NEWEST_CHANGE = "modified desc"
    ID = "id asc"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What to list. `after` and `before` are inclusive, whole seconds; None means no bound.

    `brief` asks for ids and times alone.
    """

    status: str = "any"
    after: datetime | None = None
    before: datetime | None = None
    sort: Sort = Sort.OLDEST_CHANGE
    offset: int = 0
    brief: bool = False
    ids: tuple[int, ...] = ()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page.

    `size` is how many rows were asked for; `total` how many there are on all pages, None if the
    shop did not say.
    """

    rows: Sequence[Row]
    size: int
    offset: int
    total: int | None

    @property
    def last(self) -> bool:
        """Whether nothing follows.

        A short page need not be the last one: WooCommerce drops orders that it cannot load after it
        has counted to 100.
        """
        if self.total is not None:
            return self.offset + self.size >= self.total
        return len(self.rows) < self.size

    def overlaps(self, before: Page) -> bool:
        """Whether a row of the page `before` comes again unchanged, so that no row can have moved
        up past both unseen.
        """
        known = {(row.id, row.modified) for row in before.rows}
        return any((row.id, row.modified) in known for row in self.rows)


class Sorting:
    """Whether the shop can sort by change, shared by its walks.

    A failure is remembered for an hour, because finding out costs many requests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed_at = float("-inf")

    @property
    def fails(self) -> bool:
        """Whether the shop failed to sort by change within the last hour."""
        return self._clock() - self._failed_at < _MEMORY

    def record_failure(self) -> None:
        """Remember that the shop lists by id what it fails to list by change."""
        self._failed_at = self._clock()


class OrderPages:
    """Reads pages for one walk.

    The size that the shop can manage is found once and kept; `sorting` is shared by the walks of
    one shop.
    """

    def __init__(self, api: Api, largest: int, sorting: Sorting) -> None:
        self._api = api
        self._sorting = sorting
        self._all_sizes = (largest, *(size for size in SIZES if size < largest))
        self._sizes = list(self._all_sizes)

    async def read_page(self, ask: Ask) -> Page:
        """One page. Smaller sizes are tried while the shop fails; raises the last error.

        Raises `DistrustError` where the shop fails only when it has to sort by change.
        """
        if ask.sort is not Sort.ID and self._sorting.fails:
            raise _build_distrust()
        while True:
            size = self._sizes[0]
            try:
                reply = await self._api.get("orders", build_params(ask, size))
            except UnavailableError as error:
                if not error.reached:
                    raise
                if len(self._sizes) > 1:
                    self._sizes.pop(0)
                    continue
                if not ask.brief:
                    return await self._read_one_by_one(ask, size, error)
                if await self._is_sorting_broken(ask, size):
                    raise _build_distrust() from error
                raise
            except (AuthenticationError, RefusedError) as error:
                # The walks act on 400, with which WooCommerce refuses a parameter; anything else is
                # for a person.
                if error.status == HTTPStatus.BAD_REQUEST:
                    raise
                raise add_advice(error) from error
            rows = [read_row(raw) for raw in reply.decode(list[msgspec.Raw])]
            return Page(rows=rows, size=size, offset=ask.offset, total=read_total(reply))

    async def _is_sorting_broken(self, ask: Ask, size: int) -> bool:
        """Whether the shop lists by id what it fails to list by change, as WooCommerce 7.3 did with
        orders in tables of their own. Asked once.
        """
        if ask.sort is Sort.ID or not await self._api.has_answer(
            "orders", build_params(msgspec.structs.replace(ask, sort=Sort.ID), size)
        ):
            return False
        self._sorting.record_failure()
        # It was not the sizes that it failed over.
        self._sizes = list(self._all_sizes)
        return True

    async def _read_one_by_one(self, ask: Ask, size: int, error: UnavailableError) -> Page:
        """A page with one order that the shop fails to show, e.g. because of a plugin: that one is
        rejected, the others are read.

        Raises `error` where the shop lists no ids and times either, or fails over more than one
        order: then it is the shop. Raises `DistrustError` where it lists them, but not sorted by
        change.
        """
        try:
            brief = await self.read_page(msgspec.structs.replace(ask, brief=True))
        except UnavailableError:
            raise error from None
        rows, failed = list[Row](), 0
        for row in brief.rows:
            try:
                reply = await self._api.get(
                    "orders", build_params(Ask(status=ask.status, sort=Sort.ID, ids=(row.id,)), 1)
                )
                rows += [read_row(raw) for raw in reply.decode(list[msgspec.Raw])]
            except UnavailableError as fault:
                failed += 1
                if not fault.reached or failed > 1:
                    raise error from fault
                rejected = RejectedOrder(
                    id=OrderId(str(row.id)),
                    modified_at=row.modified,
                    reason=f"the shop fails over this order: {fault}",
                )
                rows.append(Row(id=row.id, modified=row.modified, order=rejected))
        if len(rows) != len(brief.rows) or not all(row.id for row in brief.rows):
            # Some have left the list meanwhile: a shorter page would look like the last one.
            raise error
        rows.sort(key=lambda row: row.modified or BEGINNING)
        return Page(rows=rows, size=size, offset=ask.offset, total=brief.total)


def build_params(ask: Ask, size: int) -> Pairs:
    """The query.

    WooCommerce's bounds are exclusive and count whole seconds, so each is asked a second wider.
    They are sent as UTC without a zone and with `dates_are_gmt`: WooCommerce would shift a time
    with a zone by the shop's own offset.
    """
    by, _, direction = ask.sort.partition(" ")
    found = [
        ("status", ask.status),
        ("orderby", by),
        ("order", direction),
        ("per_page", str(size)),
        ("dp", "6"),
    ]
    found.append(("_fields", _BRIEF if ask.brief else _FULL))
    if ask.offset:
        found.append(("offset", str(ask.offset)))
    if ask.ids:
        found.append(("include", join_ids(ask.ids)))
    if ask.after is not None:
        found.append(("modified_after", _write_time(ask.after - SECOND)))
    if ask.before is not None:
        found.append(("modified_before", _write_time(ask.before + SECOND)))
    if ask.after is not None or ask.before is not None:
        found.append(("dates_are_gmt", "true"))
    return found


def read_total(reply: Reply) -> int | None:
    """How many rows there are in all, by the shop's header; None without one, or with a number that
    cannot be.
    """
    stated = reply.headers.get("X-WP-Total", "").strip()
    return (
        int(stated)
        if stated.isascii() and stated.isdigit() and len(stated) <= _MOST_DIGITS
        else None
    )


def _build_distrust() -> DistrustError:
    return DistrustError("The shop fails when it is to sort orders by their last change.")


def _write_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
