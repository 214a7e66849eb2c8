"""What a shop's answers in another format mean: its words for a refusal, a broken row, a request
with a format of its own.
"""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from connectors.errors import RefusedError, UnavailableError, UnreadableResponseError
from connectors.orders import Order, RejectedOrder
from connectors.testing.trial import QUICK, at, failure, ids, walk
from tests.connectors.generic_json.formats.dresses import Dress, DressedShop
from tests.connectors.generic_json.formats.test_contract import FormatHarness
from tests.connectors.generic_json.shipping.parcel import SHIPMENT
from tests.connectors.generic_json.shops import Answerer, TinyShop, connected, order

XML = {"kind": "xml", "lists": ["orders.order", "lines"]}


def text(body: str, code: int = 200) -> Answerer:
    async def respond(_request: web.Request) -> web.Response:
        return web.Response(text=body, status=code, content_type="text/plain")

    return respond


async def test_the_words_of_a_refusal_are_read_in_its_format() -> None:
    answers = {"GET /api/orders": text("<r><fault code='7'><why>No right.</why></fault></r>", 400)}
    block = {"answers": {"format": XML, "message": "r.fault.why"}, "orders": _LIST}
    async with TinyShop(answers) as shop, connected(shop, block) as connector:
        error = await failure(walk(connector), RefusedError)
        assert "the shop answered 400: No right." in str(error)
        assert shop.requests[0].headers["Accept"].startswith("application/xml")
        # A shop of XML whose server or firewall answers in JSON is understood too.
        shop.answers = {"GET /api/orders": text('{"message": "Not now."}', 400)}
        assert "Not now" in str(await failure(walk(connector), RefusedError))


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        ("<r><orders/></r>", None, ""),
        ("<r/>", UnreadableResponseError, "expected a list of orders at 'r.orders.order'"),
        ("<r><orders><order>", UnavailableError, "cut short"),
        ("", UnavailableError, "is empty"),
        ("No database.", UnreadableResponseError, "expected XML, found text/plain of 12 bytes"),
        ("<!DOCTYPE html><title>Wait</title>", UnavailableError, "titled “Wait”"),
        ("<!DOCTYPE r><r/>", UnreadableResponseError, "a document type"),
        ("<r>" * 300, UnreadableResponseError, "nested more than 200 deep"),
    ],
)
async def test_only_a_document_with_the_list_is_an_answer(
    body: str, error: type[Exception] | None, says: str
) -> None:
    block = {"answers": {"format": XML}, "orders": _LIST}
    async with (
        TinyShop({"GET /api/orders": text(body)}) as shop,
        connected(shop, block) as connector,
    ):
        if error is None:
            assert await ids(connector) == []
        else:
            assert says in str(await failure(walk(connector), error))  # type: ignore[type-var]


# A quote or an element that is never closed, in the first of the order's rows.
_BREAKS = {
    Dress.XML: ("<title>Thing A", "<title><b>Thing A"),
    Dress.CSV: ("Thing A", '"Thing A' * 3),
    Dress.JSON_LINES: ("Thing A", '"Thing A' * 3),
}


@pytest.mark.parametrize("dress", Dress)
async def test_a_broken_row_holds_its_order_and_no_other(dress: Dress) -> None:
    async with DressedShop(dress) as shop:
        for number in range(3):
            shop.book.add(modified_at=at(number), lines=(("A", 1), ("B", 1)))

        async def spoil(request: web.Request, handler: Any) -> web.StreamResponse:
            response = await handler(request)
            assert isinstance(response, web.Response)
            first, marked, rest = (response.text or "").partition("1002")
            response.text = first + marked + rest.replace(*_BREAKS[dress], 1)
            return response

        shop.faults.add(spoil, times=None)
        async with FormatHarness(dress, shop).open_connector(QUICK) as connector:
            found = await walk(connector)
    assert sorted(each.id for each in found if isinstance(each, Order)) == ["1001", "1003"]
    (held,) = [each for each in found if isinstance(each, RejectedOrder)]
    assert held.id == "1002"
    assert "is broken" in held.reason


async def test_a_line_that_is_an_error_is_no_empty_list() -> None:
    answers = {"GET /api/orders": text('{"error": "No database."}')}
    block = {"answers": {"format": "json_lines"}, "orders": {**_LIST, "items": "@"}}
    async with TinyShop(answers) as shop, connected(shop, block) as connector:
        error = await failure(walk(connector), UnreadableResponseError)
    assert "expected a list of orders at '@', found nothing but errors" in str(error)


async def test_a_request_has_a_format_of_its_own() -> None:
    """A list in CSV, and each order of it in JSON; a parcel is answered in XML."""
    shop = TinyShop({
        "GET /api/orders": text("id,changed\n1,2026-03-02T09:30:00Z\n"),
        "GET /api/orders/1": {"order": order(1)},
        "POST /api/orders/1/parcels": text("<r><parcel><tracking>1Z 999</tracking></parcel></r>"),
    })  # fmt: skip
    step = {
        "name": "parcel",
        "request": {
            "method": "POST",
            "path": "api/orders/{{ order.id }}/parcels",
            "body": {"number": "{{ shipment.tracking_number }}"},
            "format": "xml",
        },
        "answer": "r.parcel",
        "shows": "tracking",
    }
    block = {
        "orders": {
            "request": {"format": {"kind": "csv", "columns": ["id"]}},
            "paging": {"total": None, "short_is_last": True},
            "items": "@",
            "detail": {"request": "api/orders/{{ order.id }}", "item": "order"},
        },
        "shipment": {"steps": [step], "open": None},
    }
    async with shop, connected(shop, block) as connector:
        assert await ids(connector) == ["1"]
        await connector.ship(SHIPMENT, [])
    assert shop.count("POST") == 1


_LIST = {
    "items": "r.orders.order",
    "paging": {"kind": "none"},
    "request": {"query": {"page": None, "size": None}},
}
