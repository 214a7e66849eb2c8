"""Orders: the list, one, those with a tag, and what is done to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec
from aiohttp import web

from proxy.simulator.account.account import Account
from proxy.simulator.account.listing import (
    Listing,
    begins,
    contains,
    contains_in_items,
    equals,
    fits_nothing,
    span,
)
from proxy.simulator.account.pacific import parse_pacific
from proxy.simulator.account.parcels import Label
from proxy.simulator.account.routes.frame import (
    ApiError,
    answer_json,
    answer_success,
    read_body,
    read_id,
)
from proxy.simulator.account.routes.pages import answer_page, choose_rows
from proxy.simulator.account.stores import STATUSES
from proxy.simulator.account.traits import Fate

ORDERS = Listing(
    name="orders",
    filters={
        "customername": contains("ship_to.name"),
        "itemkeyword": contains_in_items,
        "customscountrycode": fits_nothing,
        "ordernumber": begins("order_number"),
        "orderstatus": equals("order_status"),
        "storeid": equals("advanced_options.store_id"),
        **span("createdate", "create_date"),
        **span("modifydate", "modify_date"),
        **span("orderdate", "order_date"),
        **span("paymentdate", "payment_date"),
    },
    sorts={
        "OrderDate": "order_date",
        "ModifyDate": "modify_date",
        "CreateDate": "create_date",
    },
)


class _OrderBody(msgspec.Struct, kw_only=True, rename="camel"):
    order_id: int


class _TagBody(msgspec.Struct, kw_only=True, rename="camel"):
    order_id: int
    tag_id: int


class _UserBody(msgspec.Struct, kw_only=True, rename="camel"):
    order_ids: list[int]
    user_id: str | None = None


class _HoldBody(msgspec.Struct, kw_only=True, rename="camel"):
    order_id: int
    hold_until_date: str


class _MarkBody(msgspec.Struct, kw_only=True, rename="camel"):
    order_id: int
    carrier_code: str
    ship_date: str | None = None
    tracking_number: str | None = None
    notify_customer: bool = False
    notify_sales_channel: bool = False


class _LabelBody(msgspec.Struct, kw_only=True, rename="camel"):
    order_id: int
    carrier_code: str
    service_code: str


class OrderRoutes:
    """The routes below `/orders`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def list_routes(self) -> Iterable[web.AbstractRouteDef]:
        """All of them."""
        return (
            web.get("/orders", self._list),
            web.get("/orders/listbytag", self._list_by_tag),
            web.get("/orders/{id:[0-9]{1,18}}", self._get),
            web.post("/orders/addtag", self._add_tag),
            web.post("/orders/removetag", self._remove_tag),
            web.post("/orders/assignuser", self._assign_user),
            web.post("/orders/unassignuser", self._unassign_user),
            web.post("/orders/holduntil", self._hold),
            web.post("/orders/restorefromhold", self._restore),
            web.post("/orders/createlabelfororder", self._make_label),
            web.post("/orders/markasshipped", self._mark_shipped),
        )

    async def _list(self, request: web.Request) -> web.Response:
        batch = request.query.get("importBatch")
        rows = choose_rows(self._account, self._account.books.orders, ORDERS.name, batch)
        return answer_page(self._account, ORDERS, rows, request)

    async def _list_by_tag(self, request: web.Request) -> web.Response:
        status, tag = request.query.get("orderStatus"), request.query.get("tagId", "")
        if status not in STATUSES or not tag.isdecimal():
            raise ApiError(400, "expected orderStatus and tagId")
        rows = [
            row
            for row in self._account.books.orders.values()
            if row.order_status == status and int(tag) in (row.tag_ids or ())
        ]
        return answer_page(self._account, ORDERS, rows, request)

    async def _get(self, request: web.Request) -> web.Response:
        return answer_json(self._account.books.get_order(read_id(request)))

    async def _add_tag(self, request: web.Request) -> web.Response:
        body = await read_body(request, _TagBody)
        self._account.office.add_tag(body.order_id, body.tag_id)
        return answer_success("Tag added successfully.")

    async def _remove_tag(self, request: web.Request) -> web.Response:
        body = await read_body(request, _TagBody)
        self._account.office.remove_tag(body.order_id, body.tag_id)
        return answer_success("Tag removed successfully.")

    async def _assign_user(self, request: web.Request) -> web.Response:
        body = await read_body(request, _UserBody)
        if body.user_id is None:
            raise ApiError(400, "expected userId")
        self._account.office.assign_user(body.order_ids, body.user_id)
        return answer_success("User assigned successfully.")

    async def _unassign_user(self, request: web.Request) -> web.Response:
        body = await read_body(request, _UserBody)
        self._account.office.assign_user(body.order_ids, None)
        return answer_success("User unassigned successfully.")

    async def _hold(self, request: web.Request) -> web.Response:
        body = await read_body(request, _HoldBody)
        self._account.office.hold_until(body.order_id, _read_day(body.hold_until_date))
        return answer_success("Order held until the date requested.")

    async def _restore(self, request: web.Request) -> web.Response:
        body = await read_body(request, _OrderBody)
        self._account.office.restore(body.order_id)
        return answer_success("Order restored from hold.")

    async def _make_label(self, request: web.Request) -> web.Response:
        body = await read_body(request, _LabelBody)
        order = self._account.books.get_order(body.order_id)
        label = Label(carrier=body.carrier_code, service=body.service_code)
        row = self._account.make_label(order, label=label)
        return answer_json(
            {
                "shipmentId": row.shipment_id,
                "shipmentCost": row.shipment_cost,
                "insuranceCost": row.insurance_cost,
                "trackingNumber": row.tracking_number,
                "labelData": None,
                "formData": None,
            }
        )

    async def _mark_shipped(self, request: web.Request) -> web.Response:
        body = await read_body(request, _MarkBody)
        order = self._account.books.get_order(body.order_id)
        self._account.mark_shipped(
            order,
            body.tracking_number or "",
            carrier=body.carrier_code,
            ship_date=None if body.ship_date is None else _read_day(body.ship_date),
            fate=None if body.notify_sales_channel else Fate.OFF,
        )
        return answer_json({"orderId": order.order_id, "orderNumber": order.order_number})


def _read_day(text: str) -> date:
    return parse_pacific(text).date()
