"""An order that the shop cannot load costs no other of its list, where the list can be cut."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from connectors.errors import ConnectorError, UnavailableError, UnreadableResponseError
from connectors.interface import Remark
from connectors.orders import Order
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_shop import Style, answer
from connectors.testing.trial import WINDOW, failure
from tests.connectors.generic_json.shops import connected, order

CUT = {
    Style.PAGE: {"orders": {"paging": {"size": 8, "smallest": 2}}},
    Style.OFFSET: {"orders": {"paging": {"size": 8, "smallest": 2}}},
    Style.KEYSET: {"orders": {"paging": {"size": 8, "smallest": 2}}},
    Style.CURSOR: {"orders": {"paging": {"size": 8, "smallest": 2}}},
}
FIXED = {"orders": {"request": {"query": {"size": "4"}}, "paging": {"size": 4}}}


class BreakingShop(FakeShop):
    """A shop of `count` orders, which fails over each answer that holds a broken one: by a status,
    or by a body that is no JSON.
    """

    def __init__(self, count: int, broken: Collection[int], *, garbled: bool = False) -> None:
        super().__init__()
        self.rows = [_make_order(number) for number in range(count)]
        self.broken = set(broken)
        self.garbled = garbled
        self.cap = 500
        self.is_down_behind = 500

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/orders", self.list_orders)]

    async def list_orders(self, request: web.Request) -> web.Response:
        asked = request.query
        size = min(int(asked["size"]), self.cap)
        since = datetime.fromisoformat(asked["changed_from"])
        rows = [row for row in self.rows if datetime.fromisoformat(row["changed"]) >= since]
        by_number = (int(asked.get("page", "1")) - 1) * size
        start = int(asked.get("after", "") or asked.get("offset", "") or by_number)
        found = rows[start : start + size]
        if start >= self.is_down_behind:
            self.broken.update(range(len(self.rows)))
        if any(row["id"] in self.broken for row in found):
            body = b'{"orders": [{"id": "12" inch"' if self.garbled else b"{}"
            kind = "application/json"
            return web.Response(status=200 if self.garbled else 500, body=body, content_type=kind)
        more = str(start + size) if start + size < len(rows) else None
        return answer({"orders": found, "count": len(rows), "next": more})


def _make_order(number: int) -> dict[str, Any]:
    changed = f"2026-03-02T09:{10 + number // 3:02}:00.000000Z"
    return order(number, changed=changed)


async def read_all(
    shop: FakeShop, style: Style, changes: dict[str, Any] | None = None
) -> tuple[set[int], list[Remark]]:
    """The ids that are listed, and what was remarked."""
    remarks: list[Remark] = []
    async with connected(shop, changes or CUT[style], style, remark=remarks.append) as connector:
        found = [each async for each in connector.list_orders(WINDOW)]
    assert all(isinstance(each, Order) for each in found)
    return {int(each.id) for each in found}, remarks


@pytest.mark.parametrize("garbled", [False, True])
@pytest.mark.parametrize("style", [Style.PAGE, Style.OFFSET, Style.KEYSET])
async def test_a_row_that_cannot_be_loaded_is_told_by_its_place_and_the_others_come(
    style: Style, *, garbled: bool
) -> None:
    async with BreakingShop(20, {9}, garbled=garbled) as shop:
        found, remarks = await read_all(shop, style)
    assert found == set(range(20)) - {9}
    *_, text = [remark.text for remark in remarks if remark.about == "rows of the list"]
    assert "fails over orders of its list" in text
    place = 4 if style is Style.KEYSET else 10
    assert (
        f"place {place} of those changed since 2026-03-02 09:{'12' if place == 4 else '00'}" in text
    )
    assert ("expected JSON" if garbled else "the shop answered 500") in text


@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.generate))
@example(set(range(10)), 500, Style.OFFSET)
@example(set(range(1, 12)), 3, Style.PAGE)
@given(
    st.sets(st.integers(1, 11), max_size=11),
    st.integers(2, 9),
    st.sampled_from([Style.PAGE, Style.OFFSET, Style.KEYSET]),
)
async def test_however_many_rows_are_bad_every_other_comes(
    broken: set[int], cap: int, style: Style
) -> None:
    async with BreakingShop(12, broken) as shop:
        shop.cap = cap
        found, remarks = await read_all(shop, style)
    assert found == set(range(12)) - broken
    assert bool(broken) == any(remark.about == "rows of the list" for remark in remarks)


@pytest.mark.parametrize("style", [Style.PAGE, Style.OFFSET, Style.KEYSET])
async def test_a_list_of_which_no_row_can_be_loaded_is_an_outage(style: Style) -> None:
    async with BreakingShop(5, range(5)) as shop:
        await failure(read_all(shop, style), UnavailableError)


async def test_a_walk_that_always_fails_is_an_outage_though_the_shop_answers_another() -> None:
    class Partial(BreakingShop):
        async def list_orders(self, request: web.Request) -> web.Response:
            fails = "again" in request.query
            return web.Response(status=500) if fails else await super().list_orders(request)

    again = {"orders": {**CUT[Style.OFFSET]["orders"], "also": {"query": {"again": "yes"}}}}
    async with Partial(12, set()) as shop:
        await failure(read_all(shop, Style.OFFSET, again), UnavailableError)
        assert len(shop.requests) < 100


async def test_the_only_sound_row_is_found_wherever_it_stands() -> None:
    for sound in (0, 3, 6, 11):
        async with BreakingShop(12, {*range(12)} - {sound}) as shop:
            found, _ = await read_all(shop, Style.OFFSET)
        assert found == {sound}


async def test_a_shop_that_goes_down_while_a_page_is_cut_is_an_outage() -> None:
    async with BreakingShop(8, {2}) as shop:
        shop.is_down_behind = 3
        await failure(read_all(shop, Style.OFFSET), UnavailableError)


@pytest.mark.parametrize("garbled", [False, True])
async def test_a_page_whose_size_is_fixed_is_named_with_its_places(*, garbled: bool) -> None:
    async with BreakingShop(20, {9}, garbled=garbled) as shop:
        error = await failure(read_all(shop, Style.PAGE, FIXED), ConnectorError)
    assert "It is the page with the places 9 to 12 of the list" in str(error)
    assert len(shop.requests) < 30


async def test_a_shop_that_ignores_the_size_is_found_out_before_rows_are_mistaken() -> None:
    class Deaf(BreakingShop):
        async def list_orders(self, request: web.Request) -> web.Response:
            return await super().list_orders(request.clone(rel_url=request.rel_url % {"size": "4"}))

    async with Deaf(20, {9}) as shop:
        error = await failure(read_all(shop, Style.PAGE), ConnectorError)
    assert "The shop does not let the size of a page be chosen" in str(error)


async def test_a_list_by_cursor_says_behind_which_order_it_cannot_go_on() -> None:
    async with BreakingShop(20, {9}) as shop:
        error = await failure(read_all(shop, Style.CURSOR), UnavailableError)
    assert "behind the first 9 orders of the list" in str(error)


async def test_what_is_no_list_at_all_is_not_cut() -> None:
    async with BreakingShop(20, set()) as shop:
        changes = {"orders": {**CUT[Style.PAGE]["orders"], "items": "nothing"}}
        await failure(read_all(shop, Style.PAGE, changes), UnreadableResponseError)
    assert len(shop.requests) < 30
