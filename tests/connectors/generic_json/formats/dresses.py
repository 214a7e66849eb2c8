"""From the fake shop's JSON to the same answer in another format, and what settings say of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from copy import deepcopy
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from aiohttp import web
from lxml import etree

from connectors.generic_json.recipes.reader import merge_keys
from connectors.testing.faults import Handler
from connectors.testing.shops.json_shop import TOTAL_HEADER, FakeJsonShop, Style
from tests.connectors.generic_json.styles import style_block

FOLDER: Final = Path(__file__).parent
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_SINGLE: Final = {"orders": "order", "lines": "line", "parcels": "parcel", "items": "item"}
_BUYER: Final = ("name", "firm", "street", "street2", "town", "state", "zip", "country", "phone")


class Dress(StrEnum):
    """A format of answers."""

    XML = "xml"
    CSV = "csv"
    JSON_LINES = "json_lines"

    @property
    def style(self) -> Style:
        """How the list works underneath."""
        return {Dress.XML: Style.PAGE, Dress.CSV: Style.OFFSET, Dress.JSON_LINES: Style.LINK}[self]


def dress_block(dress: Dress) -> dict[str, Any]:
    """What a connector's block says of such a shop."""
    return deepcopy(_read_block(dress))


@cache
def _read_block(dress: Dress) -> dict[str, Any]:
    text = (FOLDER / f"{dress}.yaml").read_text(encoding="utf-8")
    block: dict[str, Any] = merge_keys(style_block(dress.style), yaml.safe_load(text))
    return block


class Dresser:
    """A fault that is none: what an answer of JSON looks like in the format."""

    def __init__(self, dress: Dress) -> None:
        self.dress = dress

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The answer in the format, where it is one of those that the format is for."""
        response = await handler(request)
        if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
            return response
        is_told = response.content_type == "application/json" and bool(response.body)
        if not is_told or response.status >= 500:
            return response
        if self.dress is Dress.XML:
            response.body = write_xml(msgspec.json.decode(response.body))
            response.content_type = "text/xml"
        elif request.method == "GET" and response.status == 200:
            told = msgspec.json.decode(response.body)
            if self.dress is Dress.JSON_LINES and isinstance(told, list):
                response.body = b"".join(msgspec.json.encode(row) + b"\n" for row in told)
                response.content_type = "application/x-ndjson"
            elif self.dress is Dress.CSV:
                if isinstance(told, dict) and told.get("count") is not None:
                    response.headers[TOTAL_HEADER] = str(told["count"])
                response.body = write_csv(told)
                response.content_type = "text/html"
        return response


class DressedShop(FakeJsonShop):
    """The fake shop, all of whose routes answer in a format."""

    def __init__(self, dress: Dress) -> None:
        super().__init__(dress.style)
        self._dresser = Dresser(dress)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """See `FakeJsonShop`."""
        for route in super().routes():
            assert isinstance(route, web.RouteDef)
            yield web.route(route.method, route.path, self._wrap(route.handler))

    def _wrap(self, handler: Any) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._dresser(request, handler)

        return answer


def write_xml(told: Any) -> bytes:
    """JSON as older shops would write it in XML."""
    root = etree.Element("{urn:shop}answer", nsmap={"s": "urn:shop"})
    _fill(root, told, "row")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _fill(element: etree._Element, value: Any, single: str) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _fill(etree.SubElement(element, name), inner, _SINGLE.get(name, "row"))
    elif isinstance(value, list):
        for inner in value:
            _fill(etree.SubElement(element, single), inner, "row")
    elif value is None:
        element.set(_NIL, "true")
    else:
        element.text = msgspec.json.encode(value).decode() if value in (True, False) else str(value)


def write_csv(told: Any) -> bytes:
    """Orders as an export writes them: a row for each line of an order."""
    target = io.StringIO()
    rows = told.get("orders", [told.get("order")]) if isinstance(told, dict) else told
    if not isinstance(rows, list):
        return b"No database."
    columns = list(next(_list_rows({"lines": [{}]})))
    writer = csv.DictWriter(target, columns)
    writer.writeheader()
    written = set[Any]()
    for order in rows:
        if isinstance(order, dict) and "lines" in order:
            # An order of which all rows come twice would be one of twice as many lines.
            if order.get("id") not in written:
                writer.writerows(_list_rows(order))
            written.add(order.get("id"))
        else:
            target.write("Internal Server Error\r\n")
    return target.getvalue().encode()


def _list_rows(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    amounts, buyer = order.get("amounts") or {}, order.get("buyer") or {}
    shipping = order.get("shipping") or {}
    parcels = order.get("parcels") or []
    for line in order["lines"]:
        yield {
            "order": order.get("id"),
            **{key: order.get(key) for key in ("reference", "created", "changed", "currency")},
            "status": order.get("state"),
            **{key: amounts.get(key) for key in ("total", "tax", "shipping")},
            "method": shipping.get("label"),
            "mail": buyer.get("mail"),
            **{key: (buyer.get("address") or {}).get(key) for key in _BUYER},
            "tracking": " ".join(parcel["tracking"] or "" for parcel in parcels),
            "unsent": " ".join(parcel["id"] for parcel in parcels if not parcel["sent"]),
            **{f"line {key}": line.get(key) for key in ("id", "sku", "title", "pieces", "price")},
            "left": line.get("left"),
        }
