"""What a Shopify shop, or a proxy before it, leaves out of its lists and counts."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from multidict import MultiDict

from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import START
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.world.catalog import Catalog
from tests.world.lies import Liar, drop_query
from tests.world.list_quirks import drop_rows
from tests.world.shopify.anatomy import ShopifyAnatomy

REST, GRAPHQL = "rest", "graphql"
QUIRKS = Catalog()
Shop = Liar[FakeShopify]
_IS = ShopifyAnatomy()
_COUNT = ("count", "no low count")
# A page that is no longer than one whose list was counted is believed without another count, unless
# the count comes with an answer that is asked for each time.
AT_HAND = "count at hand"
_EACH_TIME = (*_COUNT, AT_HAND)


def _end(told: Any, response: web.Response) -> None:
    response.headers.popall("Link", None)
    _IS.find_holder(told).get("pageInfo", {})["hasNextPage"] = False


def _is_first(seen: SeenRequest) -> bool:
    return _IS.is_page(seen) and not _IS.is_later(seen)


@QUIRKS.add(needs=_COUNT)
def first_page_says_it_is_the_last(liar: Shop) -> set[str]:
    return liar.change(_end, _is_first)


@QUIRKS.add(needs=_COUNT)
def later_pages_say_they_are_the_last(liar: Shop) -> set[str]:
    return liar.change(_end, _IS.is_later)


@QUIRKS.add(needs=_COUNT)
def a_page_says_for_a_moment_that_it_is_the_last(liar: Shop) -> set[str]:
    return liar.change(_end, _IS.is_page, 1)


@QUIRKS.add(needs=_EACH_TIME)
def first_page_is_stale(liar: Shop) -> set[str]:
    return liar.change(drop_rows(liar, slice(-2, None)), _is_first)


@QUIRKS.add(needs=_EACH_TIME)
def every_page_lacks_its_first_row(liar: Shop) -> set[str]:
    return liar.change(drop_rows(liar, slice(0, 1)), _IS.is_page)


@QUIRKS.add(needs=_EACH_TIME)
def pages_are_empty(liar: Shop) -> set[str]:
    return liar.change(drop_rows(liar, slice(None)), _IS.is_page)


@QUIRKS.add(needs=_EACH_TIME)
def first_page_is_empty_and_last(liar: Shop) -> set[str]:
    liar.change(_end, _is_first)
    return liar.change(drop_rows(liar, slice(None)), _is_first)


@QUIRKS.add(needs=_EACH_TIME)
def pages_are_capped_without_a_next(liar: Shop) -> set[str]:
    liar.change(_end, _IS.is_page)
    return liar.change(drop_rows(liar, slice(2, None)), _IS.is_page)


@QUIRKS.add(ways=(REST,))
def pages_are_capped(liar: Shop) -> set[str]:
    def cap(query: MultiDict[str]) -> None:
        query["limit"] = str(min(int(query.get("limit", "50")), 2))

    return liar.change_query(cap, _IS.is_page)


@QUIRKS.add()
def rows_are_shuffled(liar: Shop) -> set[str]:
    liar.shop.shuffles = True
    return set()


@QUIRKS.add()
def cursors_lead_back(liar: Shop) -> set[str]:
    links: list[str] = []

    def repeat(told: Any, response: web.Response) -> None:
        info = _IS.find_holder(told).get("pageInfo", {})
        if info.get("endCursor"):
            links.append(info["endCursor"])
            info["endCursor"] = links[0]
        elif "Link" in response.headers:
            links.append(response.headers["Link"])
            response.headers["Link"] = links[0]

    return liar.change(repeat, _IS.is_page)


@QUIRKS.add(needs=_COUNT)
def there_is_more_without_a_cursor(liar: Shop) -> set[str]:
    def lose(told: Any, response: web.Response) -> None:
        response.headers.popall("Link", None)
        _IS.find_holder(told).get("pageInfo", {})["endCursor"] = None

    return liar.change(lose, _IS.is_page)


@QUIRKS.add()
def cursors_expire(liar: Shop) -> set[str]:
    expired = Answer(400, '{"errors":{"page_info":"Invalid value."}}')
    liar.answer(expired, lambda seen: "page_info" in seen.query, 3)
    words = '{"errors":[{"message":"Invalid cursor for current pagination sort."}]}'
    return liar.answer(Answer(200, words), lambda seen: b'"after":"' in seen.body, 3)


@QUIRKS.add(fails="must be between 1 and 2", ways=(REST,))
def the_page_size_is_refused(liar: Shop) -> set[str]:
    no = Answer(400, '{"errors":{"limit":"must be between 1 and 2"}}')
    return liar.answer(no, lambda seen: int(seen.query.get("limit", "1")) > 2)


@QUIRKS.add(ways=(REST,))
def bounds_are_ignored(liar: Shop) -> set[str]:
    liar.book.add(modified_at=START.replace(year=START.year - 1))
    return drop_query(liar, _IS.is_list, "updated_at_min", "updated_at_max")


@QUIRKS.add(ways=(REST,))
def ids_are_ignored(liar: Shop) -> set[str]:
    return drop_query(liar, lambda seen: "ids" in seen.query, "ids")


@QUIRKS.add(ways=(REST,))
def fields_are_ignored(liar: Shop) -> set[str]:
    return drop_query(liar, _IS.is_list, "fields")


@QUIRKS.add(fails="ignores the id", needs=_COUNT)
def the_id_to_go_on_from_is_ignored(liar: Shop) -> set[str]:
    first: list[Any] = []

    def repeat(told: Any, _response: web.Response) -> None:
        rows = _IS.find_rows(told)
        first.append(list(rows))
        rows[:] = first[0]

    liar.change(repeat, _IS.is_by_id)
    return first_page_says_it_is_the_last(liar)


@QUIRKS.add(fails="drops what was asked for", ways=(REST,))
def a_redirect_drops_the_query(liar: Shop) -> set[str]:
    place = f"{liar.shop.url}/admin/api/2026-10/orders.json"
    moved = Answer(302, "", headers={"Location": place})
    return liar.answer(moved, lambda seen: bool(seen.query) and seen.path.endswith("/orders.json"))


@QUIRKS.add(spoils=["count", AT_HAND])
def counts_fail(liar: Shop) -> set[str]:
    return liar.answer(Answer(500, "{}"), _IS.is_counted)
