"""A shop whose accounts have a list each: every list is walked, and what belongs to an order is
asked for in its own account.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from aiohttp import web

from connectors.errors import (
    OrderNotFoundError,
    SharedNumberError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.generic_json.recipes.reader import merge_keys
from connectors.orders import Order
from connectors.testing.faults import Answer
from connectors.testing.trial import failure, ids, walk
from tests.connectors.generic_json.shipping.parcel import BLIND, SHIPMENT
from tests.connectors.generic_json.shops import TinyShop, connected, order, status

ACCOUNTS = {
    "orders": {
        "partitions": {"as": "account", "values": ["north", "south"]},
        "request": {"path": "{{ account }}/orders"},
        "paging": {"total": None, "short_is_last": True},
        "detail": {"request": "{{ account }}/orders/{{ order.id }}", "item": "order"},
        "expand": {"note": {"request": "{{ account }}/notes/{{ order.id }}"}},
    },
    "order": {
        "request": "{{ account }}/orders/{{ id | after('-') }}",
        "find": {
            "request": {"path": "{{ account }}/orders", "query": {"named": "{{ number }}"}},
            "id": "when(orders, join_text('-', account, orders[0].id), `null`)",
        },
    },
    "map": {"id": "join_text('-', account, id)", "customer_notes": "note.text"},
}


def place_orders(**accounts: int) -> TinyShop:
    """A shop with an order of this number in each account."""
    answers: dict[str, Any] = {}
    for account, number in accounts.items():
        answers |= {
            f"GET /{account}/orders": {"orders": [{"id": number}], "count": 1},
            f"GET /{account}/orders/{number}": {"order": order(number)},
            f"GET /{account}/notes/{number}": {"text": account},
        }
    return TinyShop(answers)


async def test_each_list_is_walked_and_each_order_completed_in_its_own_account() -> None:
    async with place_orders(north=1, south=1) as shop, connected(shop, ACCOUNTS) as connector:
        found = [each for each in await walk(connector) if isinstance(each, Order)]
        listed = [each.id async for each in connector.list_open_orders()]
    assert [(each.id, each.customer_notes) for each in found] == [
        ("north-1", "north"),
        ("south-1", "south"),
    ]
    assert listed == ["north-1", "south-1"]


async def test_one_order_is_looked_for_in_every_account() -> None:
    async with place_orders(north=1, south=1) as shop, connected(shop, ACCOUNTS) as connector:
        found = await connector.get_order("south-1")
        assert isinstance(found, Order)
        assert (found.id, found.customer_notes) == ("south-1", "south")
        await failure(connector.get_order("east-1"), OrderNotFoundError)
        await failure(connector.find_order_id("R1"), SharedNumberError)
        shop.answers["GET /north/orders"] = {"orders": [], "count": 0}
        assert await connector.find_order_id("R1") == "south-1"


async def test_a_parcel_is_told_in_the_orders_own_account() -> None:
    step = {
        "name": "parcel",
        "request": {"method": "POST", "path": "{{ order.account }}/parcels", "body": {}},
    }
    block = merge_keys(ACCOUNTS, {"shipment": {"steps": [step], "open": None}})
    async with place_orders(north=1, south=1) as shop:
        shop.answers["POST /south/parcels"] = {}
        async with connected(shop, block, shipping=BLIND) as connector:
            await connector.ship(msgspec.structs.replace(SHIPMENT, order_id="south-1"), [])
        assert shop.count("POST", "/south/parcels") == 1


async def test_two_orders_of_one_id_are_never_taken_for_one() -> None:
    block = merge_keys(ACCOUNTS, {"map": {"id": "id"}, "order": {"find": None}})
    async with place_orders(north=1, south=1) as shop:
        later = order(1, created="2026-03-02T09:20:00Z")
        shop.answers["GET /south/orders/1"] = {"order": later}
        async with connected(shop, block) as connector:
            error = await failure(walk(connector), UnreadableResponseError)
            assert "account 'north', one of account 'south'. Make map.id of both" in str(error)
            # One order that both lists show is no such case.
            shop.answers["GET /south/orders/1"] = {"order": order(1)}
            assert await ids(connector) == ["1"]


@pytest.mark.parametrize("account", ["north", "south"])
async def test_an_account_that_fails_is_never_an_empty_one(account: str) -> None:
    async with place_orders(north=1, south=2) as shop, connected(shop, ACCOUNTS) as connector:
        assert await ids(connector) == ["north-1", "south-2"]
        shop.answers[f"GET /{account}/orders"] = status(500, {})
        await failure(walk(connector), UnavailableError)


async def test_objects_name_what_a_request_needs() -> None:
    async def answer(request: web.Request) -> web.Response:
        key = request.headers["X-Key"]
        return web.json_response({"orders": [order(int(key))], "count": 1})

    block = {
        "orders": {
            "partitions": {"values": [{"path": "a", "key": 7}, {"path": "b", "key": 8}]},
            "request": {
                "path": "{{ partition.path }}/list",
                "headers": {"X-Key": "{{ partition.key }}"},
            },
            "paging": {"kind": "none"},
        }
    }
    shop = TinyShop({"GET /a/list": answer, "GET /b/list": answer})
    async with shop, connected(shop, block) as connector:
        shop.faults.add(Answer(503, "{}"))
        assert await ids(connector) == ["7", "8"]
