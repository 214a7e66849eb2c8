"""Saleor: GraphQL, and each line lies in a warehouse."""

from __future__ import annotations

from typing import Any, ClassVar

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
            return answer({"data": {"warehouses": {"edges": [{"node": {"id": "W1"}}]}}})
        if "orderFulfill(" in told["query"]:
            return answer(
                {"data": {"orderFulfill": self.fulfill(values["order"], values["input"])}}
            )
        if told["operationName"] == "One":
            return answer({"data": {"order": self.show(self.sale(values["id"]))}})
        span = values["filter"]["updatedAt"]
        self.asked.append((span["gte"], span["lte"]))
        found = self.within(moment(span["gte"]), moment(span["lte"]))
        offset = int(values["after"] or 0)
        end = offset + values["first"]
        nodes = [{"node": self.show(sale)} for sale in part(found, offset, values["first"])]
        info = {"hasNextPage": end < len(found), "endCursor": str(end)}
        return answer(
            {"data": {"orders": {"totalCount": len(found), "pageInfo": info, "edges": nodes}}}
        )

    def fulfill(self, number: str, told: dict[str, Any]) -> dict[str, Any]:
        pieces = {}
        for line in told["lines"]:
            (stock,) = line["stocks"]
            assert stock["warehouse"] == "W1"
            pieces[line["orderLineId"]] = stock["quantity"]
        try:
            self.sale(number).send(told["trackingNumber"], pieces, mailed=told["notifyCustomer"])
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
            "id": str(sale.number),
            "number": str(sale.number),
            "created": zulu(sale.changed),
            "updatedAt": zulu(sale.changed),
            "status": status,
            "paymentStatus": sale.word or "FULLY_CHARGED",
            "userEmail": MAIL,
            "total": {
                "gross": {"amount": float(TOTAL), "currency": "EUR"},
                "tax": {"amount": float(TAX)},
            },
            "shippingPrice": {"net": {"amount": float(SHIPPING)}},
            "shippingAddress": place,
            "billingAddress": place,
            "payments": [],
            "lines": [
                {
                    "id": name,
                    "productName": line.name,
                    "variantName": "L",
                    "productSku": line.sku,
                    "quantity": line.quantity,
                    "quantityToFulfill": line.quantity - sale.sent(name),
                    "isShippingRequired": True,
                    "variant": {"weight": {"value": line.grams / 1000, "unit": "KG"}},
                    "totalPrice": {"net": {"amount": float(reckon_net(name))}},
                    "allocations": [
                        {"quantity": line.quantity - sale.sent(name), "warehouse": {"id": "W1"}}
                    ]
                    if self.tracks
                    else [],
                }
                for name, line in LINES.items()
            ],
            "fulfillments": [
                {"status": "FULFILLED", "trackingNumber": parcel.tracking}
                for parcel in sale.parcels
            ],
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
