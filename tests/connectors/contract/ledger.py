"""A plain shop and its connector, as small as the contract allows: what the suite is tried on, and an example to start from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp import web

from connectors import (
    Address,
    CheckLevel,
    CheckReport,
    ConflictError,
    ConnectorError,
    Customer,
    Finding,
    LineItem,
    Order,
    OrderNotFoundError,
    OrderStatus,
    RefusedError,
    RejectedOrder,
    Shipment,
    ShipOutcome,
    UnreadableResponseError,
    Window,
)
from connectors.reading.fields import FieldError, identifier, moment, money, text, whole_quantity
from connectors.reading.keyset import by_key
from connectors.reading.paging import Page
from connectors.testing.book import BookOrder
from connectors.testing.contract import ShopHarness
from connectors.testing.shop import FakeShop
from connectors.upstream.auth.auth import BearerAuth
from connectors.upstream.client import Upstream, UpstreamPolicy
from connectors.upstream.request import segment

PAGE_SIZE = 10
TOKEN = "ledger-token-1"


class FakeLedgerShop(FakeShop):
    """Orders at `/orders`, walked by key; parcels are added one by one, the status is set apart."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [
            web.get("/orders", self._list),
            web.get("/orders/{id}", self._get),
            web.get("/orders/{id}/parcels", self._parcels),
            web.post("/orders/{id}/parcels", self._add_parcel),
            web.put("/orders/{id}/status", self._set_status),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"message": "Unknown token"}, status=401)
        since, until = (datetime.fromisoformat(request.query[name]) if name in request.query else None for name in ("since", "until"))
        skip, size = int(request.query["skip"]), min(int(request.query["size"]), PAGE_SIZE)
        found = sorted(
            (o for o in self.book if (since is None or o.modified_at >= since) and (until is None or o.modified_at <= until)),
            key=lambda o: (o.modified_at, int(o.id)),
        )
        return web.json_response({"total": len(found), "orders": [_shown(order) for order in found[skip : skip + size]]})

    def _order(self, request: web.Request) -> BookOrder:
        order = self.book.get(request.match_info["id"])
        if order is None:
            raise web.HTTPNotFound(text='{"message":"No such order"}', content_type="application/json")
        return order

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(_shown(self._order(request)))

    async def _parcels(self, request: web.Request) -> web.Response:
        parcels = self._order(request).parcels
        return web.json_response([{"tracking": parcel.tracking_number, "quantities": parcel.quantities} for parcel in parcels])

    async def _add_parcel(self, request: web.Request) -> web.Response:
        told = await request.json()
        self.book.add_parcel(self._order(request).id, told["tracking"], told["quantities"])
        return web.json_response({"ok": True}, status=201)

    async def _set_status(self, request: web.Request) -> web.Response:
        self.book.set_status(self._order(request).id, OrderStatus((await request.json())["status"]))
        return web.json_response({"ok": True})


def _shown(order: BookOrder) -> dict[str, Any]:
    return {
        "id": int(order.id),
        "modified": order.modified_at.isoformat(),
        "placed": order.placed_at.isoformat(),
        "status": "cancelled" if order.trashed else order.status.value,
        "total": "much" if order.spoiled else str(order.total),
        "name": order.ship_to.name,
        "lines": [
            {"id": line.id, "sku": line.sku, "name": line.name, "quantity": line.quantity, "price": str(line.unit_price)}
            for line in order.lines
        ],
    }


class LedgerConnector:
    """The connector under trial. The class flags break one promise each."""

    forgets_to_look: ClassVar[bool] = False
    pages_by_number: ClassVar[bool] = False

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def list_orders(self, window: Window) -> AsyncIterator[Order | RejectedOrder]:
        async for items in self._pages(window.start, window.end):
            for item in items:
                order = read_order(item)
                if isinstance(order, RejectedOrder) or window.contains(order.modified_at):
                    yield order

    async def list_open_orders(self) -> AsyncIterator[Order | RejectedOrder]:
        async for items in self._pages(None, None):
            for item in items:
                order = read_order(item)
                if isinstance(order, RejectedOrder) or order.status not in {OrderStatus.SHIPPED, OrderStatus.CANCELLED}:
                    yield order

    async def count_orders(self, window: Window) -> int | None:
        page = await self._page(window.start, window.end, 0, 1)
        return page.total

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        return read_order(await self._find(order_id))

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:  # noqa: ARG002 - the shop itself knows
        shown = await self._find(shipment.order_id)
        order = read_order(shown)
        if isinstance(order, RejectedOrder):
            raise RefusedError(f"Order {order.id} cannot be read: {order.reason}.")
        path = f"orders/{segment(shipment.order_id)}"
        parcels = (await self._upstream.get(f"{path}/parcels")).decode(list[dict[str, Any]])
        known = [parcel["tracking"] for parcel in parcels]
        already = shipment.tracking_number in known and not self.forgets_to_look
        sent = {item.id: sum(int(parcel["quantities"].get(item.id, 0)) for parcel in parcels) for item in order.items}
        left = {item.id: item.quantity - sent[item.id] for item in order.items if item.quantity > sent[item.id]}
        if not already:
            if order.status is OrderStatus.CANCELLED:
                raise ConflictError(f"Order {order.id} is cancelled, so it takes no shipment.")
            told = {item.line_id: item.quantity for item in shipment.items} or left
            body = {"tracking": shipment.tracking_number, "quantities": told}
            await self._upstream.write("POST", f"{path}/parcels", json=body)
            left = {line: pieces - told.get(line, 0) for line, pieces in left.items() if pieces > told.get(line, 0)}
        if not left and order.status is not OrderStatus.SHIPPED:
            await self._upstream.write("PUT", f"{path}/status", json={"status": "shipped"})
        return ShipOutcome(already=already, completed=not left)

    async def check(self) -> CheckReport:
        try:
            await self._page(None, None, 0, 1)
        except ConnectorError as error:
            return CheckReport(findings=(Finding(level=CheckLevel.PROBLEM, what=str(error), advice="Look after the shop."),))
        return CheckReport(findings=(Finding(level=CheckLevel.OK, what="The list can be read."),))

    def _pages(self, start: datetime | None, end: datetime | None) -> AsyncIterator[list[dict[str, Any]]]:
        async def fetch(key: datetime, skip: int, size: int) -> Page[dict[str, Any]]:
            return await self._page(start if self.pages_by_number else key, end, skip, size)

        def key(item: dict[str, Any]) -> datetime | None:
            return moment(item["modified"], "modified")

        begin = start or datetime.fromisoformat("2000-01-01T00:00:00+00:00")
        if self.pages_by_number:
            return self._by_number(begin, fetch)
        return by_key(fetch, start=begin, key=key, identity=lambda item: str(item["id"]), size=PAGE_SIZE)

    async def _by_number(self, begin: datetime, fetch: Any) -> AsyncIterator[list[dict[str, Any]]]:
        skip, page = 0, await fetch(begin, 0, PAGE_SIZE)
        while page.items:
            yield page.items
            skip += PAGE_SIZE
            page = await fetch(begin, skip, PAGE_SIZE)

    async def _page(self, start: datetime | None, end: datetime | None, skip: int, size: int) -> Page[dict[str, Any]]:
        bounds = [(name, moment.isoformat()) for name, moment in (("since", start), ("until", end)) if moment is not None]
        body = (await self._upstream.get("orders", [*bounds, ("skip", str(skip)), ("size", str(size))])).json()
        if not isinstance(body, dict) or not isinstance(body.get("orders"), list) or not isinstance(body.get("total"), int):
            raise UnreadableResponseError("The list of orders: expected `orders` and `total`.")
        return Page(items=body["orders"], total=body["total"])

    async def _find(self, order_id: str) -> dict[str, Any]:
        try:
            return (await self._upstream.get(f"orders/{segment(order_id)}")).decode(dict[str, Any])
        except RefusedError as error:
            if error.status == 404:
                raise OrderNotFoundError(f"The shop has no order {order_id}.") from error
            raise


def read_order(item: dict[str, Any]) -> Order | RejectedOrder:
    name = ""
    try:
        name = identifier(item["id"], "id")
        lines = tuple(
            LineItem(
                id=identifier(line["id"], f"lines[{place}].id"),
                sku=text(line["sku"], f"lines[{place}].sku"),
                name=text(line["name"], f"lines[{place}].name"),
                quantity=whole_quantity(line["quantity"], f"lines[{place}].quantity"),
                unit_price=money(line["price"], f"lines[{place}].price", default=Decimal(0)),
            )
            for place, line in enumerate(item["lines"])
        )
        return Order(
            id=name,
            number=name,
            placed_at=moment(item["placed"], "placed"),
            modified_at=moment(item["modified"], "modified"),
            status=OrderStatus(item["status"]),
            total=money(item["total"], "total"),
            customer=Customer(bill_to=Address(), ship_to=Address(name=text(item["name"], "name"))),
            items=lines,
        )
    except FieldError as error:
        return RejectedOrder(id=name, reason=str(error))
    except KeyError as error:
        raise UnreadableResponseError(f"An order: expected the field {error}.") from error


class LedgerHarness(ShopHarness):
    """The contract's view of the ledger shop."""

    page_size = PAGE_SIZE
    connector: ClassVar[type[LedgerConnector]] = LedgerConnector

    @asynccontextmanager
    async def open_connector(self, policy: UpstreamPolicy) -> AsyncIterator[LedgerConnector]:
        async with Upstream.open(self.shop.url, auth=BearerAuth(TOKEN), policy=policy) as upstream:
            yield self.connector(upstream)
