"""Orders of a window out of a list that may be unsorted, unfiltered, or in motion: each once, none
lost, oldest change first.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from connectors.errors import UnavailableError, UnreadableResponseError
from connectors.generic_json.listing.expander import Expander, Unfinished
from connectors.generic_json.listing.pages import Pages
from connectors.generic_json.listing.window import find_scan_end, is_foreign, make_window_back
from connectors.generic_json.mapping.order import Fill, find_id, find_time, read_order, reject_order
from connectors.generic_json.settings.partitions import bind_request, name_partition
from connectors.generic_json.settings.request import RequestSettings
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.interface import Remark, ignore_remark
from connectors.orders import Order, OrderStatus, RejectedOrder, Window
from connectors.turns import cut_rows, map_in_turns, measure_value, run_over

_PASSES = 4
_PLACE = re.compile(r"\[\d+\]")
# At least: how much of a page is mapped before others have their turn.
_BYTES_OF_AN_ORDER = 8_000
_NEVER = datetime.max.replace(tzinfo=UTC)
_DONE = frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED})

Found = Order | RejectedOrder
_Seen = dict[Hashable, tuple[Found, RequestSettings]]


class Listing:
    """The lists of one shop."""

    def __init__(
        self,
        settings: GenericJsonSettings,
        pages: Pages,
        expander: Expander,
        fill: Fill | None = None,
        remark: Callable[[Remark], None] = ignore_remark,
    ) -> None:
        self._remark = remark
        self._settings = settings
        self._fill = fill
        self._rules = settings.map.rules
        self._pages = pages
        self._expander = expander

    async def list_orders(self, window: Window) -> AsyncGenerator[Found, None]:
        """The orders of a window; page by page where the shop sorts them well, else once all are
        known.
        """
        found = self._select_orders(window)
        if not self._settings.orders.sorted or self._settings.orders.also:
            found = _sort_orders(found)
        async with aclosing(found) as orders:
            async for order in orders:
                yield order

    async def list_open_orders(self) -> AsyncGenerator[Found, None]:
        """The orders that are neither shipped nor cancelled; those too where the settings say that
        the shop dates neither.
        """
        settings = self._settings.orders
        window = None if settings.open.all else make_window_back(settings.open.reach)
        seen: _Seen = {}
        for request in self._bind(settings.request.apply_patch(settings.open)):
            async with (
                aclosing(self._pages.walk_list(request, window)) as pages,
                aclosing(self._read_pages(pages)) as orders,
            ):
                async for order in orders:
                    done = (
                        isinstance(order, Order)
                        and order.status in _DONE
                        and not settings.open.finished
                    )
                    if not done and self._take_name(order, request, seen):
                        yield order

    async def fetch_raw(self, window: Window, limit: int) -> list[Any]:
        """The first orders of the list as the shop sends them, made whole."""
        collected: list[Any] = []
        for request in self._bind(self._settings.orders.request):
            async with aclosing(self._pages.walk_list(request, window)) as pages:
                async for page in pages:
                    collected += page
                    if len(collected) >= limit:
                        break
        return await self._expander.complete_orders(collected[:limit])

    async def _select_orders(self, window: Window) -> AsyncGenerator[Found, None]:
        """What lies in the window, each order once."""
        settings = self._settings.orders
        seen: _Seen = {}
        patched = (settings.request.apply_patch(patch) for patch in settings.also)
        for request in (
            bound for each in (settings.request, *patched) for bound in self._bind(each)
        ):
            walk = (
                self._scan_list(request, window)
                if settings.window.kind == "scan"
                else self._pages.walk_list(request, window)
            )
            async with aclosing(walk) as pages, aclosing(self._read_pages(pages)) as orders:
                async for order in orders:
                    self._refuse_foreign(order, window)
                    if not _is_inside(order, window) or not self._take_name(order, request, seen):
                        continue
                    if len(seen) > settings.most:
                        raise UnreadableResponseError(
                            f"The window holds more than {settings.most} orders; the shop seems"
                            " to ignore the filter by time (orders.most)."
                        )
                    yield order

    def _bind(self, request: RequestSettings) -> list[RequestSettings]:
        return bind_request(request, self._settings.orders.partitions)

    @staticmethod
    def _take_name(order: Found, request: RequestSettings, seen: _Seen) -> bool:
        """Whether the order was not `seen`; from now on it is. Raises `UnreadableResponseError` for
        one that another partition has under the same id: one of the two would be lost.
        """
        name = _name_order(order)
        known = seen.get(name)
        if known is None:
            seen[name] = order, request
            return True
        other, where = known
        if where.given != request.given and _describe(other) != _describe(order):
            raise UnreadableResponseError(
                f"Two orders have the id {name!r}, one of {name_partition(where)}, one of"
                f" {name_partition(request)}. Make map.id of both, e.g. by"
                " join_text('-', partition, id)."
            )
        return False

    async def _scan_list(
        self, request: RequestSettings, window: Window
    ) -> AsyncGenerator[list[Any], None]:
        """A list that is newest first, up to what is too old; again, as long as a reading brings
        something new that an earlier one missed.
        """
        seen = set[Any]()
        for number in range(_PASSES):
            fresh_in_pass, pages_in_pass = 0, 0
            async with aclosing(self._pages.walk_list(request, None)) as pages:
                async for page in pages:
                    pages_in_pass += 1
                    fresh = await run_over(len(page), self._take_fresh, page, seen)
                    fresh_in_pass += len(fresh)
                    if fresh:
                        yield fresh
                    end = find_scan_end(window, self._settings.orders.window)
                    if await run_over(len(page), self._is_behind, page, end):
                        break
            # One page cannot have been shifted while it was read.
            if pages_in_pass <= 1 or (number > 0 and not fresh_in_pass):
                return
        raise UnavailableError(
            f"The shop's list changed during each of {_PASSES} readings; it is read again later."
        )

    def _take_fresh(self, page: list[Any], seen: set[Any]) -> list[Any]:
        """The rows whose identity was not `seen`; from now on it is."""
        fresh = [raw for raw in page if self._pages.find_identity(raw) not in seen]
        seen.update(self._pages.find_identity(raw) for raw in fresh)
        return fresh

    def _is_behind(self, page: list[Any], end: datetime) -> bool:
        """Whether a whole page is older than anything that could matter."""
        rule = getattr(self._rules, self._settings.orders.window.sorted_by)
        times = [find_time(raw, rule) for raw in page]
        return bool(times) and all(moment is not None and moment < end for moment in times)

    async def _read_pages(
        self, pages: AsyncGenerator[list[Any], None]
    ) -> AsyncGenerator[Found, None]:
        async for page in pages:
            for few in cut_rows(page):
                for order in await self._read_rows(few):
                    yield order

    async def _read_rows(self, page: list[Any]) -> list[Found]:
        completed = await self._expander.complete_orders(page)
        if self._settings.orders.detail is not None:
            completed = list(map(self._check_detail, page, completed))
        found: list[Found] = []
        for order, complaints in await map_in_turns(self._map_order, completed, _measure_order):
            if order is not None:
                self._report_fields(order, complaints)
                found.append(order)
        return found

    def _check_detail(self, row: Any, whole: Any) -> Any:
        """The whole order; `Unfinished` where the shop gave the detail of another, which would
        stand in for this one.
        """
        listed = find_id(row, self._rules)
        if isinstance(whole, Unfinished) or not listed:
            return whole
        found = find_id(whole, self._rules)
        if found == listed:
            return whole
        given = f"order {found}" if found else "none with an id"
        return Unfinished(order=row, reason=f"detail: expected order {listed}, found {given}")

    def _map_order(self, raw: Any) -> tuple[Found | None, list[str]]:
        """The order, and what of it goes out without."""
        if isinstance(raw, Unfinished):
            return reject_order(raw.order, self._rules, raw.reason), []
        complaints: list[str] = []
        order = read_order(raw, self._rules, fill=self._fill, complain=complaints.append)
        return order, complaints

    def _report_fields(self, order: Found, complaints: list[str]) -> None:
        for complaint in complaints:
            field = _PLACE.sub("[]", complaint.partition(":")[0])
            text = f"Order {order.id} goes out without a field: {complaint}"
            self._remark(Remark(about=f"field {field}", text=text, quoted=complaint))

    def _refuse_foreign(self, order: Found, window: Window) -> None:
        settings = self._settings.orders.window
        if settings.outside == "drop" or self._settings.orders.also or order.modified_at is None:
            return
        if is_foreign(order.modified_at, window, settings):
            raise UnreadableResponseError(
                f"The shop sent order {order.id}, modified at {order.modified_at.isoformat()},"
                f" although only orders since {window.start.isoformat()} were asked for: it ignores"
                " the filter by time, or reads or writes times in another zone. Mend"
                " orders.request or orders.window, or set orders.window.outside: drop."
            )


def _describe(order: Found) -> Hashable:
    """What two readings of one order have in common."""
    return order.number, order.placed_at if isinstance(order, Order) else None


def _name_order(order: Found) -> Hashable:
    """Its id; what stands for it where it has none."""
    return order.id or (order.record if isinstance(order, RejectedOrder) else "")


def _is_inside(order: Found, window: Window) -> bool:
    return order.modified_at is None or window.contains(order.modified_at)


async def _sort_orders(found: AsyncGenerator[Found, None]) -> AsyncGenerator[Found, None]:
    """All of them, oldest change first; an order without a time comes last."""
    async with aclosing(found):
        collected = [order async for order in found]
    for order in sorted(collected, key=lambda order: (order.modified_at or _NEVER, order.id)):
        yield order


def _measure_order(raw: Any) -> int:
    return max(_BYTES_OF_AN_ORDER, measure_value(raw))
