"""Requests that read may carry a form or XML, by POST or PUT, and are repeated like any reading."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from connectors.orders import Order
from connectors.reading.formats.xml_document import XmlDocument
from connectors.testing.faults import Answer
from connectors.testing.trial import ids, walk
from tests.connectors.generic_json.shops import TinyShop, connected, order

_SPAN = {"from": "{{ window.start }}", "page": "{{ page.number }}"}


def list_by(**request: Any) -> dict[str, Any]:
    query = dict.fromkeys(("changed_from", "changed_to", "page", "size"))
    return {"orders": {"request": {"query": query, **request}, "open": {"query": {"state": None}}}}


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_list_is_asked_for_by_a_form(method: str) -> None:
    first = {"orders": [order(1)], "count": 1}

    async def answer(request: web.Request) -> web.Response:
        asked = await request.post()
        return web.json_response(first if asked["page"] == "1" else {"orders": [], "count": 1})

    block = list_by(method=method, form=_SPAN)
    async with TinyShop({f"{method} /api/orders": answer}) as shop, connected(shop, block) as read:
        shop.faults.add(Answer(503, "{}"))
        assert await ids(read) == ["1"]
    assert {seen.method for seen in shop.requests} == {method}
    assert dict(parse_qsl(shop.requests[0].body.decode())) == {
        "from": "2026-03-02T09:00:00.000Z",
        "page": "1",
    }
    assert shop.requests[0].headers["Content-Type"] == "application/x-www-form-urlencoded"


async def test_another_walk_sets_fields_of_the_form() -> None:
    block = list_by(method="POST", form={**_SPAN, "state": "all"})
    block["orders"]["open"] |= {"form": {"state": "open", "from": None}, "all": True}
    answers = {"POST /api/orders": {"orders": [], "count": 0}}
    async with TinyShop(answers) as shop, connected(shop, block) as connector:
        assert [each async for each in connector.list_open_orders()] == []
    assert dict(parse_qsl(shop.requests[0].body.decode())) == {"page": "1", "state": "open"}


async def test_orders_are_asked_for_and_told_in_xml() -> None:
    """Two orders of one page whose details differ in nothing but the body."""
    row = "<row><id>{0}</id></row>"

    async def answer(request: web.Request) -> web.Response:
        asked = XmlDocument().decode(await request.read()).values
        if "list" in asked:
            rows = "".join(map(row.format, (1, 2))) if asked["list"]["page"] == "1" else ""
            return web.Response(text=f"<rows><count>2</count>{rows}</rows>")
        return web.json_response({"order": order(int(asked["one"]["@id"]))})

    xml = {"kind": "xml", "lists": ["rows.row", "lines"]}
    block = list_by(method="POST", xml={"list": _SPAN}, format=xml)
    block["orders"] |= {
        "items": "rows.row",
        "paging": {"total": "rows.count"},
        "detail": {
            "request": {
                "method": "POST",
                "path": "api/orders",
                "xml": {"one": {"@id": "{{ order.id }}"}},
                "content_type": "text/xml",
            },
            "item": "order",
            "cache": "1h",
        },
    }
    async with TinyShop({"POST /api/orders": answer}) as shop, connected(shop, block) as connector:
        for _ in range(2):
            found = await walk(connector)
            assert sorted(each.id for each in found if isinstance(each, Order)) == ["1", "2"]
    assert {seen.headers["Content-Type"] for seen in shop.requests} == {
        "application/xml",
        "text/xml",
    }
