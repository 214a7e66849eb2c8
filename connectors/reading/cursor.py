"""Walk a shop's list by cursor or link to its end. `proof` decides when it is complete."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from typing import TypeVar

from connectors.errors import UnreadableResponseError
from connectors.reading.paging import (
    BUDGET,
    Page,
    Sized,
    Warn,
    explain_endless,
    ignore_warning,
)
from connectors.reading.proof import Evidence, Habits, Verdict
from connectors.reading.row_work import RowWork, work_at_once

T = TypeVar("T")
# By how many rows at most a page grows where no smaller size would do: only tiny ones need that.
_MOST_GROWN = 5


async def walk_by_cursor(
    fetch: Callable[[str | None, int], Awaitable[Page[T]]],
    *,
    size: int,
    identity: Callable[[T], Hashable] = id,
    smallest: int = 10,
    budget: int = BUDGET,
    habits: Habits | None = None,
    warn: Warn = ignore_warning,
    work: RowWork = work_at_once,
) -> AsyncGenerator[list[T], None]:
    """Follow `Page.next`: a cursor, or the URL of the next page out of the body or a `Link` header.

    The first page has the cursor None. A page may be empty and still lead on; an empty one that
    leads to itself is the end. `habits`, `warn` and `work` as for `walk_by_offset`. Raises
    `UnreadableResponseError` if the shop leads back to a page that was read, and
    `IncompleteListingError` if it stops at a full page short of its count.
    """
    sized, cursor, followed = Sized(size, smallest), None, set[str]()
    evidence = Evidence(habits or Habits())
    for _ in range(budget):
        page, asked = await _fetch_cursor(fetch, cursor, sized)
        is_last = page.has_next is False or (not page.items and page.next == cursor)
        cursor = page.next
        if cursor in followed and not is_last:
            raise UnreadableResponseError(
                "The shop's list leads back to a page that was already read; its paging does not"
                " end."
            )
        ends = not cursor or is_last
        if fresh := await work(len(page.items), _take, evidence, page, identity, asked, ends=ends):
            yield fresh
        if not ends:
            followed.add(cursor or "")
            continue
        match evidence.judge():
            case Verdict.NOT_SHOWN:
                raise evidence.explain()
            case Verdict.READ_AGAIN:
                evidence.begin_reading()
                sized.value = _choose_other_size(sized.value, evidence)
                cursor, followed = None, set()
            case verdict:
                if verdict is Verdict.WARN:
                    warn(evidence.describe())
                return
    raise explain_endless(budget)


def _take(
    evidence: Evidence, page: Page[T], identity: Callable[[T], Hashable], asked: int, *, ends: bool
) -> list[T]:
    """The items of the page that were not met before."""
    names = [identity(item) for item in page.items]
    positions = evidence.add_page(
        names, asked=asked, total=page.total, ends=ends, no_rows=page.no_items
    )
    return [page.items[position] for position in positions]


def _choose_other_size(size: int, evidence: Evidence) -> int:
    """About half, and a size with which the last page is not full, whether or not the rows that
    were not given take places: after a full last page nothing shows that a higher count is wrong.
    Pages of one row are always full, so tiny ones grow.
    """
    half = (size + 1) // 2
    sizes = (*range(half, 1, -1), *range(half + 1, size), *range(size + 1, size + _MOST_GROWN))
    lengths = (evidence.rows, evidence.rows + evidence.missing)
    fitting = (other for other in sizes if other > 1 and all(rows % other for rows in lengths))
    return next(fitting, half)


async def _fetch_cursor(
    fetch: Callable[[str | None, int], Awaitable[Page[T]]], cursor: str | None, sized: Sized
) -> tuple[Page[T], int]:
    async def get(size: int) -> tuple[Page[T], int]:
        return await fetch(cursor, size), size

    return await sized.fetch(get)
