"""A list as a shop would page it, edited, capped, unreadable in part or failing as a test says, and
walks of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from connectors.errors import UnavailableError
from connectors.reading.keyset import walk_by_key
from connectors.reading.paging import Page


@dataclass
class Shelf:
    """A list of (key, id) as a shop would page it.

    `edits` run before the request of that number, and requests of the numbers `failures_at` fail;
    `cap` bounds pages from above.
    """

    items: list[tuple[int, int]]
    tells_total: bool = True
    cap: int = 1000
    unreadable: set[int] = field(default_factory=set)
    edits: dict[int, Callable[[list[tuple[int, int]]], None]] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    failures_at: set[int] = field(default_factory=set)
    requests: list[tuple[int, int, int]] = field(default_factory=list)

    def _page(self, key: int, skip: int, size: int) -> Page[tuple[int, int]]:
        self.requests.append((key, skip, size))
        assert len(self.requests) < 5000, "an endless walk"
        if (edit := self.edits.get(len(self.requests))) is not None:
            edit(self.items)
        if len(self.requests) in self.failures_at:
            raise UnavailableError("the shop answered 500")
        if self.failures:
            raise self.failures.pop(0)
        found = sorted(item for item in self.items if item[0] >= key)
        rows = found[skip : skip + min(size, self.cap)]
        shown = [row for row in rows if row[1] not in self.unreadable]
        return Page(items=shown, total=len(found) if self.tells_total else None)

    async def keyed(self, key: int, skip: int, size: int) -> Page[tuple[int, int]]:
        return self._page(key, skip, size)

    async def offset(self, start: int, size: int) -> Page[tuple[int, int]]:
        return self._page(-1, start, size)

    async def page(self, number: int, size: int) -> Page[tuple[int, int]]:
        return self._page(-1, (number - 1) * min(size, self.cap), size)


def identity(item: tuple[int, int]) -> int:
    return item[1]


def key(item: tuple[int, int]) -> int | None:
    return item[0]


async def collect(walk: AsyncIterator[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    found = [item async for items in walk for item in items]
    assert len({identity(item) for item in found}) == len(found), "an item came twice"
    return found


def keyed(shelf: Shelf, size: int = 4, **more: Any) -> AsyncIterator[list[tuple[int, int]]]:
    return walk_by_key(shelf.keyed, start=0, key=key, identity=identity, size=size, **more)


def shelves(most: int = 40) -> st.SearchStrategy[list[tuple[int, int]]]:
    """Few keys, so that ties longer than a page are common."""
    return st.lists(st.integers(0, 6), max_size=most).map(
        lambda keys: [(k, number) for number, k in enumerate(keys)]
    )
