"""A part that the shop fails over costs the orders that need it, unless the shop fails for all."""

from collections.abc import Collection
from typing import Any

import pytest
from aiohttp import web
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from connectors.errors import PartError, RefusedError, UnavailableError
from connectors.interface import Remark
from connectors.orders import Order, OrderId, RejectedOrder
from connectors.shipments import Shipment
from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import WINDOW, failure
from tests.connectors.generic_json.listing.walk import make_page, walk_list
from tests.connectors.generic_json.shops import Answerer, TinyShop, connected, order, status

DETAIL = {
    "orders": {"detail": {"request": "api/details/{{ order.id }}"}},
    "order": {"request": "api/details/{{ id }}", "item": "@"},
}
GOODS = {
    "ids": "lines[].sku",
    "batch": 50,
    "key": "sku",
    "request": {"path": "products", "query": {"skus": "{{ ids | join_text(',') }}"}},
}


def list_orders(*numbers: int) -> dict[str, Any]:
    """Orders of one line each, whose SKU is the order's id."""
    return make_page(*(make_order(number) for number in numbers))


def make_order(number: int) -> dict[str, Any]:
    return order(number, lines=[{**order()["lines"][0], "sku": str(number)}])


def give_products(broken: Collection[int], code: int = 500, most: int = 500) -> Answerer:
    """Products by their SKUs, `most` at once; a batch that holds a broken one is a `code`."""

    async def respond(request: web.Request) -> web.Response:
        skus = request.query["skus"].split(",")
        if {int(sku) for sku in skus} & set(broken):
            return answer({"message": "Call to a member function on null"}, code)
        return answer([{"sku": sku} for sku in skus[:most]])

    return respond


def split_found(found: list[Order | RejectedOrder]) -> tuple[set[str], dict[str, str]]:
    """The ids of what was given, and the reasons for what was held by id."""
    given_ids = {str(one.id) for one in found if isinstance(one, Order)}
    return given_ids, {str(one.id): one.reason for one in found if isinstance(one, RejectedOrder)}


async def test_an_order_whose_detail_fails_is_held_with_the_shops_status_and_path() -> None:
    details = {f"GET /api/details/{number}": order(number) for number in (1, 3)}
    answers = {
        "GET /api/orders": list_orders(1, 2, 3),
        **details,
        "GET /api/details/2": status(500),
    }
    async with TinyShop(answers) as shop:
        given_ids, held = split_found(await walk_list(shop, DETAIL))
    assert given_ids == {"1", "3"}
    assert held.keys() == {"2"}
    assert "detail: GET http" in held["2"]
    assert "/api/details/2: the shop answered 500" in held["2"]


@pytest.mark.parametrize(("other", "said"), [(order(1), "order 1"), ({"no": "database"}, "none")])
async def test_the_detail_of_another_order_stands_for_none(
    other: dict[str, Any], said: str
) -> None:
    details = {f"GET /api/details/{number}": order(number) for number in (1, 3)}
    answers = {"GET /api/orders": list_orders(1, 2, 3), **details, "GET /api/details/2": other}
    async with TinyShop(answers) as shop:
        given_ids, held = split_found(await walk_list(shop, DETAIL))
    assert given_ids == {"1", "3"}
    assert f"detail: expected order 2, found {said}" in held["2"]


async def test_the_only_order_of_a_window_is_held_if_the_list_still_answers() -> None:
    answers = {"GET /api/orders": list_orders(1), "GET /api/details/1": status(503)}
    async with TinyShop(answers) as shop:
        given_ids, held = split_found(await walk_list(shop, DETAIL))
        assert (given_ids, set(held)) == (set(), {"1"})
        shop.answers["GET /api/details/1"] = order(1)
        given_ids, held = split_found(await walk_list(shop, DETAIL))
    assert (given_ids, held) == ({"1"}, {})


@pytest.mark.parametrize("part", ["detail", "address", "record"])
async def test_a_bad_order_that_is_alone_is_held_at_each_of_twenty_polls(part: str) -> None:
    blocks: dict[str, Any] = {
        "detail": DETAIL,
        "address": {"orders": {"expand": {"more": {"request": "details/{{ order.id }}"}}}},
        "record": {"orders": {"expand": {"goods": GOODS}}},
    }
    answers = {
        "GET /api/orders": list_orders(1),
        "GET /api/details/1": status(500),
        "GET /api/products": status(500),
    }
    async with TinyShop(answers) as shop, connected(shop, blocks[part]) as connector:
        for _ in range(20):
            _, held = split_found([one async for one in connector.list_orders(WINDOW)])
            assert held.keys() == {"1"}


async def test_details_that_fail_for_all_orders_hold_them_while_the_list_answers() -> None:
    """After a restart a window may hold nothing but bad orders."""
    answers = {"GET /api/orders": list_orders(*range(1, 9)), "GET /api/details/*": status(500)}
    async with TinyShop(answers) as shop:
        given_ids, held = split_found(await walk_list(shop, DETAIL))
    assert not given_ids
    assert set(held) == set(map(str, range(1, 9)))


async def test_a_shop_that_stops_answering_at_a_detail_is_an_outage() -> None:
    async with TinyShop({"GET /api/orders": list_orders(1)}) as shop:

        async def go_down(_request: web.Request) -> web.Response:
            shop.answers["GET /api/orders"] = status(503)
            return answer({}, 503)

        shop.answers["GET /api/details/1"] = go_down
        await failure(walk_list(shop, DETAIL), UnavailableError)


async def test_an_order_asked_for_alone_is_held_and_a_shipment_for_it_waits() -> None:
    answers = {
        "GET /api/orders": list_orders(1, 2),
        "GET /api/details/1": order(1),
        "GET /api/details/2": status(500),
    }
    shipment = Shipment(order_id=OrderId("2"), order_number="R2")
    async with TinyShop(answers) as shop, connected(shop, DETAIL) as connector:
        assert isinstance(await connector.get_order(OrderId("1")), Order)
        await failure(connector.get_order(OrderId("2")), PartError)
        await failure(connector.ship(shipment, []), UnavailableError)


@pytest.mark.parametrize("code", [400, 404, 500])
async def test_a_batch_that_fails_is_halved_down_to_the_ids_that_it_fails_over(code: int) -> None:
    answers = {
        "GET /api/orders": list_orders(*range(1, 31)),
        "GET /products": give_products({1, 17}, code),
    }
    async with TinyShop(answers) as shop:
        found = await walk_list(shop, {"orders": {"expand": {"goods": GOODS}}})
    given_ids, held = split_found(found)
    assert given_ids == {str(number) for number in range(1, 31)} - {"1", "17"}
    assert held.keys() == {"1", "17"}
    assert f"/products: the shop answered {code}" in held["17"]


@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.generate))
@example(set(range(1, 25)) - {20, 22}, 500, 1)
@given(st.sets(st.integers(1, 24), max_size=23), st.sampled_from([400, 500]), st.integers(1, 24))
async def test_however_many_records_are_bad_the_orders_of_the_others_go_out(
    broken: set[int], code: int, most: int
) -> None:
    answers = {
        "GET /api/orders": list_orders(*range(1, 25)),
        "GET /products": give_products(broken, code, most),
    }
    changes = {
        "orders": {"expand": {"goods": GOODS}},
        # Only an order that has got its product has a total.
        "map": {"total": "goods.* | [0] && amounts.total"},
    }
    async with TinyShop(answers) as shop:
        given_ids, held = split_found(await walk_list(shop, changes))
    assert set(held) == {str(number) for number in broken}
    assert given_ids == {str(number) for number in range(1, 25)} - set(held)


@pytest.mark.parametrize("code", [404, 422])
async def test_records_that_are_all_refused_hold_their_orders_while_the_list_answers(
    code: int,
) -> None:
    answers = {
        "GET /api/orders": list_orders(*range(1, 9)),
        "GET /products": give_products(range(1, 9), code),
    }
    async with TinyShop(answers) as shop:
        found = await walk_list(shop, {"orders": {"expand": {"goods": GOODS}}})
    assert set(split_found(found)[1]) == set(map(str, range(1, 9)))


async def test_a_shop_that_is_gone_when_its_records_are_asked_for_is_an_error() -> None:
    answers = {"GET /api/orders": list_orders(*range(1, 9))}
    async with TinyShop(answers) as shop:
        asked: list[SeenRequest] = []

        def is_gone(seen: SeenRequest) -> bool:
            asked.extend([seen] if seen.path == "/products" else [])
            return bool(asked)

        shop.faults.add(Answer(404, "{}"), when=is_gone, times=None)
        await failure(walk_list(shop, {"orders": {"expand": {"goods": GOODS}}}), RefusedError)


async def test_records_that_all_fail_hold_their_orders_while_the_list_answers() -> None:
    answers = {
        "GET /api/orders": list_orders(*range(1, 9)),
        "GET /products": give_products(range(1, 9), 500),
    }
    async with TinyShop(answers) as shop:
        found = await walk_list(shop, {"orders": {"expand": {"goods": GOODS}}})
    assert set(split_found(found)[1]) == set(map(str, range(1, 9)))


@pytest.mark.parametrize("expand", [GOODS, {"request": "products?skus={{ order.id }}"}])
@pytest.mark.parametrize("code", [403, 404, 500])
async def test_orders_go_out_without_an_optional_part_and_that_is_said(
    expand: dict[str, Any], code: int
) -> None:
    answers = {
        "GET /api/orders": list_orders(1, 2, 3),
        "GET /products": give_products({1, 2, 3}, code),
    }
    changes = {"orders": {"expand": {"goods": {**expand, "optional": True}}}}
    remarks: list[Remark] = []
    async with TinyShop(answers) as shop, connected(shop, changes, remark=remarks.append) as it:
        given_ids, held = split_found([each async for each in it.list_orders(WINDOW)])
    assert (given_ids, held) == ({"1", "2", "3"}, {})
    assert {remark.about for remark in remarks} == {"expand goods"}
    assert f"the shop answered {code}" in remarks[-1].text
