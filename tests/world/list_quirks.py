"""Lists and counts that lie, in any kind of shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from connectors.testing.faults import Answer, Truncate
from tests.world.catalog import COUNTED, Catalog
from tests.world.lies import Liar

LISTS = Catalog()
COUNTS = Catalog()
_ENTRIES = r"entries of the shop's list are nulls or errors"


def drop_rows(liar: Liar[Any], place: slice) -> Callable[[Any, web.Response], None]:
    """A change that leaves out these rows of a list."""

    def drop(told: Any, _response: web.Response) -> None:
        del liar.anatomy.find_rows(told)[place]

    return drop


@LISTS.add(needs=["count"])
def first_page_is_empty_for_a_moment(liar: Liar[Any]) -> set[str]:
    """The count beside it is right."""
    first = drop_rows(liar, slice(None))
    return liar.change(
        first, lambda seen: liar.anatomy.is_page(seen) and not liar.anatomy.is_later(seen), 1
    )


@LISTS.add(needs=["count"])
def later_page_is_empty_for_a_moment(liar: Liar[Any]) -> set[str]:
    return liar.change(drop_rows(liar, slice(None)), liar.anatomy.is_later, 1)


@LISTS.add(needs=["count"])
def a_page_is_stale_for_a_moment(liar: Liar[Any]) -> set[str]:
    """It lacks the rows that changed last."""
    return liar.change(drop_rows(liar, slice(-2, None)), liar.anatomy.is_page, 1)


def _put_row(liar: Liar[Any], row: Any) -> set[str]:
    """Wherever the third order stands in a list, this row stands in its place."""
    hit = liar.pick_ids(slice(2, 3))

    def put(told: Any, _response: web.Response) -> None:
        rows = liar.anatomy.find_rows(told)
        rows[:] = [row if liar.anatomy.name_row(one) in hit else one for one in rows]

    liar.change(put, liar.anatomy.is_list)
    return hit


@LISTS.add(tells=rf"{_ENTRIES}|{COUNTED}", needs=["brackets"])
def a_row_is_null(liar: Liar[Any]) -> set[str]:
    return _put_row(liar, None)


@LISTS.add(tells=rf"{_ENTRIES}|{COUNTED}", needs=["brackets"])
def a_row_is_an_error(liar: Liar[Any]) -> set[str]:
    return _put_row(liar, {"errors": "Internal Server Error"})


@LISTS.add(fails="hold rows more than once")
def rows_are_doubled(liar: Liar[Any]) -> set[str]:
    def double(told: Any, _response: web.Response) -> None:
        rows = liar.anatomy.find_rows(told)
        rows += rows[:2]

    return liar.change(double, liar.anatomy.is_page)


@LISTS.add()
def rows_of_a_page_are_turned_round(liar: Liar[Any]) -> set[str]:
    return liar.change(lambda told, _: liar.anatomy.find_rows(told).reverse(), liar.anatomy.is_page)


@LISTS.add()
def a_list_fails_once(liar: Liar[Any]) -> set[str]:
    return liar.answer(Answer(503, "{}"), liar.anatomy.is_list, 1)


@LISTS.add()
def a_page_is_cut_off_once(liar: Liar[Any]) -> set[str]:
    return liar.answer(Truncate(), liar.anatomy.is_page, 1)


@LISTS.add(tells=COUNTED, needs=["count"])
def an_order_is_counted_and_never_shown(liar: Liar[Any]) -> set[str]:
    hidden = liar.pick_ids(slice(1, 2))

    def hide(told: Any, _response: web.Response) -> None:
        rows = liar.anatomy.find_rows(told)
        rows[:] = [row for row in rows if liar.anatomy.name_row(row) not in hidden]

    liar.change(hide, liar.anatomy.is_list)
    return hidden


def _recount(liar: Liar[Any], count: Callable[[int, int], int | None]) -> set[str]:
    def change(told: Any, response: web.Response) -> None:
        counted = liar.anatomy.read_count(told, response)
        if counted is not None:
            rows = len(liar.anatomy.find_rows(told))
            liar.anatomy.set_count(told, response, count(counted, rows))

    return liar.change(change, liar.anatomy.is_counted)


@COUNTS.add(spoils=["count", "no low count"])
def count_is_zero(liar: Liar[Any]) -> set[str]:
    return _recount(liar, lambda _count, _rows: 0)


@COUNTS.add(spoils=["count", "no low count"])
def count_is_half(liar: Liar[Any]) -> set[str]:
    return _recount(liar, lambda count, _rows: count // 2)


@COUNTS.add(spoils=["count", "no low count"])
def count_is_too_low(liar: Liar[Any]) -> set[str]:
    return _recount(liar, lambda count, _rows: max(count - 3, 0))


@COUNTS.add(spoils=["count"])
def count_is_negative(liar: Liar[Any]) -> set[str]:
    return _recount(liar, lambda _count, _rows: -1)


# Pages that are too small for another size are always full.
@COUNTS.add(fails="although that page was full", spoils=["count"])
def count_is_too_high(liar: Liar[Any]) -> set[str]:
    """Nothing is missing, which occurs."""
    return _recount(liar, lambda count, _rows: count + 2)


@COUNTS.add(spoils=["count", "no low count"])
def count_is_of_the_page(liar: Liar[Any]) -> set[str]:
    return _recount(liar, lambda _count, rows: rows)


@COUNTS.add(spoils=["count", "no low count"])
def count_is_right_at_a_page_s_edge_only(liar: Liar[Any]) -> set[str]:
    return _recount(liar, lambda count, rows: count // max(rows, 1) * max(rows, 1))
