"""What a description of a strange shop must be able to say: each point once, as a person would
write it, and what comes of it.

The finer turns of each point have tests of their own beside this one.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from connectors.errors import (
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.generic_json.connector import GenericJsonConnector
from connectors.orders import Order, OrderStatus
from connectors.shipments import ShippingRules
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import failure, ids, walk
from tests.connectors.generic_json.shipping.parcel import LINES, SHIPMENT
from tests.connectors.generic_json.shops import TinyShop, connected, order, status

Play = Callable[[TinyShop, GenericJsonConnector], Awaitable[None]]
POINTS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "points.yaml").read_text(encoding="utf-8")
)
PLAYS: dict[str, Play] = {}


def plays(name: str) -> Callable[[Play], Play]:
    """The function shows what comes of this point of `points.yaml`."""
    return lambda play: PLAYS.setdefault(name, play)


def page(*orders: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"orders": list(orders), "count": len(orders), **more}


async def only(connector: GenericJsonConnector) -> Order:
    """The one order of the list, sound."""
    (found,) = await walk(connector)
    assert isinstance(found, Order)
    return found


@plays("logging in")
async def logging_in(shop: TinyShop, connector: GenericJsonConnector) -> None:
    async def orders(request: web.Request) -> web.Response:
        good = request.headers["X-Token"] == "pass 2"
        return answer(page(order()) if good else {"errors": [{"code": "FORBIDDEN"}]})

    async def login(_: web.Request) -> web.Response:
        return answer({}, 200, {"X-Pass": str(shop.count("POST", "/login"))})

    shop.answers = {"GET /api/orders": orders, "POST /login": login}
    assert await ids(connector) == ["1"]
    assert shop.bodies("POST", "/login") == [{"user": "me", "password": "sesame-7"}] * 2


@plays("requests")
async def requests(shop: TinyShop, connector: GenericJsonConnector) -> None:
    shop.answers = {"POST /find/*": page(order())}
    assert await ids(connector) == ["1"]
    seen = shop.requests[0]
    assert seen.path == "/find/a+b:2026-03-02T11:00:00.000Z"
    assert seen.raw_path.partition("?")[2] == "updated_at%5B%24gte%5D=2026-03-02T09%3A00%3A00.000Z"
    body = shop.bodies("POST", "/find/")[0]
    assert body["variables"] == {"f": [["page", "eq", 1], ["limit", "eq", "10"]]}


@plays("paging")
async def paging(shop: TinyShop, connector: GenericJsonConnector) -> None:
    shop.answers = {
        "GET /api/orders": page(order(1), next=f"{shop.url}/more?c=a%2Bb"),
        "GET /more": page(order(2), next=None),
    }
    assert sorted(await ids(connector)) == ["1", "2"]
    assert "/more?c=a%2Bb" in [seen.raw_path for seen in shop.requests]
    shop.answers["GET /more"] = page(order(2), next="http://elsewhere.example/more")
    await failure(walk(connector), RefusedError)


@plays("the window")
async def the_window(shop: TinyShop, connector: GenericJsonConnector) -> None:
    async def orders(request: web.Request) -> web.Response:
        fresh = order(2, changed=None, created="2026-03-02T09:20:00Z")
        if request.query["page"] != "1":
            return answer(page())
        return answer(
            page(fresh)
            if "placed_after" in request.query
            else page(order(1), order(3, changed="2026-03-02T08:55:00Z"))
        )

    shop.answers = {"GET /api/orders": orders}
    assert await ids(connector) == ["2", "1"]
    first = shop.requests[0]
    second = next(seen for seen in shop.requests if "placed_after" in seen.query)
    assert (first.query["changed_from"], first.query["changed_to"]) == (
        "02.03.2026 09:50:00",
        "02.03.2026 12:00:01",
    )
    assert second.query["placed_after"] == "02.03.2026 09:50:00"


@plays("no order twice and none lost")
async def ordering(shop: TinyShop, connector: GenericJsonConnector) -> None:
    second_pages = [[2, 4], [3, 4]]  # at first one order comes twice and one not at all

    async def orders(request: web.Request) -> web.Response:
        pages = {"1": [1, 2], "2": second_pages[0]}
        if request.query["page"] == "2" and len(second_pages) > 1:
            second_pages.pop(0)
        return answer(
            {**page(*(order(each) for each in pages.get(request.query["page"], []))), "count": 4}
        )

    shop.answers = {"GET /api/orders": orders}
    assert sorted(await ids(connector)) == ["1", "2", "3", "4"]
    shop.answers = {
        "GET /api/orders": {**page(order(1), order(2, changed="2024-01-01T00:00:00Z")), "count": 2}
    }
    assert "ignores the filter" in str(await failure(walk(connector), UnreadableResponseError))


@plays("errors")
async def errors(shop: TinyShop, connector: GenericJsonConnector) -> None:
    meanings: list[tuple[Any, type[Any]]] = [
        ({"errors": [{"message": "out of paper"}]}, RefusedError),
        (status(500, {"type": "invalid_data"}), RefusedError),
        (status(500, {"type": "other"}), UnavailableError),
        ({}, UnreadableResponseError),
        (status(429, {}, Retry_After="7"), ThrottledError),
    ]
    for told, kind in meanings:
        shop.answers = {"GET /api/orders": told}
        error = await failure(walk(connector), kind)
        assert kind is not ThrottledError or error.retry_after == 7
    shop.answers = {"GET /api/orders": status(404, {"code": "no_orders"})}
    assert await walk(connector) == []


@plays("the map")
async def mapping(shop: TinyShop, connector: GenericJsonConnector) -> None:
    line = {"id": "L1", "title": "Salt &amp; <b>Pepper</b>", "pieces": 4, "line_total": "10.00"}
    history = [
        {"type": "NOTE", "data": {"text": "ring"}},
        {"type": "SMS", "data": {}},
        {"type": "NOTE", "data": {"text": "twice"}},
    ]
    ship = {"given": "Ada", "family": "King", "town": "Kiel", "land": "de"}
    shop.answers = {
        "GET /api/orders": page(
            order(
                lines=[line],
                history=history,
                url="https://x.example/orders/77/",
                pay="paid",
                sent="all",
                bill={},
                ship=ship,
                rate={"code": "EXP"},
            )
        )
    }
    found = await only(connector)
    assert (found.id, found.status, found.shipping_method) == ("77", OrderStatus.SHIPPED, "Express")
    assert found.customer_notes == "ring / twice"
    assert (found.customer.bill_to.name, found.customer.bill_to.country) == ("Ada King", "DE")
    assert [(item.name, item.unit_price) for item in found.items] == [
        ("Salt & Pepper", Decimal("2.50"))
    ]


@plays("values")
async def values(shop: TinyShop, connector: GenericJsonConnector) -> None:
    line = {"id": 12345678901234567890, "title": "T", "pieces": 1, "price": 500}
    shop.answers = {
        "GET /api/orders": page(
            order(
                lines=[line],
                created="1772442600000",
                changed="2026-03-02T10:30:00.123456+01:00",
                sum={"value": 1250, "currency": "KWD"},
                amounts={"tax": "0", "shipping": 0},
                coupons=[{"code": "HI", "value": 250}],
            )
        )
    }
    found = await only(connector)
    assert (found.total, found.currency) == (Decimal("1.250"), "KWD")
    assert (found.placed_at, found.modified_at) == (
        datetime(2026, 3, 2, 9, 10, tzinfo=UTC),
        datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC),
    )
    assert (found.items[0].id, str(found.items[0].unit_price)) == ("12345678901234567890", "0.500")
    assert [item.unit_price for item in found.items if item.adjustment] == [Decimal("-0.250")]


@plays("follow-ups")
async def follow_ups(shop: TinyShop, connector: GenericJsonConnector) -> None:
    lines = [
        {"id": str(number), "sku": "AB"[number % 2], "pieces": 1, "price": "1"}
        for number in range(4)
    ]
    shop.answers = {
        "GET /api/orders": page(order(lines=None, links={"lines": f"{shop.url}/lines"})),
        "GET /lines": {"items": lines[:2], "more": f"{shop.url}/lines2"},
        "GET /lines2": {"items": lines[2:], "more": None},
        "GET /goods/A": {"title": "Anvil"},
        "GET /goods/B": {"title": "Bell"},
    }
    assert [item.name for item in (await only(connector)).items] == [
        "Anvil",
        "Bell",
        "Anvil",
        "Bell",
    ]
    assert [item.name for item in (await only(connector)).items] == [
        "Anvil",
        "Bell",
        "Anvil",
        "Bell",
    ]
    assert shop.count("GET", "/goods/") <= 4
    assert shop.most_open <= 2


@plays("telling of shipments")
async def shipments(shop: TinyShop, connector: GenericJsonConnector) -> None:
    raw = order(1, lines=LINES)
    shop.answers = {
        "GET /api/orders/1": {"order": raw},
        "POST /boxes": {"boxes": [{"id": 1, "shipped_at": "2026"}, {"id": 2, "shipped_at": None}]},
        "POST /boxes/2/send": {"failed": True, "why": "no label printer"},
    }
    assert "no label printer" in str(await failure(connector.ship(SHIPMENT, ()), RefusedError))
    shop.answers["POST /boxes/2/send"] = status(400, {"message": "It was already sent."})
    await connector.ship(SHIPMENT, ())
    assert shop.bodies("POST", "/boxes")[0] == {
        "items": [{"line": "L1", "qty": 2}, {"line": "L2", "qty": 1}],
        "meta": {},
    }
    assert shop.bodies("POST", "/send")[-1] == {"labels": [{"number": "1Z 999", "by": "united"}]}
    raw["parcels"] = [{"labels": [{"number": "1z999"}]}]
    told = len(shop.bodies("POST", "/"))
    assert (await connector.ship(SHIPMENT, ())).already
    assert len(shop.bodies("POST", "/")) == told


@plays("limits")
async def limits(shop: TinyShop, connector: GenericJsonConnector) -> None:
    async def orders(request: web.Request) -> web.Response:
        heavy = "x" * (150_000 * int(request.query["size"]))
        return answer(page(order(), padding=heavy))

    shop.answers = {"GET /api/orders": orders}
    assert await ids(connector) == ["1"]
    assert shop.requests[0].query["size"] == "8"
    assert int(shop.requests[-1].query["size"]) < 8


@pytest.mark.parametrize("name", POINTS)
async def test_settings_can_say(name: str) -> None:
    # The tiny shop never changes, so it cannot show what was written to it.
    rules = ShippingRules(confirm=False)
    async with TinyShop({}) as shop, connected(shop, POINTS[name], shipping=rules) as connector:
        await PLAYS[name](shop, connector)
