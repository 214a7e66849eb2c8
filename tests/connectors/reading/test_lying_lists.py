"""Lists that cap, miscount, leave rows out or stop early: all rows that the shop can load, or an
error or a warning that says what is wrong.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import IncompleteListingError, RefusedError
from connectors.reading.cursor import walk_by_cursor
from connectors.reading.keyset import walk_by_key
from connectors.reading.paging import Page, walk_by_offset, walk_by_page
from tests.connectors.reading.shelf import collect, identity, key


@pytest.mark.parametrize("kind", ["offset", "page"])
@given(
    count=st.integers(0, 40),
    cap=st.integers(2, 12),
    size=st.integers(1, 20),
    word=st.sampled_from(["none", "right", "page", "low", "zero", "high", "so far"]),
    holes=st.sets(st.integers(0, 39), max_size=3),
    by_own_size=st.booleans(),
)
async def test_a_shop_that_caps_miscounts_and_leaves_rows_out_gives_all_it_can_load(
    kind: str, count: int, cap: int, size: int, word: str, holes: set[int], *, by_own_size: bool
) -> None:
    async def at(start: int, asked: int) -> Page[tuple[int, int]]:
        end = min(start + min(cap, asked), count)
        rows = [(0, number) for number in range(start, end) if number not in holes]
        totals = {
            "none": None,
            "right": count,
            "page": len(rows),
            "low": count // 2,
            "zero": 0,
            "high": count + 2,
            "so far": end,
        }
        return Page(items=rows, total=totals[word])

    async def numbered(number: int, asked: int) -> Page[tuple[int, int]]:
        return await at((number - 1) * (min(cap, asked) if by_own_size else asked), asked)

    said: list[str] = []
    walk = (
        walk_by_offset(at, identity=identity, size=size, warn=said.append)
        if kind == "offset"
        else walk_by_page(numbered, identity=identity, size=size, warn=said.append)
    )
    wanted = {number for number in range(count) if number not in holes}
    found = {identity(item) for item in await collect(walk)}
    # A page of nothing but holes looks like the end, where no count speaks against it.
    if found != wanted:
        assert any(
            set(range(start, start + min(cap, size))) <= holes for start in range(count)
        ) or word not in {"right", "high"}
        assert holes
    if word == "right" and found != wanted:
        assert said
    if word == "high":
        assert any(str(count + 2) in text for text in said)


async def test_a_hole_as_long_as_a_page_is_passed_where_the_shop_counts_more() -> None:
    async def holed(start: int, size: int) -> Page[tuple[int, int]]:
        rows = [] if start == 10 else [(0, number) for number in range(start, start + size)]
        return Page(items=[row for row in rows if row[1] < 25], total=25)

    assert len(await collect(walk_by_offset(holed, identity=identity, size=10))) == 25


async def test_a_cursor_that_ends_short_of_the_count_is_followed_again_in_smaller_pages() -> None:
    async def cut(cursor: str | None, size: int) -> Page[tuple[int, int]]:
        start = int(cursor or 0)
        rows = [(0, number) for number in range(start, min(start + size, 30))]
        lost = size > 5 and start + size > 15
        following = str(start + size) if start + size < 30 and not lost else None
        return Page(items=rows, total=30, next=following)

    assert len(await collect(walk_by_cursor(cut, identity=identity, size=10))) == 30


async def test_a_cursor_that_always_ends_short_of_the_count_is_an_error_that_says_so() -> None:
    async def cut(cursor: str | None, size: int) -> Page[tuple[int, int]]:  # noqa: ARG001
        return Page(items=[(0, number) for number in range(size)], total=150)

    with pytest.raises(IncompleteListingError, match=r"counts 150 orders, .*no next page"):
        await collect(walk_by_cursor(cut, identity=identity, size=50))


@pytest.mark.parametrize(("counted", "nulls"), [(10, 1), (4, 3)])
async def test_nulls_at_a_cursors_end_make_up_what_the_shop_counts(
    counted: int, nulls: int
) -> None:
    async def fetch(cursor: str | None, size: int) -> Page[tuple[int, int]]:
        start = int(cursor or 0)
        rows = [(0, number) for number in range(start, min(start + size, counted - nulls))]
        more = start + size < counted
        missing = min(start + size, counted) - start - len(rows)
        following = str(start + size) if more else None
        return Page(items=rows, total=counted, no_items=missing, next=following)

    for size in (10, 4, 2, 1):
        said: list[str] = []
        walk = walk_by_cursor(fetch, identity=identity, size=size, warn=said.append)
        assert len(await collect(walk)) == counted - nulls
        assert f"counts {counted} orders, and {counted - nulls} were found" in said[0]


async def test_nulls_do_not_make_up_for_rows_behind_a_missing_next_link() -> None:
    async def cut(cursor: str | None, size: int) -> Page[tuple[int, int]]:  # noqa: ARG001
        return Page(items=[(0, number) for number in range(size - 1)], total=11, no_items=1)

    with pytest.raises(IncompleteListingError, match="no next page"):
        await collect(walk_by_cursor(cut, identity=identity, size=10))


@pytest.mark.parametrize("count", [1, 6, 20, 25, 30, 31])
async def test_a_count_that_is_too_high_stops_no_list_by_cursor(count: int) -> None:
    async def honest(cursor: str | None, size: int) -> Page[tuple[int, int]]:
        start = int(cursor or 0)
        rows = [(0, number) for number in range(start, min(start + size, count))]
        following = str(start + size) if start + size < count else None
        return Page(items=rows, total=count + 2, next=following)

    said: list[str] = []
    walk = walk_by_cursor(honest, identity=identity, size=10, warn=said.append)
    assert len(await collect(walk)) == count
    assert f"counts {count + 2} orders, and {count} were found" in said[0]


async def test_a_size_that_a_shop_refuses_is_not_insisted_on() -> None:
    async def picky(number: int, size: int) -> Page[tuple[int, int]]:
        if size not in {10, 20, 50}:
            raise RefusedError("limit must be one of 10, 20, 50", status=400)
        rows = [(0, each) for each in range((number - 1) * size, number * size) if each < 7]
        return Page(items=rows)

    assert len(await collect(walk_by_page(picky, identity=identity, size=50))) == 7


@given(
    keys=st.lists(st.integers(0, 30), max_size=40),
    cap=st.integers(2, 12),
    size=st.integers(2, 20),
    word=st.sampled_from(["none", "right", "page", "low", "zero", "high"]),
    holes=st.sets(st.integers(0, 39), max_size=3),
)
async def test_a_list_by_key_that_caps_and_miscounts_gives_all_it_can_load(
    keys: list[int], cap: int, size: int, word: str, holes: set[int]
) -> None:
    items = sorted((each, number) for number, each in enumerate(keys))

    async def fetch(start: int, skip: int, asked: int) -> Page[tuple[int, int]]:
        found = [item for item in items if item[0] >= start]
        cut = found[skip : skip + min(cap, asked)]
        rows = [row for row in cut if row[1] not in holes or word != "right"]
        totals = {
            "none": None,
            "right": len(found),
            "page": len(rows),
            "low": len(found) // 2,
            "zero": 0,
            "high": len(found) + 1,
        }
        return Page(items=rows, total=totals[word])

    said: list[str] = []
    walk = walk_by_key(fetch, start=0, key=key, identity=identity, size=size, warn=said.append)
    found = {identity(item) for item in await collect(walk)}
    wanted = {number for _, number in items if number not in holes or word != "right"}
    assert found == wanted
    assert bool(said) is (word == "high" or (word == "right" and len(wanted) < len(items)))


async def test_a_list_by_key_that_is_not_sorted_is_read_by_position() -> None:
    items = [(0, 0), (9, 1), (1, 2), (2, 3), (8, 4), (3, 5), (4, 6), (7, 7), (5, 8)]

    async def fetch(start: int, skip: int, asked: int) -> Page[tuple[int, int]]:
        found = [item for item in items if item[0] >= start]
        return Page(items=found[skip : skip + asked], total=len(found))

    walk = walk_by_key(fetch, start=0, key=key, identity=identity, size=3)
    assert {identity(item) for item in await collect(walk)} == set(range(9))


async def test_a_list_by_key_that_ignores_the_key_is_an_error_and_no_endless_walk() -> None:
    async def fetch(start: int, skip: int, asked: int) -> Page[tuple[int, int]]:  # noqa: ARG001
        return Page(items=[(number, number) for number in range(10)])

    with pytest.raises(IncompleteListingError, match="the same 10 for every page"):
        await collect(walk_by_key(fetch, start=0, key=key, identity=identity, size=10, budget=30))
