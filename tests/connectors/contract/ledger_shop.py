"""A plain shop, as small as the contract allows: orders, their parcels and their status."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aiohttp import web

from connectors import OrderStatus
from connectors.testing import BookOrder, FakeShop

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
        since, until = (
            datetime.fromisoformat(request.query[name]) if name in request.query else None
            for name in ("since", "until")
        )
        skip, size = int(request.query["skip"]), min(int(request.query["size"]), PAGE_SIZE)
        found = sorted(
            (
                o
                for o in self.book
                if (since is None or o.modified_at >= since)
                and (until is None or o.modified_at <= until)
            ),
            key=lambda o: (o.modified_at, int(o.id)),
        )
        return web.json_response(
            {
                "total": len(found),
                "orders": [_show_order(order) for order in found[skip : skip + size]],
            }
        )

    def _order(self, request: web.Request) -> BookOrder:
        order = self.book.get(request.match_info["id"])
        if order is None:
            raise web.HTTPNotFound(
                text='{"message":"No such order"}', content_type="application/json"
            )
        return order

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(_show_order(self._order(request)))

    async def _parcels(self, request: web.Request) -> web.Response:
        parcels = self._order(request).parcels
        return web.json_response(
            [
                {"tracking": parcel.tracking_number, "quantities": parcel.quantities}
                for parcel in parcels
            ]
        )

    async def _add_parcel(self, request: web.Request) -> web.Response:
        told = await request.json()
        self.book.add_parcel(self._order(request).id, told["tracking"], told["quantities"])
        return web.json_response({"ok": True}, status=201)

    async def _set_status(self, request: web.Request) -> web.Response:
        self.book.set_status(self._order(request).id, OrderStatus((await request.json())["status"]))
        return web.json_response({"ok": True})


def _show_order(order: BookOrder) -> dict[str, Any]:
    return {
        "id": int(order.id),
        "modified": order.modified_at.isoformat(),
        "placed": order.placed_at.isoformat(),
        "status": "cancelled" if order.trashed else order.status.value,
        "total": "much" if order.spoiled else str(order.total),
        "name": order.ship_to.name,
        "lines": [
            {
                "id": line.id,
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "price": str(line.unit_price),
            }
            for line in order.lines
        ],
    }
