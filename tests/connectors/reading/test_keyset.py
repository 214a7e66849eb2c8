"""Walking lists by (modified, id) while they change, tie or lie: nothing lost, nothing twice,
always an end.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import UnavailableError
from connectors.reading.keyset import walk_by_key
from connectors.reading.paging import Page
from tests.connectors.reading.shelf import Shelf, collect, identity, key, keyed, shelves


@given(
    shelves(),
    st.integers(1, 9),
    st.booleans(),
    st.integers(1, 12),
    st.sets(st.integers(0, 40), max_size=8),
)
async def test_a_walk_by_key_gives_all_in_order(
    items: list[tuple[int, int]],
    size: int,
    tells: bool,  # noqa: FBT001
    cap: int,
    bad: set[int],
) -> None:
    shelf = Shelf(
        items, tells_total=tells, cap=cap, unreadable=bad if tells and cap >= size else set()
    )
    assert await collect(keyed(shelf, size)) == sorted(
        item for item in items if identity(item) not in shelf.unreadable
    )


async def test_a_quiet_walk_by_key_asks_no_more_than_it_must() -> None:
    shelf = Shelf([(number, number) for number in range(10)])
    await collect(keyed(shelf))
    assert [request[:2] for request in shelf.requests] == [(0, 0), (3, 0), (6, 0), (9, 0)]


async def test_ties_longer_than_a_page_are_read_by_overlapping_steps() -> None:
    shelf = Shelf([(5, number) for number in range(9)])
    await collect(keyed(shelf))
    assert [request[:2] for request in shelf.requests] == [(0, 0), (5, 0), (5, 3), (5, 6)]


async def test_a_list_of_nothing_costs_one_request() -> None:
    for tells in (True, False):
        shelf = Shelf([], tells_total=tells)
        assert await collect(keyed(shelf)) == []
        assert len(shelf.requests) == 1


async def test_an_item_whose_key_cannot_be_read_does_not_stop_the_walk() -> None:
    shelf = Shelf([(1, number) for number in range(12)])
    found = await collect(
        walk_by_key(shelf.keyed, start=0, key=lambda _: None, identity=identity, size=4)
    )
    assert len(found) == 12


async def test_a_page_of_nothing_but_unreadable_rows_is_not_the_end() -> None:
    """WooCommerce leaves out what it cannot load after it has counted and cut the page."""
    for items in (
        [(number, number) for number in range(30)],
        [(5, number) for number in range(30)],
    ):
        shelf = Shelf(list(items), unreadable=set(range(8)) | set(range(13, 20)))
        assert await collect(keyed(shelf)) == [
            item for item in items if item[1] not in shelf.unreadable
        ]


@settings(max_examples=300)
@given(st.data(), shelves(), st.integers(2, 6), st.booleans())
async def test_no_edit_during_a_walk_by_key_loses_another_item(
    data: st.DataObject,
    items: list[tuple[int, int]],
    size: int,
    tells: bool,  # noqa: FBT001
) -> None:
    touched: set[int] = set()

    def edit(now: list[tuple[int, int]]) -> None:
        """One item or a crowd is deleted, or gets the key of this moment."""
        places = data.draw(st.sets(st.integers(0, 40), max_size=12))
        leaving = {item for place, item in enumerate(sorted(now)) if place in places}
        moment = 100 + len(shelf.requests) if data.draw(st.booleans()) else None
        touched.update(identity(item) for item in leaving)
        now[:] = [item for item in now if item not in leaving]
        if moment is not None:
            now += [(moment, identity(item)) for item in leaving]

    shelf = Shelf(list(items), tells_total=tells, edits=dict.fromkeys(range(2, 8), edit))
    try:
        found = await collect(keyed(shelf, size))
    except UnavailableError:
        return  # it gave up aloud, and will be read again
    assert {item for item in items if identity(item) not in touched} <= set(found)


async def test_ties_that_shift_under_the_walk_are_read_from_their_beginning() -> None:
    shelf = Shelf([(5, number) for number in range(20)])
    shelf.edits[3] = lambda items: items.__delitem__(slice(0, 3))
    found = await collect(keyed(shelf))
    assert {item for item in found if item[1] >= 3} == {(5, number) for number in range(3, 20)}
    assert (5, 0) in [request[:2] for request in shelf.requests[3:]]


async def test_ties_that_never_hold_still_end_the_walk_aloud() -> None:
    shelf = Shelf([(5, number) for number in range(400)])
    shelf.edits = dict.fromkeys(range(2, 400), lambda items: items.__delitem__(slice(0, 8)))
    with pytest.raises(UnavailableError, match="kept changing"):
        await collect(keyed(shelf, 4))


async def test_a_shop_whose_total_is_too_low_loses_nothing_while_its_pages_are_full() -> None:
    async def low(position: int, skip: int, size: int) -> Page[tuple[int, int]]:
        found = [(k, k) for k in range(10) if k >= position][skip : skip + size]
        return Page(items=found, total=1)

    assert len(await collect(walk_by_key(low, start=0, key=key, identity=identity, size=4))) == 10


async def test_a_shop_that_ignores_the_key_is_read_to_its_end() -> None:
    shelf = Shelf([(number, number) for number in range(10)])

    async def deaf(_: int, skip: int, size: int) -> Page[tuple[int, int]]:
        return await shelf.keyed(-1, skip, size)

    assert len(await collect(walk_by_key(deaf, start=5, key=key, identity=identity, size=4))) == 10


async def test_ties_that_shrink_to_less_than_was_walked_are_read_again() -> None:
    ties = list(range(10))

    async def fetch(key: int, skip: int, size: int) -> Page[int]:  # noqa: ARG001 -- all have the same key
        if skip >= 8:
            # Edited while we read: four of those we have seen leave this key, and the last ones
            # move up.
            del ties[:4]
            return Page(items=[], total=len(ties))
        return Page(items=ties[skip : skip + size], total=len(ties))

    walked = [
        item
        async for page in walk_by_key(
            fetch, start=0, key=lambda _item: 0, identity=lambda item: item, size=5
        )
        for item in page
    ]
    assert sorted(walked) == list(range(10))


async def test_an_item_that_comes_again_under_a_newer_key_is_no_sign_that_nothing_was_skipped() -> (
    None
):
    def edit(items: list[tuple[int, int]]) -> None:
        """Two of the ties that were given leave for the end, just far enough that one of them
        begins the page with the next step.
        """
        items[:] = [*items[2:], (9, 0), (9, 1)]

    shelf = Shelf([(5, number) for number in range(8)] + [(6, 8)], edits={3: edit})
    assert (6, 8) in await collect(keyed(shelf, 8))


async def test_an_item_met_under_an_older_key_is_no_sign_that_nothing_was_skipped() -> None:
    def edit(items: list[tuple[int, int]]) -> None:
        """One that came first is edited into the crowd, to stand where the next step begins."""
        items[:] = [(5, 10) if item == (1, 10) else item for item in items]

    def leave(items: list[tuple[int, int]]) -> None:
        items[:] = [item for item in items if item[1] > 2]

    shelf = Shelf(
        [(1, 10), *((5, number) for number in range(10)), (5, 11)], edits={2: edit, 3: leave}
    )
    assert {(5, 8), (5, 9), (5, 11)} <= set(await collect(keyed(shelf, 8)))


async def test_a_page_that_was_asked_to_be_small_is_no_short_one() -> None:
    """Six items of one key: the page of 4 at that key fails, and the one of 2 holds nothing new."""
    shelf = Shelf([(1, 1), (1, 2), (2, 3), (2, 4), (2, 5), (2, 6), (2, 7)], tells_total=False)
    shelf.failures_at = {2}
    found = await collect(keyed(shelf, 4, smallest=2))
    assert sorted(found) == shelf.items
