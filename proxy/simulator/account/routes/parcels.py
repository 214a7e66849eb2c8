"""Shipments (labels made in the account) and fulfillments (orders marked as shipped)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from aiohttp import web

from proxy.simulator.account.account import Account
from proxy.simulator.account.listing import (
    Listing,
    begins,
    contains,
    equals,
    read_flag,
    span,
)
from proxy.simulator.account.routes.frame import answer_json, read_body
from proxy.simulator.account.routes.pages import answer_page, choose_rows
from proxy.simulator.account.rows import ShipmentRow

_SORTS = {"ShipDate": "ship_date", "CreateDate": "create_date"}
SHIPMENTS = Listing(
    name="shipments",
    filters={
        "recipientname": contains("ship_to.name"),
        "recipientcountrycode": equals("ship_to.country"),
        "ordernumber": begins("order_number"),
        "orderid": equals("order_id"),
        "carriercode": equals("carrier_code"),
        "servicecode": equals("service_code"),
        "trackingnumber": equals("tracking_number"),
        "storeid": equals("advanced_options.store_id"),
        **span("createdate", "create_date"),
        **span("shipdate", "ship_date"),
        **span("voiddate", "void_date"),
    },
    sorts=_SORTS,
)
FULFILLMENTS = Listing(
    name="fulfillments",
    filters={
        "fulfillmentid": equals("fulfillment_id"),
        "orderid": equals("order_id"),
        "ordernumber": begins("order_number"),
        "trackingnumber": equals("tracking_number"),
        "recipientname": contains("ship_to.name"),
        **span("createdate", "create_date"),
        **span("shipdate", "ship_date"),
    },
    sorts=_SORTS,
)


class _VoidBody(msgspec.Struct, kw_only=True, rename="camel"):
    shipment_id: int


class ParcelRoutes:
    """The routes `/shipments` and `/fulfillments`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def list_routes(self) -> Iterable[web.AbstractRouteDef]:
        """All of them."""
        return (
            web.get("/shipments", self._list_shipments),
            web.post("/shipments/voidlabel", self._void),
            web.get("/fulfillments", self._list_fulfillments),
        )

    async def _list_shipments(self, request: web.Request) -> web.Response:
        batch, books = request.query.get("batchId"), self._account.books
        rows = choose_rows(self._account, books.shipments, SHIPMENTS.name, batch)
        if read_flag(request.query.get("includeShipmentItems")):
            return answer_page(self._account, SHIPMENTS, rows, request)
        return answer_page(self._account, SHIPMENTS, rows, request, _hide_items)

    async def _list_fulfillments(self, request: web.Request) -> web.Response:
        batch, books = request.query.get("batchId"), self._account.books
        rows = choose_rows(self._account, books.fulfillments, FULFILLMENTS.name, batch)
        return answer_page(self._account, FULFILLMENTS, rows, request)

    async def _void(self, request: web.Request) -> web.Response:
        body = await read_body(request, _VoidBody)
        row = self._account.books.shipments.get(body.shipment_id)
        if row is None or row.voided:
            return answer_json({"approved": False, "message": "No label to void."})
        self._account.void(row)
        return answer_json({"approved": True, "message": "Label voided."})


def _hide_items(row: ShipmentRow) -> ShipmentRow:
    return msgspec.structs.replace(row, shipment_items=None)
