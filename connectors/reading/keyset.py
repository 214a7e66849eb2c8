"""Walk a shop's list by (modified, id), the one order of a list in which no edit during the walk
moves an item past us unseen.

The walk stands at a place: a key, and how many items from that key on to skip. After a page it goes

    to a newer key        if the page holds one: ask from the newest key on, skip nothing
    onward in the key     if it holds none, because more items share the key than fit a page: skip
                          its items except the last ones, with which the next page must begin
    back in the key       if the next page does not begin so: an item was removed or edited; read
                          the key from its beginning, with four times the overlap
    to the end            if nothing comes behind the page

Rules:

  * The key never goes down. An item edited during the walk moves to a newer key, which is still to
    be read.
  * Inside a key a page counts only if it overlaps the one before it. An empty page proves nothing:
    the list got shorter and later items moved up. Neither does a first item that was not on the
    page before, or that has a newer key by now. Only a page of one item leaves no room for overlap.
  * The shop says where the end is: by `has_next`, or by a `total` reached with a page that is not
    full. If it says nothing, the end is an empty page, or a short page with nothing new on it.
  * Each identity is given once, however often it is read.
  * A key begun again more than `PASSES` times never holds still: `UnavailableError`. A walk of more
    than `budget` pages runs in circles: `UnreadableResponseError`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from typing import Any, Generic, Protocol, TypeVar

from connectors.errors import UnavailableError
from connectors.reading.paging import BUDGET, PASSES, Page, Sized, explain_endless

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
) -> AsyncGenerator[list[T], None]:
    """Walk by (modified, id): ask each time from the last key on, so that no edit during the walk
    can move an item past us unseen.

    `fetch(key, skip, size)` gives, in ascending order of (key, id), `size` items whose key is at
    least `key`, without the first `skip`; its `total` counts all from `key` on. `key` reads an
    item's key, None if it cannot. Raises `UnavailableError` if one key never holds still. The rules
    stand at the top of this module.
    """
    sized, seen, before, place, widest = (
        Sized(size, smallest),
        set[Hashable](),
        set[Hashable](),
        _Place(start),
        0,
    )
    for _ in range(budget):
        page, asked = await _fetch_page(fetch, place, sized)
        names = [identity(item) for item in page.items]
        if place.overlaps and (
            not names or names[0] not in before or _is_behind(place, key(page.items[0]))
        ):
            place = place.again(asked)
            continue
        fresh = [item for item, name in zip(page.items, names, strict=True) if name not in seen]
        seen.update(names)
        before = set(names)
        if fresh:
            yield fresh
        widest = max(widest, len(names))
        if _is_last(
            page, place.skip, asked, short=not names or (not fresh and len(names) < widest)
        ):
            return
        newest = max(
            (found for item in page.items if (found := key(item)) is not None), default=place.key
        )
        place = _Place(newest) if newest > place.key else place.onward(len(names), asked)
    raise explain_endless(budget)


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


def _is_last(page: Page[T], skip: int, asked: int, *, short: bool) -> bool:
    """Whether nothing comes behind this page.

    A full page proves more than a count; without a word of the shop `short` decides.
    """
    if page.has_next is not None:
        return not page.has_next
    if page.total is not None:
        return skip + len(page.items) >= page.total and len(page.items) < asked
    return short


class _Place(Generic[K]):
    """Where a walk by key stands: at a key, `skip` items into it.

    `overlaps`: the next page must begin with an item of the last one.
    """

    def __init__(
        self, key: K, skip: int = 0, *, overlaps: bool = False, overlap: int = 1, restarts: int = 0
    ) -> None:
        self.key = key
        self.skip = skip
        self.overlaps = overlaps
        self._overlap = overlap
        self._restarts = restarts

    def onward(self, length: int, asked: int) -> _Place[K]:
        """The next step inside the same key, behind a page of `length` items; a page of less than
        two leaves no room for overlap.
        """
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
