"""A JSON shop whose orders stand in several places, and what settings say of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from connectors.testing.book import BookOrder
from connectors.testing.shops.json_shop import FakeJsonShop, Style, answer
from tests.connectors.generic_json.formats.dresses import Dress, Dresser, dress_block
from tests.connectors.generic_json.styles import style_block

# The list has no pages: all orders come at once.
NONE = "none"
DRESSES = frozenset(Dress)
GOODS, STOCK, EXPORTS = "/api/goods", "/api/stock", "/api/exports"


class PartedJsonShop(FakeJsonShop):
    """Beside its orders it has goods by their SKUs, several at once, and the stock of each.

    `dress` makes another format of its answers, once all is done to their values; `longest` is the
    span that it takes in one request.
    """

    def __init__(self, way: str) -> None:
        super().__init__(find_style(way))
        self.longest: timedelta | None = None
        self._channel = ""
        self.dress = Dresser(Dress(way)) if way in DRESSES else None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """See `FakeJsonShop`."""
        yield from super().routes()
        yield web.get(GOODS, self._list_goods)
        yield web.get(EXPORTS, self._export)
        yield web.get(f"{STOCK}/{{sku}}", self._show_stock)

    async def list_orders(self, request: web.Request) -> web.Response:
        """See `FakeJsonShop`; orders with odd numbers are in the channel 1, the others in 0."""
        self._channel = request.query.get("channel", "")
        return await super().list_orders(request)

    def select_orders(
        self, start: str | None, end: str | None, state: str | None
    ) -> list[BookOrder]:
        """See `FakeJsonShop`; a span over `longest` is refused."""
        if self.longest is not None and not self.ignores_filters and start and end:
            span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
            if span > self.longest:
                raise web.HTTPBadRequest(text='{"error": {"message": "The span is too long."}}')
        found = super().select_orders(start, end, state)
        if self._channel:
            return [order for order in found if int(order.id) % 2 == int(self._channel)]
        return found

    async def _export(self, request: web.Request) -> web.Response:
        """The list is another request away."""
        return answer(
            {"state": "done", "url": str(request.url.with_path("/api/orders", keep_query=True))}
        )

    async def _list_goods(self, request: web.Request) -> web.Response:
        return answer([{"sku": sku} for sku in request.query["skus"].split(",")])

    async def _show_stock(self, request: web.Request) -> web.Response:
        return answer({"sku": request.match_info["sku"], "there": True})


def find_style(way: str) -> Style:
    """How the shop's list works that is read in this way."""
    if way in DRESSES:
        return Dress(way).style
    return Style.PAGE if way == NONE else Style(way)


def find_block(way: str) -> dict[str, Any]:
    """What a connector's block says of a shop that is read in this way."""
    return dress_block(Dress(way)) if way in DRESSES else style_block(find_style(way))


def _describe_detail(way: str, one: dict[str, Any]) -> dict[str, Any]:
    if way in DRESSES:
        named = "order.rows[0].order" if way == Dress.CSV else "order.id"
        return {**one, "request": {**one["request"], "path": f"api/orders/{{{{ {named} }}}}"}}
    if way != Style.GRAPHQL:
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
_EXPORT = {"state": "state", "ready": "done", "follow": "url"}
_STOCK = {"each": "lines", "request": f"{STOCK[1:]}/{{{{ item.sku }}}}"}
_AGAIN = {"query": {"again": "yes"}}
DETAIL, EXPAND, ALSO, SLICES = "detail", "expand", "also", "slices"
CHANNELS, EXPORTED = "channels", "exported"
PARTS = (DETAIL, EXPAND, ALSO, SLICES, CHANNELS, EXPORTED)
LONGEST = timedelta(minutes=4)


def is_sliced(way: str, options: tuple[str, ...]) -> bool:
    """Whether the shop takes a short span alone; one that is scanned is asked for no span."""
    return SLICES in options and way != Style.SCAN


def describe_parts(way: str, options: tuple[str, ...]) -> dict[str, Any]:
    """The further keys of a block whose options name such parts: lines of which the shop says
    nothing are left out, so that it shows if a part is missing. Goods and stock come in JSON alone.
    """
    orders: dict[str, Any] = {}
    if DETAIL in options:
        orders["detail"] = _describe_detail(way, find_block(way)["order"])
    if CHANNELS in options and way not in {Style.SCAN, Style.GRAPHQL}:
        orders["partitions"] = {"as": "channel", "values": [0, 1]}
        orders["request"] = {"query": {"channel": "{{ channel }}"}}
    if EXPORTED in options and way == NONE:
        orders |= {"export": {"status": "{{ export.url }}", **_EXPORT}}
        orders["request"] = {**orders.get("request", {}), "path": EXPORTS[1:]}
    if is_sliced(way, options):
        orders["window"] = {"longest": LONGEST}
    if ALSO in options:
        orders["also"] = _AGAIN
    if EXPAND not in options or way in DRESSES:
        return {"orders": orders}
    orders["expand"] = {"goods": _GOODS, "stock": _STOCK}
    known = "stock.there && length(keys(root().goods)) == length(root().lines)"
    return {"orders": orders, "map": {"items": {"only": known}}}
