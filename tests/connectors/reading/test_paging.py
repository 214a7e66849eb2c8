"""Walking lists that change, cap, repeat or lie: nothing lost, nothing twice, always an end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    ConnectorError,
    IncompleteListingError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.reading.cursor import walk_by_cursor
from connectors.reading.paging import Page, walk_by_offset, walk_by_page
from connectors.reading.proof import Habits
from tests.connectors.reading.shelf import Shelf, collect, identity, keyed, shelves

# --- quiet lists ---


@given(shelves(), st.integers(1, 9), st.booleans(), st.integers(1, 12))
async def test_walks_by_offset_and_page_give_all_in_order(
    items: list[tuple[int, int]],
    size: int,
    tells: bool,  # noqa: FBT001
    cap: int,
) -> None:
    assert await collect(
        walk_by_offset(
            Shelf(items, tells_total=tells, cap=cap).offset, identity=identity, size=size
        )
    ) == sorted(items)
    assert await collect(
        walk_by_page(Shelf(items, tells_total=tells, cap=cap).page, identity=identity, size=size)
    ) == sorted(items)


# --- lists that change under the walk ---


@pytest.mark.parametrize("kind", ["offset", "page"])
async def test_a_numbered_list_that_shifted_is_read_again(kind: str) -> None:
    items = [(0, number) for number in range(12)]
    shelf = Shelf(list(items), edits={2: lambda now: now.__delitem__(0)})
    walk = (
        walk_by_offset(shelf.offset, identity=identity, size=4)
        if kind == "offset"
        else walk_by_page(shelf.page, identity=identity, size=4)
    )
    assert set(await collect(walk)) == set(items)


@pytest.mark.parametrize("kind", ["offset", "page"])
@given(
    st.integers(5, 30),
    st.dictionaries(st.integers(2, 8), st.integers(0, 29), max_size=2),
    st.integers(2, 9),
)
async def test_an_item_that_leaves_a_numbered_list_without_a_total_hides_no_other(
    kind: str, count: int, leaving: dict[int, int], size: int
) -> None:
    def leave(number: int) -> Callable[[list[tuple[int, int]]], None]:
        def edit(items: list[tuple[int, int]]) -> None:
            items[:] = [item for item in items if item[1] != number]

        return edit

    shelf = Shelf([(number, number) for number in range(count)], tells_total=False)
    shelf.edits = {request: leave(number) for request, number in leaving.items()}
    walk = (
        walk_by_offset(shelf.offset, identity=identity, size=size)
        if kind == "offset"
        else walk_by_page(shelf.page, identity=identity, size=size)
    )
    assert {number for number in range(count) if number not in leaving.values()} <= {
        identity(item) for item in await collect(walk)
    }


@pytest.mark.parametrize("kind", ["offset", "page"])
async def test_a_total_that_stays_the_same_does_not_hide_that_one_left_and_another_entered(
    kind: str,
) -> None:
    shelf = Shelf(
        [(0, number) for number in range(12)],
        edits={2: lambda now: now.__setitem__(slice(None), [*now[1:], (0, 99)])},
    )
    walk = (
        walk_by_offset(shelf.offset, identity=identity, size=4)
        if kind == "offset"
        else walk_by_page(shelf.page, identity=identity, size=4)
    )
    assert {*range(1, 12), 99} <= {identity(item) for item in await collect(walk)}


async def test_a_numbered_list_that_never_holds_still_ends_aloud() -> None:
    shelf = Shelf([(0, number) for number in range(200)])
    fresh = iter(range(1000, 9000))

    def edit(now: list[tuple[int, int]]) -> None:
        now.pop(0)
        now.append((1, next(fresh)))
        now.append((1, next(fresh)))

    shelf.edits = dict.fromkeys(range(2, 4000, 5), edit)
    with pytest.raises(UnavailableError, match="changed during each"):
        await collect(walk_by_offset(shelf.offset, identity=identity, size=10))


# --- shops that lie ---


async def test_a_shop_that_repeats_its_last_page_past_the_end_is_at_its_end() -> None:
    async def magento(number: int, size: int) -> Page[tuple[int, int]]:
        items = [(0, name) for name in range(10)]
        start = min((number - 1) * size, 8)
        return Page(items=items[start : start + size])

    assert len(await collect(walk_by_page(magento, identity=identity, size=4))) == 10


async def test_a_shop_that_ignores_all_paging_is_believed_only_with_a_count() -> None:
    async def cut(*_: int) -> Page[tuple[int, int]]:
        return Page(items=[(number, number) for number in range(10)])

    async def counted(*_: int) -> Page[tuple[int, int]]:
        return Page(items=[(number, number) for number in range(10)], total=10)

    habits = Habits()
    habits.counts_all = True
    for walk in (walk_by_page, walk_by_offset):
        with pytest.raises(IncompleteListingError, match="the same 10 for every page"):
            await collect(walk(cut, identity=identity, size=4))
        found = await collect(walk(counted, identity=identity, size=50, habits=habits))
        assert len(found) == 10


async def test_short_pages_are_the_end_only_where_that_is_said() -> None:
    for short_is_last, requests in ((True, 3), (False, 4)):  # in each of two readings
        shelf = Shelf([(0, number) for number in range(10)], tells_total=False)
        assert (
            len(
                await collect(
                    walk_by_offset(
                        shelf.offset, identity=identity, size=4, short_is_last=short_is_last
                    )
                )
            )
            == 10
        )
        assert len(shelf.requests) == 2 * requests


async def test_pages_are_counted_where_the_shop_tells_how_many() -> None:
    shelf = Shelf([(0, number) for number in range(8)], tells_total=False)

    async def counted(number: int, size: int) -> Page[tuple[int, int]]:
        page = await shelf.page(number + 1, size)
        return Page(items=page.items, pages=2)

    assert len(await collect(walk_by_page(counted, identity=identity, size=4, first=0))) == 8
    # The last page is full, so the empty one behind it is asked for.
    assert len(shelf.requests) == 2 * 3


async def test_a_list_without_end_is_given_up() -> None:
    async def endless(start: int, size: int) -> Page[tuple[int, int]]:
        return Page(items=[(0, start + number) for number in range(size)])

    with pytest.raises(UnreadableResponseError, match="did not end within 20 pages"):
        await collect(walk_by_offset(endless, identity=identity, size=4, budget=20))


# --- cursors and links ---


async def test_a_cursor_is_followed_to_its_end_through_empty_pages() -> None:
    asked: list[tuple[str | None, int]] = []
    pages = {
        None: Page(items=[(0, 1)], next="b"),
        "b": Page[tuple[int, int]](items=[], next="c"),
        "c": Page(items=[(0, 2)], next=None),
    }

    async def fetch(cursor: str | None, size: int) -> Page[tuple[int, int]]:
        asked.append((cursor, size))
        return pages[cursor]

    assert await collect(walk_by_cursor(fetch, size=7)) == [(0, 1), (0, 2)]
    assert asked == [(None, 7), ("b", 7), ("c", 7)]


@pytest.mark.parametrize(
    "last",
    [Page(items=[(0, 2)], next="b", has_next=False), Page[tuple[int, int]](items=[], next="b")],
)
async def test_a_cursor_left_over_at_the_end_is_not_followed(last: Page[tuple[int, int]]) -> None:
    async def fetch(cursor: str | None, _: int) -> Page[tuple[int, int]]:
        return Page(items=[(0, 1)], next="b") if cursor is None else last

    assert len(await collect(walk_by_cursor(fetch, size=7))) == 1 + len(last.items)


@pytest.mark.parametrize("items", [[(0, 1)], []], ids=["full pages", "empty pages"])
async def test_a_cursor_that_leads_back_ends_the_walk_aloud(items: list[tuple[int, int]]) -> None:
    async def fetch(cursor: str | None, _: int) -> Page[tuple[int, int]]:
        return Page(items=items, next="bb" if cursor == "b" else "b")

    with pytest.raises(UnreadableResponseError, match="leads back"):
        await collect(walk_by_cursor(fetch, size=7))


# --- shops that break down under large pages ---


@pytest.mark.parametrize("kind", ["key", "offset", "page"])
async def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(kind: str) -> None:
    shelf = Shelf([(number // 3, number) for number in range(150)])

    def break_down(_: list[tuple[int, int]]) -> None:
        if shelf.requests[-1][2] > 30:
            raise UnavailableError("504")

    shelf.edits = dict.fromkeys(range(1, 999), break_down)
    walks: dict[str, Callable[[], AsyncIterator[list[tuple[int, int]]]]] = {
        "key": lambda: keyed(shelf, 100),
        "offset": lambda: walk_by_offset(shelf.offset, identity=identity, size=100),
        "page": lambda: walk_by_page(shelf.page, identity=identity, size=100),
    }
    assert len(await collect(walks[kind]())) == 150
    assert [request[2] for request in shelf.requests[:4]] == [100, 50, 25, 25]


async def test_a_size_that_fails_in_the_middle_is_made_smaller_without_a_gap() -> None:
    for fetched in ("offset", "page"):
        shelf = Shelf([(0, number) for number in range(95)])

        def break_down(_: list[tuple[int, int]], shelf: Shelf = shelf) -> None:
            if shelf.requests[-1][2] > 10:
                raise UnavailableError("504")

        shelf.edits = dict.fromkeys(range(3, 999), break_down)
        walk = walk_by_offset if fetched == "offset" else walk_by_page
        assert (
            len(
                await collect(
                    walk(getattr(shelf, fetched), identity=identity, size=25, smallest=10)
                )
            )
            == 95
        )


@pytest.mark.parametrize(
    "error", [UnavailableError("down", reached=False), UnreadableResponseError("html")]
)
async def test_other_failures_end_the_walk_at_once(error: ConnectorError) -> None:
    shelf = Shelf([(0, 1)], failures=[error])
    with pytest.raises(type(error)):
        await collect(keyed(shelf, 100))
    assert len(shelf.requests) == 1


async def test_the_smallest_page_failing_too_ends_the_walk() -> None:
    shelf = Shelf([(0, 1)], failures=[UnavailableError("504")] * 9)
    with pytest.raises(UnavailableError):
        await collect(keyed(shelf, 100, smallest=10))
    assert [request[2] for request in shelf.requests] == [100, 50, 25, 12, 10]
