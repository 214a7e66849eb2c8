"""Saleor: GraphQL, ids of 56 and 64 characters, and each line lies in a warehouse."""

from __future__ import annotations

import base64
import uuid
from typing import Any, ClassVar, Final

from aiohttp import web

from connectors.orders import OrderStatus
from connectors.testing.shops.json_shop import answer
from tests.connectors.generic_json.recipes.shops.sale import (
    ADDRESS,
    KEY,
    LINES,
    MAIL,
    SHIPPING,
    TAX,
    TOTAL,
    Parcel,
    Platform,
    RefusedParcelError,
    Sale,
    body_of,
    moment,
    part,
    reckon_net,
    zulu,
)


class Saleor(Platform):
    recipe = "saleor"
    needed = frozenset({"id", "number", "updatedAt", "lines.0.id"})
    bounds = ("2026-03-02T09:00:00.000Z", "2026-03-02T11:00:00.000Z")
    states: ClassVar = {
        "NOT_CHARGED": OrderStatus.UNPAID,
        "FULLY_CHARGED": OrderStatus.PAID,
        "CANCELLED": OrderStatus.UNPAID,
        "FULLY_REFUNDED": OrderStatus.CANCELLED,
    }
    spreads = True
    writes = (("POST", "/graphql/$"),)
    tracks = True
    """Whether stock is counted, so that each line says in which warehouse it lies."""

    def login(self) -> dict[str, Any]:
        return {"token": KEY}

    def knows(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {KEY}"

    def refusal(self) -> web.StreamResponse:
        told = {
            "message": "To access this path, you need MANAGE_ORDERS",
            "extensions": {"exception": {"code": "PermissionDenied"}},
        }
        return answer({"errors": [told], "data": {"orders": None}})

    def unknown(self) -> web.StreamResponse:
        return answer({"data": {"order": None}})

    async def handle(
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        assert (method, path) == ("POST", ["graphql"])
        told = await body_of(request)
        values = told.get("variables", {})
        if "warehouses(" in told["query"]:
            return answer({"data": {"warehouses": {"edges": [{"node": {"id": WAREHOUSE}}]}}})
        if "orderFulfill(" in told["query"]:
            return answer(
                {"data": {"orderFulfill": self.fulfill(values["order"], values["input"])}}
            )
        if "orderFulfillmentCancel(" in told["query"]:
            assert values["input"] == {"warehouseId": WAREHOUSE}
            for sale in self.sales:
                sale.parcels = [
                    each
                    for each in sale.parcels
                    if make_id("Fulfillment", f"{sale.number} {each.tracking}") != values["id"]
                ]
            return answer({"data": {"orderFulfillmentCancel": {"errors": []}}})
        if told["operationName"] == "One":
            return answer({"data": {"order": self.show(self.find(values["id"]))}})
        if told["operationName"] == "Find":
            found = [sale for sale in self.sales if sale.number == values["where"]["number"]["eq"]]
            return answer(
                {"data": {"orders": {"edges": [{"node": self.show(sale)} for sale in found]}}}
            )
        span = values["where"]["updatedAt"]
        self.asked.append((span["gte"], span["lte"]))
        found = self.within(moment(span["gte"]), moment(span["lte"]))
        offset = int(values["after"] or 0)
        end = offset + values["first"]
        nodes = [{"node": self.show(sale)} for sale in part(found, offset, values["first"])]
        info = {"hasNextPage": end < len(found), "endCursor": str(end)}
        return answer(
            {"data": {"orders": {"totalCount": len(found), "pageInfo": info, "edges": nodes}}}
        )

    def find(self, key: str) -> Sale:
        """A sale by its id."""
        found = next(
            (sale for sale in self.sales if make_id("Order", str(sale.number)) == key), None
        )
        return self.sale(found.number if found is not None else "none")

    def fulfill(self, key: str, told: dict[str, Any]) -> dict[str, Any]:
        sale, pieces = self.find(key), {}
        names = {make_id("OrderLine", f"{sale.number}{name}"): name for name in LINES}
        for line in told["lines"]:
            (stock,) = line["stocks"]
            assert stock["warehouse"] == WAREHOUSE
            pieces[names[line["orderLineId"]]] = stock["quantity"]
        try:
            sale.send(told["trackingNumber"], pieces, mailed=told["notifyCustomer"])
        except RefusedParcelError as error:
            return {
                "fulfillments": None,
                "errors": [
                    {"field": "orderLineId", "code": "FULFILL_ORDER_LINE", "message": str(error)}
                ],
            }
        return {"fulfillments": [{"id": "F1"}], "errors": []}

    def show(self, sale: Sale) -> dict[str, Any]:
        place = _show_place()
        status = (
            "FULFILLED" if sale.complete else "PARTIALLY_FULFILLED" if sale.begun else "UNFULFILLED"
        )
        return {
            "id": make_id("Order", str(sale.number)),
            "number": str(sale.number),
            "created": zulu(sale.changed),
            "updatedAt": zulu(sale.changed),
            "status": status,
            "paymentStatus": sale.word or "FULLY_CHARGED",
            "userEmail": MAIL,
            "customerNote": "",
            "shippingMethodName": "Ground",
            "collectionPointName": None,
            "voucherCode": None,
            "channel": {"name": "Default channel"},
            "total": {
                "gross": {"amount": float(TOTAL), "currency": "EUR"},
                "tax": {"amount": float(TAX)},
            },
            "shippingPrice": {"net": {"amount": float(SHIPPING)}},
            "shippingAddress": place,
            "billingAddress": place,
            "transactions": [{"name": "Card"}],
            "lines": [
                {
                    "id": make_id("OrderLine", f"{sale.number}{name}"),
                    "productName": line.name,
                    "variantName": "L",
                    "productSku": line.sku,
                    "quantity": line.quantity,
                    "quantityToFulfill": line.quantity - sale.sent(name),
                    "quantityFulfilled": sale.sent(name),
                    "isShippingRequired": True,
                    "thumbnail": None,
                    "variant": _show_variant(name),
                    "totalPrice": {"net": {"amount": float(reckon_net(name))}},
                    "allocations": [
                        {
                            "quantity": line.quantity - sale.sent(name),
                            "warehouse": {"id": WAREHOUSE},
                        }
                    ]
                    if self.tracks
                    else [],
                }
                for name, line in LINES.items()
            ],
            "fulfillments": [_show_parcel(sale, parcel) for parcel in sale.parcels],
        }


def make_id(kind: str, name: str) -> str:
    """A global id as Saleor makes them: Base64 of the kind and a UUID."""
    return base64.b64encode(f"{kind}:{uuid.uuid5(uuid.NAMESPACE_OID, name)}".encode()).decode()


WAREHOUSE: Final = make_id("Warehouse", "first")


def _show_parcel(sale: Sale, parcel: Parcel) -> dict[str, Any]:
    return {
        "id": make_id("Fulfillment", f"{sale.number} {parcel.tracking}"),
        "status": "FULFILLED",
        "trackingNumber": parcel.tracking,
        "warehouse": {"id": WAREHOUSE},
        "lines": [],
    }


def _show_variant(name: str) -> dict[str, Any]:
    """The anvil's weight is its own; of the bell, the kind of product is weighed."""
    own = {"value": LINES[name].grams / 1000, "unit": "KG"}
    kind = {"weight": {"value": 0.2, "unit": "KG"}}
    return {
        "weight": own if name == "A" else None,
        "product": {"weight": None, "productType": kind},
    }


def _show_place() -> dict[str, Any]:
    """The buyer's address."""
    return {
        "firstName": ADDRESS["first"],
        "lastName": ADDRESS["last"],
        "companyName": ADDRESS["company"],
        "streetAddress1": ADDRESS["line1"],
        "streetAddress2": ADDRESS["line2"],
        "city": ADDRESS["city"],
        "countryArea": "",
        "postalCode": ADDRESS["zip"],
        "country": {"code": ADDRESS["country"]},
        "phone": ADDRESS["phone"],
    }
