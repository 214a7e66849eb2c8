"""Lists and counts that lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.world.shopify import requests as asked
from tests.world.shopify.catalog import add_quirk, change_answers


def _end(told: Any, response: web.Response) -> None:
    response.headers.pop("Link", None)
    asked.find_list(told)["info"]["hasNextPage"] = False


@add_quirk
def first_page_says_it_is_the_last(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_first_page, _end)


@add_quirk
def later_page_says_it_is_the_last(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_later_page, _end)


def _drop(place: slice) -> Callable[[Any, web.Response], None]:
    def drop(told: Any, _response: web.Response) -> None:
        del asked.find_list(told)["rows"][place]

    return drop


@add_quirk
def first_page_is_stale(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_first_page, _drop(slice(-2, None)))


@add_quirk
def every_page_lacks_its_first_row(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_page, _drop(slice(0, 1)))


@add_quirk
def first_page_is_empty(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_first_page, _drop(slice(None)))


@add_quirk
def later_page_is_empty(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_later_page, _drop(slice(None)))


@add_quirk
def first_page_is_empty_and_last(shop: FakeShopify) -> set[str]:
    change_answers(shop, asked.is_first_page, _end)
    return first_page_is_empty(shop)


@add_quirk
def pages_are_capped_without_a_next(shop: FakeShopify) -> set[str]:
    change_answers(shop, asked.is_page, _end)
    return change_answers(shop, asked.is_page, _drop(slice(2, None)))


def _put(row: Any) -> Callable[[Any, web.Response], None]:
    def put(told: Any, _response: web.Response) -> None:
        rows = asked.find_list(told)["rows"]
        if rows:
            rows[len(rows) // 2] = row

    return put


@add_quirk
def a_row_is_null(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_page, _put(None))


@add_quirk
def a_row_is_an_error(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_page, _put({"errors": "Internal Server Error"}))


@add_quirk
def rows_are_doubled(shop: FakeShopify) -> set[str]:
    def double(told: Any, _response: web.Response) -> None:
        rows = asked.find_list(told)["rows"]
        rows += rows[:2]

    return change_answers(shop, asked.is_page, double)


@add_quirk
def rows_of_a_page_are_turned_round(shop: FakeShopify) -> set[str]:
    return change_answers(
        shop, asked.is_page, lambda told, _: asked.find_list(told)["rows"].reverse()
    )


@add_quirk
def rows_are_shuffled(shop: FakeShopify) -> set[str]:
    shop.shuffles = True
    return set()


@add_quirk
def cursor_leads_back(shop: FakeShopify) -> set[str]:
    links: list[str] = []

    def repeat(told: Any, response: web.Response) -> None:
        info = asked.find_list(told)["info"]
        if info.get("endCursor"):
            links.append(info["endCursor"])
            info["endCursor"] = links[0]
        elif "Link" in response.headers:
            links.append(response.headers["Link"])
            response.headers["Link"] = links[0]

    return change_answers(shop, asked.is_page, repeat)


@add_quirk
def there_is_more_without_a_cursor(shop: FakeShopify) -> set[str]:
    def lose(told: Any, response: web.Response) -> None:
        response.headers.pop("Link", None)
        asked.find_list(told)["info"]["endCursor"] = None

    return change_answers(shop, asked.is_page, lose)


@add_quirk
def cursors_expire(shop: FakeShopify) -> set[str]:
    expired = Answer(400, '{"errors":{"page_info":"Invalid value."}}')
    shop.faults.add(expired, when=lambda seen: "page_info" in seen.query, times=3)
    words = '{"errors":[{"message":"Invalid cursor for current pagination sort."}]}'
    shop.faults.add(Answer(200, words), when=lambda seen: b'"after":"' in seen.body, times=3)
    return set()


@add_quirk
def limit_refused(shop: FakeShopify) -> set[str]:
    no = Answer(400, '{"errors":{"limit":"must be between 1 and 2"}}')
    shop.faults.add(no, when=lambda seen: int(seen.query.get("limit", 1)) > 2, times=None)
    return set()


@add_quirk
def by_id_ignored(shop: FakeShopify) -> set[str]:
    first: list[Any] = []

    def forget(told: Any, _response: web.Response) -> None:
        listed = asked.find_list(told)
        first.append(list(listed["rows"]))
        listed["holder"][listed["key"]] = first[0]

    change_answers(shop, asked.is_by_id, forget)
    return first_page_says_it_is_the_last(shop)


@add_quirk
def query_dropped(shop: FakeShopify) -> set[str]:
    def move(seen: SeenRequest) -> bool:
        return bool(seen.query) and seen.path.endswith("/orders.json")

    place = f"{shop.url}/admin/api/2026-07/orders.json"
    shop.faults.add(Answer(302, "", headers={"Location": place}), when=move, times=None)
    return set()


def _recount(count: Callable[[int], int]) -> Callable[[Any, web.Response], None]:
    return lambda told, _: asked.set_count(told, count(asked.read_count(told)))


@add_quirk
def count_is_zero(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_count, _recount(lambda _: 0))


@add_quirk
def count_is_low(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_count, _recount(lambda count: count // 2))


@add_quirk
def count_is_negative(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_count, _recount(lambda _: -1))


@add_quirk
def count_is_too_high(shop: FakeShopify) -> set[str]:
    return change_answers(shop, asked.is_count, _recount(lambda count: count + 3))


@add_quirk
def count_fails(shop: FakeShopify) -> set[str]:
    shop.faults.add(Answer(500, "{}"), when=asked.is_count, times=None)
    return set()
