"""What a described JSON shop ignores, caps, refuses, counts wrongly or leads astray."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web
from multidict import MultiDict

from connectors.testing.faults import Answer
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.testing.trial import START
from tests.connectors.generic_json.formats.dresses import Dress
from tests.world.catalog import Catalog
from tests.world.generic_json.anatomy import JsonAnatomy
from tests.world.lies import Liar, drop_query
from tests.world.list_quirks import drop_rows

QUIRKS = Catalog()
Shop = Liar[FakeJsonShop]
_IS = JsonAnatomy()
NUMBERED = (Style.PAGE, Style.OFFSET, Style.KEYSET, Style.SCAN, Dress.XML, Dress.CSV)
LED = (Style.CURSOR, Style.LINK, Style.NEXT_URL, Dress.JSON_LINES)
PLACED = (*NUMBERED, Style.GRAPHQL)
COUNTED = (Style.PAGE, Style.OFFSET, Style.KEYSET, Dress.XML, Dress.CSV, *LED)
_ASTRAY = (
    "ignores which page is asked for|leads back to a page|never showed the end|no next page"
    "|ignores the filter by time|changed during each of"
)


@QUIRKS.add(fails="take must not exceed", ways=(*NUMBERED, *LED, Style.GRAPHQL))
def pages_are_capped(liar: Shop) -> set[str]:
    liar.shop.caps = 2
    return set()


@QUIRKS.add(ways=(*NUMBERED, Style.GRAPHQL))
def rows_beyond_a_cap_are_cut_off(liar: Shop) -> set[str]:
    """Pages are numbered by the size that was asked for."""
    return liar.change(drop_rows(liar, slice(2, None)), _IS.is_page)


@QUIRKS.add(ways=(*NUMBERED, *LED))
def page_size_is_ignored(liar: Shop) -> set[str]:
    return liar.change_query(lambda query: query.update(size="3"), _IS.is_list)


@QUIRKS.add(fails="size must be", ways=(*NUMBERED, *LED))
def page_size_is_refused(liar: Shop) -> set[str]:
    words = '{"error":{"message":"size must be 1 or 2"}}'
    return liar.answer(Answer(400, words), lambda seen: int(seen.query.get("size", "1")) > 2)


@QUIRKS.add(fails=_ASTRAY, ways=(*NUMBERED, *LED))
def the_page_asked_for_is_ignored(liar: Shop) -> set[str]:
    return drop_query(liar, _IS.is_list, "page", "offset", "after")


@QUIRKS.add(fails=_ASTRAY, ways=(*NUMBERED, *LED))
def the_query_is_dropped(liar: Shop) -> set[str]:
    def forget(query: MultiDict[str]) -> None:
        query.clear()

    return liar.change_query(forget, _IS.is_list)


@QUIRKS.add(fails="ignores the filter by time")
def bounds_are_ignored(liar: Shop) -> set[str]:
    liar.shop.ignores_filters = True
    liar.book.add(modified_at=START - timedelta(days=30))
    return set()


@QUIRKS.add(fails="drops what was asked for", ways=(*NUMBERED, *LED))
def a_redirect_drops_the_query(liar: Shop) -> set[str]:
    moved = Answer(302, "", headers={"Location": f"{liar.shop.url}/api/orders"})
    return liar.answer(moved, lambda seen: _IS.is_list(seen) and bool(seen.query))


@QUIRKS.add(fails=_ASTRAY, ways=NUMBERED)
def the_last_page_comes_for_every_later_one(liar: Shop) -> set[str]:
    last: list[Any] = []

    def repeat(told: Any, _response: web.Response) -> None:
        rows = _IS.find_rows(told)
        last[:] = rows or last
        rows[:] = last

    return liar.change(repeat, _IS.is_later)


@QUIRKS.add(fails="answered 404", ways=NUMBERED)
def pages_past_the_end_are_not_found(liar: Shop) -> set[str]:
    async def refuse(request: web.Request, handler: Any) -> web.StreamResponse:
        response = await handler(request)
        told = response.text if isinstance(response, web.Response) else ""
        return web.Response(status=404, text="{}") if '"orders":[]' in (told or "") else response

    return liar.answer(refuse, _IS.is_later)


# An answer that is dressed as CSV has no orders then, and no count either.
@QUIRKS.add(fails="expected a (list of orders|count) at")
def a_list_is_an_error_under_200(liar: Shop) -> set[str]:
    said = '{"error":{"message":"No database."},"data":{}}'
    return liar.answer(Answer(200, said), _IS.is_list, 2)


@QUIRKS.add(fails="expected a count at", spoils=["count"], ways=COUNTED)
def counts_are_missing(liar: Shop) -> set[str]:
    return liar.change(lambda told, answer: _IS.set_count(told, answer, None), _IS.is_list)


def _end(told: Any, response: web.Response) -> None:
    response.headers.popall("Link", None)
    if isinstance(told, dict):
        told["next"] = None


@QUIRKS.add(fails="no next page", needs=["count", "no low count"], ways=LED)
def the_first_page_says_it_is_the_last(liar: Shop) -> set[str]:
    return liar.change(_end, lambda seen: _IS.is_page(seen) and not _IS.is_later(seen))


@QUIRKS.add(fails="no next page", needs=["count", "no low count"], ways=LED)
def later_pages_say_they_are_the_last(liar: Shop) -> set[str]:
    return liar.change(_end, _IS.is_later)


@QUIRKS.add(needs=["count", "no low count"], ways=LED)
def a_page_says_for_a_moment_that_it_is_the_last(liar: Shop) -> set[str]:
    return liar.change(_end, _IS.is_page, 1)


@QUIRKS.add(fails="leads back to a page", ways=(Style.CURSOR, Style.NEXT_URL))
def the_next_page_is_always_the_second(liar: Shop) -> set[str]:
    known: list[str] = []

    def repeat(told: Any, _response: web.Response) -> None:
        if told.get("next"):
            known.append(told["next"])
            told["next"] = known[0]

    return liar.change(repeat, _IS.is_page)


@QUIRKS.add()
def an_order_has_no_time(liar: Shop) -> set[str]:
    hit = liar.pick_ids(slice(1, 2))

    def forget(told: Any, _response: web.Response) -> None:
        for row in [*_IS.find_rows(told), told.get("order") if isinstance(told, dict) else None]:
            if _IS.name_row(row) in hit:
                row["changed"] = None

    liar.change(forget, _IS.is_whole)
    return hit


@QUIRKS.add()
def side_fields_are_odd(liar: Shop) -> set[str]:
    def spoil(told: Any, _response: web.Response) -> None:
        for row in _IS.find_rows(told):
            if isinstance(row, dict):
                row |= {"shipping": [], "parcels": None}

    return liar.change(spoil, _IS.is_list)


_LOST = "The shop fails over orders of its list"


@QUIRKS.add(tells=_LOST, ways=PLACED)
def an_order_breaks_its_lists(liar: Shop) -> set[str]:
    return liar.break_orders(liar.pick_ids(slice(1, 2)), _IS.is_list)


@QUIRKS.add(tells=_LOST, ways=PLACED)
def neighbors_break_their_lists(liar: Shop) -> set[str]:
    return liar.break_orders(liar.pick_ids(slice(1, 4)), _IS.is_list)


@QUIRKS.add(tells=_LOST, ways=PLACED)
def many_orders_break_their_lists(liar: Shop) -> set[str]:
    return liar.break_orders(liar.pick_ids(slice(1, 10)), _IS.is_list)
