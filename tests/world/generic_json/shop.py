"""A JSON shop whose orders stand in several places, and what settings say of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from connectors.testing.shops.json_shop import FakeJsonShop, Style, answer

# The list has no pages: all orders come at once.
NONE = "none"
GOODS, STOCK = "/api/goods", "/api/stock"


class PartedJsonShop(FakeJsonShop):
    """Beside its orders it has goods by their SKUs, several at once, and the stock of each."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """See `FakeJsonShop`."""
        yield from super().routes()
        yield web.get(GOODS, self._list_goods)
        yield web.get(f"{STOCK}/{{sku}}", self._show_stock)

    async def _list_goods(self, request: web.Request) -> web.Response:
        return answer([{"sku": sku} for sku in request.query["skus"].split(",")])

    async def _show_stock(self, request: web.Request) -> web.Response:
        return answer({"sku": request.match_info["sku"], "there": True})


def find_style(way: str) -> Style:
    """How the shop's list works that is read in this way."""
    return Style.PAGE if way == NONE else Style(way)


def _describe_detail(style: Style) -> dict[str, Any]:
    if style is not Style.GRAPHQL:
        return {"request": "api/orders/{{ order.id }}", "item": "order"}
    query = "query One($id: ID!) { order(id: $id) { id } }"
    body = {"query": query, "variables": {"id": "{{ order.id }}"}}
    return {"request": {"method": "POST", "path": "graphql", "body": body}, "item": "data.order"}


_GOODS = {
    "ids": "lines[].sku",
    "batch": 3,
    "key": "sku",
    "request": {"path": GOODS[1:], "query": {"skus": "{{ ids | join_text(',') }}"}},
}
_STOCK = {"each": "lines", "request": f"{STOCK[1:]}/{{{{ item.sku }}}}"}
_AGAIN = {"query": {"again": "yes"}}
DETAIL, EXPAND, ALSO = "detail", "expand", "also"
PARTS = (DETAIL, EXPAND, ALSO)


def describe_parts(style: Style, options: tuple[str, ...]) -> dict[str, Any]:
    """The further keys of a block whose options name such parts: lines of which the shop says
    nothing are left out, so that it shows if a part is missing.
    """
    orders: dict[str, Any] = {}
    if DETAIL in options:
        orders["detail"] = _describe_detail(style)
    if ALSO in options:
        orders["also"] = _AGAIN
    if EXPAND not in options:
        return {"orders": orders}
    orders["expand"] = {"goods": _GOODS, "stock": _STOCK}
    known = "stock.there && length(keys(root().goods)) == length(root().lines)"
    return {"orders": orders, "map": {"items": {"only": known}}}
