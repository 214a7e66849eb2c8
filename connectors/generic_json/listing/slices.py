"""A page of a list that the shop fails to give, read in slices down to the single row.

    a slice is given          its rows are taken; what a capped answer leaves out is asked for
    a slice fails             it is cut further, down to one row
    one row fails             its order cannot be loaded: a `Hole` stands in its place
    no row of the list comes  the shop is at fault, and the page's own error is raised
    no row of the page comes  the same, unless the list is answered further on, if only as ended:
                              else a list that always fails would be taken for bad rows without end

Slices have sizes that divide the page, so that pages by number can be cut as well as pages by
position. A shop whose pages have a fixed size cannot be asked for less: its error says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from connectors.errors import (
    ConnectorError,
    RefusedError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.interface import Remark
from connectors.orders import Window
from connectors.reading.paging import Page

Raw = Any
FetchSlice = Callable[[int, int], Awaitable[Page[Raw]]]
# After so many failures in a row the shop is asked for something that it answers.
_SPELL = 4
# How far ahead a row is looked for that the shop can load.
_DISTANCES = (0, 1, 2, 4, 8, 16, 32, 64, 128)
# No list of one window is as long.
_FAR = 1_000_000
# So many places are named in words.
_NAMED = 5


class Hole(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the shop cannot load.

    `place` is its position, from 0, in the list of a `window`, or of all open orders.
    """

    place: int
    window: Window | None
    reason: str

    @property
    def identity(self) -> Hashable:
        """What tells it from all other rows."""
        return "no row", self.window, self.place


class Slices:
    """Reads slices of a shop's lists.

    `probe` asks for one row of all the shop's orders, and says whether it came.
    """

    def __init__(self, probe: Callable[[], Awaitable[bool]]) -> None:
        self._probe = probe
        self._sound_place = 0

    async def read(
        self,
        fetch: FetchSlice,
        place: int,
        size: int,
        error: ConnectorError,
        *,
        window: Window | None,
    ) -> Page[Raw]:
        """The page at `place` that failed with `error`, with `Hole`s for the rows that cannot be
        loaded. Raises `error` where the shop gives no row at all, or no slice.

        `fetch(place, size)` asks once for `size` rows from a position that is a multiple of `size`.
        `window` is that of the list.
        """
        if not await _is_sized(fetch):
            raise explain_fixed_size(error, place, size)
        if not await self._gives_rows(fetch, place + size):
            is_answered = await self._count_rows(fetch, place + _FAR) is not None
            raise error if is_answered else explain_all_pages(error)
        found: list[tuple[int, Page[Raw]]] = []
        waiting = deque(_cut(place, size) or [(place, size)])
        spell, has_holes = 0, False
        while waiting:
            begin, count = waiting.popleft()
            page = await _read_slice(fetch, begin, count, error, (place, size))
            if isinstance(page, Page):
                spell = 0
                found.append((begin, page))
                if 0 < (given := _count_distinct(page)) < count:
                    waiting.extend((at, 1) for at in range(begin + given, begin + count))
                continue
            spell += 1
            if spell % _SPELL == 0 and not await self._gives_rows(fetch, place + size):
                raise error
            if count > 1:
                waiting.extend(_cut(begin, count))
                continue
            has_holes = True
            found.append((begin, Page(items=(_make_hole(window, begin, page),))))
        # A shop that went down meanwhile is an outage, and no row's fault.
        if has_holes and not await self._gives_rows(fetch, place + size):
            raise error
        if _has_no_row(found) and not await _is_answered_behind(fetch, place + size):
            raise explain_rest(error)
        found.sort(key=lambda pair: pair[0])
        return _join([page for _, page in found])

    async def _gives_rows(self, fetch: FetchSlice, place: int) -> bool:
        """Whether the shop gives one row: of this list, where it gave one before or from `place`
        on, or of all its orders.
        """
        failed = place
        for there in (self._sound_place, *(place + distance for distance in _DISTANCES)):
            rows = await self._count_rows(fetch, there)
            if rows:
                return True
            if rows is None:
                failed = max(failed, there)
            elif there >= place:
                # The list ends before it: what lies between was leapt over.
                for between in range(there - 1, failed, -1):
                    if await self._count_rows(fetch, between):
                        return True
                break
        return await self._probe()

    async def _count_rows(self, fetch: FetchSlice, place: int) -> int | None:
        """How many rows the shop gives at a place where one is asked for; None if it fails."""
        try:
            page = await fetch(place, 1)
        except ConnectorError:
            return None
        if page.items:
            self._sound_place = place
        return len(page.items)


def _has_no_row(found: Sequence[tuple[int, Page[Raw]]]) -> bool:
    return all(isinstance(row, Hole) for _, page in found for row in page.items)


async def _is_answered_behind(fetch: FetchSlice, place: int) -> bool:
    """Whether the shop answers for a place from `place` on, be it with no row."""
    for distance in _DISTANCES:
        with suppress(ConnectorError):
            await fetch(place + distance, 1)
            return True
    return False


async def _is_sized(fetch: FetchSlice) -> bool:
    """Whether the shop gives no more rows than it is asked for, as far as it answers."""
    try:
        return _count_distinct(await fetch(0, 1)) <= 1
    except ConnectorError:
        return True


def _count_distinct(page: Page[Raw]) -> int:
    """How many different rows a page has: a shop may give one twice."""
    return len({msgspec.json.encode(row) for row in page.items})


async def _read_slice(
    fetch: FetchSlice, begin: int, count: int, error: ConnectorError, whole: tuple[int, int]
) -> Page[Raw] | ConnectorError:
    """A slice, or the shop's error for it."""
    try:
        page = await fetch(begin, count)
    except RefusedError:
        raise explain_fixed_size(error, *whole) from None
    except UnavailableError as fault:
        if not fault.reached:
            raise error from None
        return fault
    except UnreadableResponseError as fault:
        return fault
    if _count_distinct(page) > count:
        raise explain_fixed_size(error, *whole)
    return page


def _make_hole(window: Window | None, place: int, fault: ConnectorError) -> Hole:
    return Hole(place=place, window=window, reason=str(fault))


def describe_holes(holes: Sequence[Hole]) -> Remark:
    """What the operator should know of the rows of one walk that the shop cannot load. A row of a
    list that is walked by key may stand at several places.
    """
    places = dict.fromkeys(_name_place(hole) for hole in holes)
    named = "; ".join(list(places)[:_NAMED])
    more = f"; and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return Remark(
        about="rows of the list",
        text="The shop fails over orders of its list; they are left out, because their ids are not"
        f" known: {named}{more}. Find them in the shop's log; once they can be loaded, change them"
        f" so that they are listed again. The shop says: {holes[-1].reason}",
        quoted=holes[-1].reason,
    )


def _name_place(hole: Hole) -> str:
    if hole.window is None:
        return f"place {hole.place + 1} of the open ones"
    return f"place {hole.place + 1} of those changed since {hole.window.start:%Y-%m-%d %H:%M:%S}"


def explain_fixed_size(error: ConnectorError, place: int, size: int) -> ConnectorError:
    """The error of a page that cannot be asked for in slices, with what that means."""
    meaning = (
        f"It is the page with the places {place + 1} to {place + size} of the list. The shop does"
        " not let the size of a page be chosen, so the order that it fails over cannot be told"
        " from the others: find it in the shop's log."
    )
    return _extend(error, meaning)


def explain_all_pages(error: ConnectorError) -> ConnectorError:
    """The error of a list of which no page comes, with what that may mean."""
    return _extend(
        error,
        "The shop fails over each page of the list, even over one far behind its end: it is down,"
        " or an order breaks all pages and it ignores which page is asked for (a web server or a"
        " plugin may drop the query).",
    )


def explain_rest(error: ConnectorError) -> ConnectorError:
    """The error of a list of which nothing comes from a page on, with what that may mean."""
    return _extend(
        error,
        "The shop fails over this page of the list and over each that was tried behind it: orders"
        " break them all, or its last page holds such an order and comes for each later one, so"
        " that it ignores which page is asked for.",
    )


def explain_dead_end(error: ConnectorError, given: int) -> ConnectorError:
    """The error of a page that cannot be passed in a list paged by cursor or link."""
    return _extend(
        error,
        f"It is the page behind the first {given} orders of the list. A list that is paged by"
        " cursor or link cannot be read past an order that the shop fails over: find it in the"
        " shop's log.",
    )


def _extend(error: ConnectorError, meaning: str) -> ConnectorError:
    error.args = (f"{error} {meaning}",)
    return error


def _cut(begin: int, count: int) -> list[tuple[int, int]]:
    """The slices of a slice: as many as the smallest prime that divides it; none of a single
    row.
    """
    parts = next((prime for prime in range(2, count + 1) if count % prime == 0), 1)
    step = count // parts
    return [(begin + number * step, step) for number in range(parts)] if parts > 1 else []


def _join(pages: Sequence[Page[Raw]]) -> Page[Raw]:
    """Slices as one page; whether another follows is known only from the last one."""
    totals = [page.total for page in pages if page.total is not None]
    return Page(
        items=[row for page in pages for row in page.items],
        total=max(totals, default=None),
        has_next=pages[-1].has_next,
        no_items=sum(page.no_items for page in pages),
    )
