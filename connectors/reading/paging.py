"""Walk a shop's list by number to its end, without losing, doubling or looping. A `fetch`
gets one page; there is no HTTP here. When a list is complete is decided by `proof`.

A numbered walk moves by the rows it received. A first page shorter than asked teaches the size to
ask for: shops cap their pages in silence, and count pages by their own size or by ours.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

import msgspec

from connectors.errors import RefusedError, UnavailableError, UnreadableResponseError
from connectors.reading.proof import Evidence, Habits, Verdict
from connectors.reading.row_work import RowWork, work_at_once

T = TypeVar("T")
# Pages of one walk; a walk that needs more is a loop, or a window of a million orders.
BUDGET = 10_000
# Behind so many empty pages in a row a list is over, whatever its count says.
_MOST_EMPTY = 3
Warn = Callable[[str], None]
Probe = Callable[[], Awaitable[None]]
# A list whose items move while we count its pages is read again at most this often.
PASSES = 4


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page. What the shop says about the rest is None where it says nothing.

    `total`: how many items the whole list has; `pages`: how many pages; `has_next`: whether there
    is another; `next`: the cursor or URL of the next page (empty: none). A 204 or a 404 past the
    end is `Page(items=(), has_next=False)`. `no_items`: entries of the page that are none, e.g. a
    null for what the shop could not load.
    """

    items: Sequence[T]
    total: int | None = None
    pages: int | None = None
    has_next: bool | None = None
    next: str | None = None
    no_items: int = 0


def ignore_warning(text: str) -> None:
    """Say nothing."""


async def ask_nothing() -> None:
    """Ask nothing."""


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
        if self.value <= self._smallest:
            return 1
        return 1 + Sized(max(self.value // 2, self._smallest), self._smallest).sizes

    async def fetch(self, get: Callable[[int], Awaitable[T]]) -> T:
        """`get(size)`, with smaller sizes as long as the shop answers 5xx, too slowly or not to the
        end. Raises what the last try raised.
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
    habits: Habits | None = None,
    warn: Warn = ignore_warning,
    probe: Probe = ask_nothing,
    work: RowWork = work_at_once,
) -> AsyncGenerator[list[T], None]:
    """Walk by page number: `fetch(page, size)`, the first page being number `first`.

    Otherwise as `walk_by_offset`.
    """

    async def fetch_at(position: int, asked: int) -> Page[T]:
        number = position // asked
        page = await fetch(first + number, asked)
        if page.total is None and page.pages is not None:
            # So many rows at least, and the last page is not empty.
            least = (page.pages - 1) * asked + 1
            return msgspec.structs.replace(page, total=max(least, position + len(page.items)))
        return page

    return _Numbered(
        fetch_at,
        identity,
        Sized(size, smallest),
        habits,
        warn,
        probe,
        work,
        short_is_last=short_is_last,
    ).walk(budget, whole_pages=True)


def walk_by_offset(
    fetch: Callable[[int, int], Awaitable[Page[T]]],
    *,
    identity: Callable[[T], Hashable],
    size: int,
    smallest: int = 10,
    short_is_last: bool = False,
    budget: int = BUDGET,
    habits: Habits | None = None,
    warn: Warn = ignore_warning,
    probe: Probe = ask_nothing,
    work: RowWork = work_at_once,
) -> AsyncGenerator[list[T], None]:
    """Walk by position: `fetch(offset, size)`; read again until a whole pass brings nothing new.

    Items that leave the list between two pages move the others across a page border unseen. So a
    list of several pages is read again, `PASSES` times at most, until a pass brings nothing new.
    Each identity is given once. `short_is_last` ends a pass at a page shorter than asked for, once
    a page as long as asked was seen: only for shops that always fill their pages. `habits`
    remembers from walk to walk what the shop has shown; `warn` is given one sentence where the shop
    counts more than it gives. `probe` is awaited where the walk could end if the shop's count were
    known to be of the whole list; it may teach that to `habits`. `work` takes a page's rows in.
    Raises `UnavailableError` if the list never settles, and `IncompleteListingError` if its end is
    never shown.
    """
    return _Numbered(
        fetch,
        identity,
        Sized(size, smallest),
        habits,
        warn,
        probe,
        work,
        short_is_last=short_is_last,
    ).walk(budget, whole_pages=False)


class _Numbered(Generic[T]):
    """One walk by page number or by position."""

    def __init__(
        self,
        fetch: Callable[[int, int], Awaitable[Page[T]]],
        identity: Callable[[T], Hashable],
        sized: Sized,
        habits: Habits | None,
        warn: Warn,
        probe: Probe,
        work: RowWork,
        *,
        short_is_last: bool,
    ) -> None:
        self._fetch = fetch
        self._identity = identity
        self._sized = sized
        self._evidence = Evidence(habits or Habits())
        self._warn = warn
        self._probe = probe
        self._work = work
        self._short_is_last = short_is_last
        self._learned: int | None = None
        self._pages = 0
        self._doubled = False
        self._was_full = False

    async def walk(self, budget: int, *, whole_pages: bool) -> AsyncGenerator[list[T], None]:
        """The rows, page by page, each once."""
        evidence, left = self._evidence, budget
        while True:
            position, empty, first = 0, 0, True
            while first or evidence.judge() is Verdict.ASK_MORE or self._may_skip(position, empty):
                if (left := left - 1) < 0:
                    raise explain_endless(budget)
                page, start, asked = await self._fetch_at(position, whole_pages=whole_pages)
                self._learn_size(page, asked, first=first)
                overlap = position - start
                if fresh := await self._work(len(page.items), self._take, page, asked, overlap):
                    yield fresh
                if evidence.needs_proof_of_count:
                    await self._probe()
                length = len(page.items)
                empty = 0 if length else empty + 1
                is_step = whole_pages and asked == self._sized.value
                position = start + (asked if is_step or not length else min(asked, length))
                first = False
            if self._is_over():
                return
            self._begin_again()

    async def _fetch_at(self, position: int, *, whole_pages: bool) -> tuple[Page[T], int, int]:
        """The page at a position, or, by whole pages, the page that holds it; where it starts, and
        the size that was asked for.
        """

        async def get(size: int) -> tuple[Page[T], int, int]:
            start = position // size * size if whole_pages else position
            return await self._fetch(start, size), start, size

        try:
            return await self._sized.fetch(get)
        except RefusedError:
            # Some shops take a few sizes only, and not the one that their pages have.
            if self._learned is None:
                raise
            self._sized.value, self._learned = self._learned, None
            return await self._sized.fetch(get)

    def _learn_size(self, page: Page[T], asked: int, *, first: bool) -> None:
        length = len(page.items) + page.no_items
        if first and 0 < length < asked and page.has_next is not False:
            self._learned = asked
            self._sized.value = length

    def _take(self, page: Page[T], asked: int, overlap: int) -> list[T]:
        """The items of the page that no reading has met before."""
        names = [self._identity(item) for item in page.items]
        # Behind a full page even an empty one is a page: what stood there may have moved up.
        self._pages += bool(names) or self._was_full
        self._was_full = len(names) >= asked
        self._doubled |= len(set(names)) < len(names)
        positions = self._evidence.add_page(
            names,
            asked=asked,
            total=page.total,
            ends=page.has_next is False,
            overlap=overlap,
            short_is_last=self._short_is_last,
            no_rows=page.no_items,
        )
        return [page.items[position] for position in positions]

    def _may_skip(self, position: int, empty: int) -> bool:
        """Whether an empty page may be a hole: the shop counts rows behind it."""
        total = self._evidence.total or 0
        return 0 < empty < _MOST_EMPTY and self._evidence.missing > 0 and position < total

    def _is_over(self) -> bool:
        """Whether the list has been read; of several pages only if a reading brought nothing new,
        as one item may leave and another enter between two pages.
        """
        evidence = self._evidence
        verdict = evidence.judge()
        if verdict is Verdict.NOT_SHOWN:
            raise evidence.explain()
        settled = (self._pages <= 1 and not self._doubled) or (
            evidence.readings > 1 and not evidence.has_news
        )
        if verdict is Verdict.READ_AGAIN:
            return False
        if not settled:
            if evidence.readings >= PASSES:
                raise UnavailableError(
                    f"The shop's list changed during each of {PASSES} readings; it is read again"
                    " later."
                )
            return False
        if verdict is Verdict.WARN:
            self._warn(evidence.describe())
        return True

    def _begin_again(self) -> None:
        """Begin another reading, in pages of another size where the count contradicted the end."""
        if self._evidence.judge() is Verdict.READ_AGAIN and self._sized.value > 1:
            self._sized.value = (self._sized.value + 1) // 2
        self._learned = None
        self._pages = 0
        self._doubled = False
        self._evidence.begin_reading()


def explain_endless(budget: int) -> UnreadableResponseError:
    """The error of a walk that has read as many pages as it may."""
    return UnreadableResponseError(
        f"The shop's list did not end within {budget} pages; its paging seems to run in circles."
    )
