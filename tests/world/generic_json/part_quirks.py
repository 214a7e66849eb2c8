"""Parts of a described order that fail, are cut short or belong to another: its detail, its goods,
their stock, a second walk.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.json_shop import Style
from tests.world.catalog import EVERY, Catalog
from tests.world.generic_json.anatomy import JsonAnatomy
from tests.world.generic_json.shop import ALSO, GOODS, STOCK, PartedJsonShop
from tests.world.lies import BROKEN, Liar

QUIRKS = Catalog()
Shop = Liar[PartedJsonShop]
_IS = JsonAnatomy()
_GONE = Answer(404, '{"error":{"message":"No such thing."}}')


def _break_details(liar: Shop, places: slice, fault: Answer) -> set[str]:
    broken = liar.pick_ids(places)
    liar.answer(fault, lambda seen: any(_IS.names_order(seen, one) for one in broken))
    return broken


@QUIRKS.add()
def the_detail_of_an_order_fails(liar: Shop) -> set[str]:
    return _break_details(liar, slice(1, 2), BROKEN)


@QUIRKS.add()
def details_of_some_orders_fail(liar: Shop) -> set[str]:
    return _break_details(liar, slice(1, 9, 2), BROKEN)


@QUIRKS.add()
def the_detail_of_an_order_is_refused(liar: Shop) -> set[str]:
    refusal = Answer(422, '{"error":{"message":"The order has no currency."}}')
    return _break_details(liar, slice(1, 2), refusal)


@QUIRKS.add()
def all_details_fail(liar: Shop) -> set[str]:
    liar.answer(BROKEN, _IS.is_single)
    return {EVERY}


@QUIRKS.add(fails="the shop answered 500")
def the_shop_goes_down_at_the_first_detail(liar: Shop) -> set[str]:
    return liar.go_down(_IS.is_single)


@QUIRKS.add()
def a_detail_is_an_error(liar: Shop) -> set[str]:
    hit = liar.pick_ids(slice(1, 2))

    def forget(told: Any, _response: web.Response) -> None:
        holder = told.get("data", told)
        if _IS.name_row(holder.get("order")) in hit:
            holder["order"] = {"error": "No database."}

    liar.change(forget, _IS.is_single)
    return hit


@QUIRKS.add(ways=tuple(style for style in Style if style is not Style.GRAPHQL))
def a_detail_is_of_another_order(liar: Shop) -> set[str]:
    """A cache that looks at half the address."""
    hit = liar.pick_ids(slice(1, 2))
    other: list[Any] = []

    def mix_up(told: Any, _response: web.Response) -> None:
        other.append(told["order"])
        if _IS.name_row(told["order"]) in hit:
            told["order"] = other[0]

    liar.change(mix_up, _IS.is_single)
    return hit


def _is_goods(seen: SeenRequest) -> bool:
    return seen.path == GOODS


@QUIRKS.add()
def goods_of_an_order_fail(liar: Shop) -> set[str]:
    """So does each request that asks for them beside others."""
    liar.answer(BROKEN, lambda seen: _is_goods(seen) and "S1" in seen.query["skus"].split(","))
    return liar.pick_ids(slice(1, 2))


@QUIRKS.add()
def goods_of_an_order_are_refused(liar: Shop) -> set[str]:
    liar.answer(_GONE, lambda seen: _is_goods(seen) and "S1" in seen.query["skus"].split(","))
    return liar.pick_ids(slice(1, 2))


@QUIRKS.add()
def goods_are_capped(liar: Shop) -> set[str]:
    return liar.change(lambda told, _: told.__delitem__(slice(2, None)), _is_goods)


@QUIRKS.add()
def all_goods_fail(liar: Shop) -> set[str]:
    liar.answer(BROKEN, _is_goods)
    return {EVERY}


@QUIRKS.add(fails="expected a list of records")
def goods_are_an_error_under_200(liar: Shop) -> set[str]:
    liar.answer(Answer(200, '{"error":{"message":"No database."}}'), _is_goods)
    return {EVERY}


@QUIRKS.add()
def stock_of_a_line_fails(liar: Shop) -> set[str]:
    liar.answer(BROKEN, lambda seen: seen.path == f"{STOCK}/S1")
    return liar.pick_ids(slice(1, 2))


@QUIRKS.add()
def stock_of_a_line_is_gone(liar: Shop) -> set[str]:
    liar.answer(_GONE, lambda seen: seen.path == f"{STOCK}/S1")
    return liar.pick_ids(slice(1, 2))


@QUIRKS.add()
def stock_fails_once(liar: Shop) -> set[str]:
    return liar.answer(Answer(503, "{}"), lambda seen: seen.path.startswith(STOCK), 1)


@QUIRKS.add(fails="the shop answered 500")
def the_second_walk_fails(liar: Shop) -> set[str]:
    return liar.answer(BROKEN, lambda seen: "again" in seen.query)


@QUIRKS.add(needs=[ALSO])
def only_the_second_walk_shows_an_order(liar: Shop) -> set[str]:
    """As where the modified time is empty at first."""
    hit = liar.pick_ids(slice(1, 2))

    def hide(told: Any, response: web.Response) -> None:
        rows = _IS.find_rows(told)
        kept = [row for row in rows if _IS.name_row(row) not in hit]
        counted = _IS.read_count(told, response)
        if counted is not None:
            _IS.set_count(told, response, counted - len(rows) + len(kept))
        rows[:] = kept

    return liar.change(hide, lambda seen: _IS.is_list(seen) and "again" not in seen.query)
