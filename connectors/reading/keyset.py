"""Walk a shop's list by (modified, id), the one order of a list in which no edit during the walk
moves an item past us unseen.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from typing import Any, Generic, Protocol, TypeVar

from connectors.errors import UnavailableError
from connectors.reading.paging import BUDGET, PASSES, Page, Sized, endless

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
    item's key, None if it cannot. Ties that do not fit one page are read by overlapping steps
    inside the key: a step that begins with an item of the last one skipped nothing; after any other
    the key is read from its beginning. Each identity is given once. Raises `UnavailableError` if
    one key never holds still.
    """
    sized, seen, before, place, widest = (
        Sized(size, smallest),
        set[Hashable](),
        set[Hashable](),
        _Place(start),
        0,
    )
    for _ in range(budget):
        page, asked = await _measured(fetch, place, sized)
        names = [identity(item) for item in page.items]
        # An empty page proves nothing: the list got shorter, and what stood behind moved to where
        # we have been. Nor does an item that was met elsewhere, or under another key than it has by
        # now: it was edited and came from there.
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
        if _walked(page, place.skip, asked, short=not names or (not fresh and len(names) < widest)):
            return
        newest = max(
            (found for item in page.items if (found := key(item)) is not None), default=place.key
        )
        place = _Place(newest) if newest > place.key else place.onward(len(names), asked)
    raise endless(budget)


async def _measured(
    fetch: Callable[[K, int, int], Awaitable[Page[T]]], place: _Place[K], sized: Sized
) -> tuple[Page[T], int]:
    """A page, and the size that was asked for in the end."""

    async def get(size: int) -> tuple[Page[T], int]:
        return await fetch(place.key, place.skip, size), size

    return await sized.fetch(get)


def _is_behind(place: _Place[K], found: K | None) -> bool:
    """Whether a key lies past the one that is being read."""
    return found is not None and found > place.key


def _walked(page: Page[T], skip: int, asked: int, *, short: bool) -> bool:
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
