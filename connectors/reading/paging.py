"""Walk a shop's list by number or cursor to its end, without losing, doubling or looping. A `fetch`
gets one page; there is no HTTP here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Generic, TypeVar

import msgspec

from connectors.errors import UnavailableError, UnreadableResponseError

T = TypeVar("T")
# Pages of one walk; a walk that needs more is a loop, or a window of a million orders.
BUDGET = 10_000
# A list whose items move while we count its pages is read again at most this often.
PASSES = 4


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page. What the shop says about the rest is None where it says nothing.

    `total`: how many items the whole list has; `pages`: how many pages; `has_next`: whether there
    is another; `next`: the cursor or URL of the next page (empty: none). A 204 or a 404 past the
    end is `Page(items=(), has_next=False)`.
    """

    items: Sequence[T]
    total: int | None = None
    pages: int | None = None
    has_next: bool | None = None
    next: str | None = None


class Sized:
    """A page size that is halved, down to `smallest`, each time the shop breaks down under it; then
    it stays small for the walk.
    """

    def __init__(self, size: int, smallest: int = 10) -> None:
        if size < 1:
            raise ValueError(f"page size: expected a whole number above 0, found {size}")
        self.value = size
        self._smallest = min(smallest, size)

    @property
    def sizes(self) -> int:
        """How many sizes may be tried from here on, this one included."""
        return (
            1
            if self.value <= self._smallest
            else 1 + Sized(max(self.value // 2, self._smallest), self._smallest).sizes
        )

    async def fetch(self, get: Callable[[int], Awaitable[T]]) -> T:
        """`get(size)`, with smaller sizes as long as the shop answers 5xx, too slowly or not to the
        end.

        Raises what the last try raised.
        """
        while True:
            try:
                return await get(self.value)
            except UnavailableError as error:
                if not error.reached or self.value <= self._smallest:
                    raise
                self.value = max(self.value // 2, self._smallest)


def walk_by_page(
    fetch: Callable[[int, int], Awaitable[Page[T]]],
    *,
    identity: Callable[[T], Hashable],
    size: int,
    first: int = 1,
    smallest: int = 10,
    short_is_last: bool = False,
    budget: int = BUDGET,
) -> AsyncGenerator[list[T], None]:
    """Walk by page number: `fetch(page, size)`, the first page being number `first`.

    Otherwise as `walk_by_offset`.
    """

    async def at(position: int, asked: int) -> Page[T]:
        number = position // asked
        page = await fetch(first + number, asked)
        if page.has_next is None and page.total is None and page.pages is not None:
            return msgspec.structs.replace(page, has_next=number + 1 < page.pages)
        return page

    return _walk_numbered(
        at,
        identity,
        Sized(size, smallest),
        short_is_last=short_is_last,
        budget=budget,
        whole_pages=True,
    )


def walk_by_offset(
    fetch: Callable[[int, int], Awaitable[Page[T]]],
    *,
    identity: Callable[[T], Hashable],
    size: int,
    smallest: int = 10,
    short_is_last: bool = False,
    budget: int = BUDGET,
) -> AsyncGenerator[list[T], None]:
    """Walk by position: `fetch(offset, size)`; read again until a whole pass brings nothing new.

    Items that leave the list between two pages move the others across a page border unseen. So a
    list of several pages is read again, `PASSES` times at most, until a pass brings nothing new.
    Each identity is given once. `short_is_last` ends a pass at a page shorter than asked for: only
    for shops that always fill their pages and state no total. Raises `UnavailableError` if the list
    never settles.
    """
    return _walk_numbered(
        fetch,
        identity,
        Sized(size, smallest),
        short_is_last=short_is_last,
        budget=budget,
        whole_pages=False,
    )


async def _walk_numbered(
    fetch: Callable[[int, int], Awaitable[Page[T]]],
    identity: Callable[[T], Hashable],
    sized: Sized,
    *,
    short_is_last: bool,
    budget: int,
    whole_pages: bool,
) -> AsyncGenerator[list[T], None]:
    async def get(position: int, size: int) -> tuple[Page[T], int, int]:
        start = position // size * size if whole_pages else position
        return await fetch(start, size), start, size

    seen, left = set[Hashable](), budget
    for number in range(PASSES):
        before, position, reading = len(seen), 0, _Reading[T](identity)
        while not reading.ended:
            if (left := left - 1) < 0:
                raise explain_endless(budget)
            page, start, size = await sized.fetch(partial(get, position))
            fresh = reading.take(page, start, size, seen, short_is_last=short_is_last)
            if fresh:
                yield fresh
            # A shop may cap its pages below what was asked for; a position then moves by what was
            # received.
            position = start + (size if whole_pages else min(size, len(page.items)))
        if reading.is_settled or (number > 0 and len(seen) == before):
            return
    raise UnavailableError(
        f"The shop's list changed during each of {PASSES} readings; it is read again later."
    )


class _Reading(Generic[T]):
    """One pass over a numbered list: when it ends, and whether it can be trusted."""

    def __init__(self, identity: Callable[[T], Hashable]) -> None:
        self._identity = identity
        self._met: set[Hashable] = set()
        self._last: list[Hashable] = []
        self._totals: set[int] = set()
        self._doubled = False
        self._broad = False
        self._reached = 0
        self.ended = False

    @property
    def is_settled(self) -> bool:
        """True if nothing can have moved: all on one page, and as many as the shop says.

        Of several pages no total makes sure: one item may leave and another enter between two of
        them.
        """
        return (
            not self._doubled
            and not self._broad
            and (not self._totals or self._totals == {len(self._met)})
        )

    def take(
        self, page: Page[T], start: int, size: int, seen: set[Hashable], *, short_is_last: bool
    ) -> list[T]:
        """The items of the page that no pass has met before."""
        names = [self._identity(item) for item in page.items]
        if page.total is not None:
            self._totals.add(page.total)
        # Magento gives the last page again for any page past the end.
        if not names or names == self._last:
            self.ended = True
            return []
        self._broad |= bool(self._last) or (len(names) >= size and page.has_next is not False)
        # A smaller page size may begin inside what was read before.
        if start >= self._reached:
            self._doubled |= any(name in self._met for name in names) or len(set(names)) < len(
                names
            )
        self._reached = start + size
        self._last = names
        self._met.update(names)
        self.ended = self._is_last(page, short=len(names) < size and short_is_last)
        fresh = [item for item, name in zip(page.items, names, strict=True) if name not in seen]
        seen.update(names)
        return fresh

    def _is_last(self, page: Page[T], *, short: bool) -> bool:
        """By the shop's own word if it gave one; else by a short page where that is allowed; else
        only an empty page is the end.
        """
        if page.has_next is not None:
            return not page.has_next
        if page.total is not None:
            return len(self._met) >= page.total
        return short


async def walk_by_cursor(
    fetch: Callable[[str | None, int], Awaitable[Page[T]]],
    *,
    size: int,
    smallest: int = 10,
    budget: int = BUDGET,
) -> AsyncGenerator[list[T], None]:
    """Follow `Page.next`: a cursor, or the URL of the next page out of the body or a `Link` header.

    The first page has the cursor None.

    A page may be empty and still lead on. Raises `UnreadableResponseError` if the shop leads back
    to a page that was read.
    """
    sized, cursor, followed = Sized(size, smallest), None, set[str]()
    for _ in range(budget):
        page = await sized.fetch(partial(fetch, cursor))
        if page.items:
            yield list(page.items)
        cursor = page.next
        if not cursor or page.has_next is False or (cursor in followed and not page.items):
            return
        if cursor in followed:
            raise UnreadableResponseError(
                "The shop's list leads back to a page that was already read; its paging does not"
                " end."
            )
        followed.add(cursor)
    raise explain_endless(budget)


def explain_endless(budget: int) -> UnreadableResponseError:
    """The error of a walk that has read as many pages as it may."""
    return UnreadableResponseError(
        f"The shop's list did not end within {budget} pages; its paging seems to run in circles."
    )
