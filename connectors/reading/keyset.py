"""Walk a shop's list by (modified, id), the one order of a list in which no edit during the walk
moves an item past us unseen.

The walk stands at a place: a key, and how many items from that key on to skip. After a page it goes

    to a newer key        if the page holds one: ask from the newest key on, skip nothing
    onward in the key     if it holds none, because more items share the key than fit a page: skip
                          its items except the last ones, of which the next page must hold one
    back in the key       if the next page holds none: an item was removed or edited; read the key
                          from its beginning, with four times the overlap
    to the end            if nothing comes behind the page

Rules:

  * The key never goes down. An item edited during the walk moves to a newer key, which is still to
    be read.
  * Inside a key a page counts only if it overlaps the one before it. An empty page proves nothing:
    the list got shorter and later items moved up. Neither does an item that was on the page before
    and has a newer key by now. Within a key items may stand in any sequence on their page. Only a
    page of one item leaves no room for overlap.
  * The end is an empty page, or a short page with nothing new on it; the shop's `has_next`; or a
    `total` that was reached exactly, by a page that is not full, from a shop whose totals were seen
    to be larger than their pages. A total that is not reached begins the walk again (see `proof`).
  * A list that is not sorted by key is read by position instead.
  * Each identity is given once, however often it is read.
  * A key begun again more than `PASSES` times never holds still: `UnavailableError`. A walk of more
    than `budget` pages runs in circles: `UnreadableResponseError`.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from connectors.errors import UnavailableError
from connectors.reading.paging import (
    BUDGET,
    PASSES,
    Page,
    Probe,
    Sized,
    Warn,
    ask_nothing,
    explain_endless,
    ignore_warning,
    walk_by_offset,
)
from connectors.reading.proof import End, Evidence, Habits, Verdict
from connectors.reading.row_work import RowWork, work_at_once

# Rows that the shop counts and cannot load make a page come again a few times. So often in a row it
# comes only where the shop does not look at what is to be skipped.
_MOST_REPEATS = 10
T = TypeVar("T")
K = TypeVar("K", bound="Ordered")


class Ordered(Protocol):
    """A key that can be compared with its like: a time, or a pair of time and id."""

    def __gt__(self, other: Any, /) -> bool: ...


async def walk_by_key(
    fetch: Callable[[K, int, int], Awaitable[Page[T]]],
    *,
    start: K,
    key: Callable[[T], K | None],
    identity: Callable[[T], Hashable],
    size: int,
    smallest: int = 10,
    budget: int = BUDGET,
    habits: Habits | None = None,
    warn: Warn = ignore_warning,
    probe: Probe = ask_nothing,
    work: RowWork = work_at_once,
) -> AsyncGenerator[list[T], None]:
    """Walk by (modified, id): ask each time from the last key on, so that no edit during the walk
    can move an item past us unseen.

    `fetch(key, skip, size)` gives, in ascending order of (key, id), `size` items whose key is at
    least `key`, without the first `skip`; its `total` counts all from `key` on. `key` reads an
    item's key, None if it cannot. `habits`, `warn`, `probe` and `work` are as for `walk_by_offset`.
    Raises `UnavailableError` if one key never holds still, and `IncompleteListingError` if the end
    is never shown. The rules stand at the top of this module.
    """
    sized, before, place, widest = Sized(size, smallest), list[Hashable](), _Place(start), 0
    evidence, repeats = Evidence(habits := habits or Habits()), 0
    for _ in range(budget):
        page, asked = await _fetch_page(fetch, place, sized)
        if not await work(len(page.items), _is_sorted, page.items, key):
            break
        names = await work(len(page.items), _name_items, page.items, identity)
        shared = (item for name, item in zip(names, page.items, strict=True) if name in before)
        if place.overlaps and all(_is_behind(place, key(item)) for item in shared):
            place = place.again(asked)
            continue
        repeats = repeats + 1 if place.skip and names and names == before else 0
        if repeats >= _MOST_REPEATS:
            evidence.end = End.REPEATED
            raise evidence.explain()
        if fresh := await work(len(names), _take, evidence, page, names, place, asked):
            yield fresh
        if evidence.needs_proof_of_count:
            await probe()
        before, widest = names, max(widest, len(names))
        if _is_last(page, place.skip, asked, habits, widest=0 if fresh else widest):
            evidence.end = evidence.end or End.EMPTY
            if _is_over(evidence, warn):
                return
            evidence.begin_reading()
            sized.value = (sized.value + 1) // 2
            before, place, widest = [], _Place(start), 0
            continue
        newest = await work(len(page.items), partial(_find_newest, page.items, key, place.key))
        place = _Place(newest) if newest > place.key else place.onward(names, asked)
    else:
        raise explain_endless(budget)
    async for page_of_fresh in _walk_unsorted(
        fetch, start, identity, evidence, sized, budget, habits, warn, work
    ):
        yield page_of_fresh


async def _walk_unsorted(  # noqa: PLR0917 -- what its one caller was given
    fetch: Callable[[K, int, int], Awaitable[Page[T]]],
    start: K,
    identity: Callable[[T], Hashable],
    evidence: Evidence,
    sized: Sized,
    budget: int,
    habits: Habits,
    warn: Warn,
    work: RowWork,
) -> AsyncGenerator[list[T], None]:
    """The list by position, without what has been given."""

    async def fetch_at(offset: int, size: int) -> Page[T]:
        return await fetch(start, offset, size)

    warn("The shop does not list by modified time, oldest first; its list is read by position.")
    walk = walk_by_offset(
        fetch_at,
        identity=identity,
        size=sized.value,
        smallest=1,
        budget=budget,
        habits=habits,
        warn=warn,
        work=work,
    )
    async with aclosing(walk) as pages:
        async for items in pages:
            if fresh := await work(len(items), _leave_out_met, items, identity, evidence):
                yield fresh


def _name_items(items: Sequence[T], identity: Callable[[T], Hashable]) -> list[Hashable]:
    return [identity(item) for item in items]


def _leave_out_met(
    items: list[T], identity: Callable[[T], Hashable], evidence: Evidence
) -> list[T]:
    return [item for item in items if not evidence.has_met(identity(item))]


def _find_newest(items: Sequence[T], key: Callable[[T], K | None], otherwise: K) -> K:
    return max(_read_keys(items, key), default=otherwise)


def _read_keys(items: Sequence[T], key: Callable[[T], K | None]) -> list[K]:
    return [found for item in items if (found := key(item)) is not None]


def _is_sorted(items: Sequence[T], key: Callable[[T], K | None]) -> bool:
    keys = _read_keys(items, key)
    return not any(earlier > later for earlier, later in itertools.pairwise(keys))


def _take(
    evidence: Evidence, page: Page[T], names: list[Hashable], place: _Place[K], asked: int
) -> list[T]:
    """The items of the page that were not met before."""
    known = sum(evidence.has_met(name) for name in names)
    total = None
    if page.total is not None and not place.skip and (known < len(names) or not names):
        # The shop counts from the key on; what was met before stands at the page's beginning.
        total = evidence.rows - known + page.total
    positions = evidence.add_page(
        names,
        asked=asked,
        total=total,
        ends=page.has_next is False,
        overlap=known,
        no_rows=page.no_items,
    )
    evidence.end = End.CURSOR if page.has_next is False else None
    return [page.items[position] for position in positions]


def _is_over(evidence: Evidence, warn: Warn) -> bool:
    """Whether the walk is complete; False if the list is to be read again."""
    match evidence.judge():
        case Verdict.NOT_SHOWN:
            raise evidence.explain()
        case Verdict.READ_AGAIN:
            return False
        case Verdict.WARN:
            warn(evidence.describe())
    return True


async def _fetch_page(
    fetch: Callable[[K, int, int], Awaitable[Page[T]]], place: _Place[K], sized: Sized
) -> tuple[Page[T], int]:
    """A page, and the size that was asked for in the end."""

    async def get(size: int) -> tuple[Page[T], int]:
        return await fetch(place.key, place.skip, size), size

    return await sized.fetch(get)


def _is_behind(place: _Place[K], found: K | None) -> bool:
    """Whether a key lies past the one that is being read."""
    return found is not None and found > place.key


def _is_last(page: Page[T], skip: int, asked: int, habits: Habits, *, widest: int) -> bool:
    """Whether nothing comes behind this page; `widest` is how many items a page with nothing new is
    known to have room for, 0 if it holds something new.
    """
    length = len(page.items) + page.no_items
    # A page that was asked to be small is not short.
    exhausted = length < min(widest, asked)
    if page.has_next is not None:
        return not page.has_next
    if page.total is None:
        return exhausted or not length
    if skip + length < page.total:
        return False
    is_full = length >= min(asked, habits.page_size or asked)
    is_counted = habits.counts_all and skip + length == page.total and not is_full
    return is_counted or exhausted or not length


class _Place(Generic[K]):
    """Where a walk by key stands: at a key, `skip` items into it.

    `overlaps`: the next page must begin with an item of the last one.
    """

    def __init__(
        self,
        key: K,
        skip: int = 0,
        *,
        overlaps: bool = False,
        overlap: int = 1,
        restarts: int = 0,
    ) -> None:
        self.key = key
        self.skip = skip
        self.overlaps = overlaps
        self._overlap = overlap
        self._restarts = restarts

    def onward(self, names: Sequence[Hashable], asked: int) -> _Place[K]:
        """The next step inside the same key, behind a page of items with these `names`; a page of
        less than two leaves no room for overlap.
        """
        # An item that stands twice on a page covers one place of the list.
        length = len(set(names))
        step = max(length - self._overlap, 1) if length else asked
        return _Place(
            self.key,
            self.skip + step,
            overlaps=step < length,
            overlap=self._overlap,
            restarts=self._restarts,
        )

    def again(self, size: int) -> _Place[K]:
        """The same key from its beginning, with more overlap."""
        if self._restarts >= PASSES:
            raise UnavailableError(
                f"The shop's list kept changing while its entries of {self.key} were read; they are"
                " read again later."
            )
        return _Place(
            self.key, overlap=min(self._overlap * 4, max(size // 2, 1)), restarts=self._restarts + 1
        )
