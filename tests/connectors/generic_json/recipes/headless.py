"""Saleor and commercetools: shops without a shop window."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from aiohttp import web

from connectors.orders import OrderStatus
from connectors.testing.shops.json_shop import answer
from tests.connectors.generic_json.recipes.sale import (
    ADDRESS,
    DISCOUNT,
    KEY,
    LINES,
    MAIL,
    SHIPPING,
    TAX,
    TOTAL,
    Platform,
    RefusedParcelError,
    Sale,
    basic,
    body_of,
    moment,
    part,
    zulu,
)


def net(name: str) -> Any:
    """A line's total after its share of the discount."""
    return LINES[name].price * LINES[name].quantity - (DISCOUNT if name == "B" else 0)


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
        told = {"message": "To access this path, you need MANAGE_ORDERS", "extensions": {"exception": {"code": "PermissionDenied"}}}
        return answer({"errors": [told], "data": {"orders": None}})

    def unknown(self) -> web.StreamResponse:
        return answer({"data": {"order": None}})

    async def handle(self, method: str, path: list[str], request: web.Request) -> web.StreamResponse:
        assert (method, path) == ("POST", ["graphql"])
        told = await body_of(request)
        values = told.get("variables", {})
        if "warehouses(" in told["query"]:
            return answer({"data": {"warehouses": {"edges": [{"node": {"id": "W1"}}]}}})
        if "orderFulfill(" in told["query"]:
            return answer({"data": {"orderFulfill": self.fulfill(values["order"], values["input"])}})
        if told["operationName"] == "One":
            return answer({"data": {"order": self.show(self.sale(values["id"]))}})
        span = values["filter"]["updatedAt"]
        self.asked.append((span["gte"], span["lte"]))
        found = self.within(moment(span["gte"]), moment(span["lte"]))
        offset = int(values["after"] or 0)
        end = offset + values["first"]
        nodes = [{"node": self.show(sale)} for sale in part(found, offset, values["first"])]
        info = {"hasNextPage": end < len(found), "endCursor": str(end)}
        return answer({"data": {"orders": {"totalCount": len(found), "pageInfo": info, "edges": nodes}}})

    def fulfill(self, number: str, told: dict[str, Any]) -> dict[str, Any]:
        pieces = {}
        for line in told["lines"]:
            (stock,) = line["stocks"]
            assert stock["warehouse"] == "W1"
            pieces[line["orderLineId"]] = stock["quantity"]
        try:
            self.sale(number).send(told["trackingNumber"], pieces, mailed=told["notifyCustomer"])
        except RefusedParcelError as error:
            return {"fulfillments": None, "errors": [{"field": "orderLineId", "code": "FULFILL_ORDER_LINE", "message": str(error)}]}
        return {"fulfillments": [{"id": "F1"}], "errors": []}

    def show(self, sale: Sale) -> dict[str, Any]:
        place = {
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
        status = "FULFILLED" if sale.complete else "PARTIALLY_FULFILLED" if sale.begun else "UNFULFILLED"
        return {
            "id": str(sale.number),
            "number": str(sale.number),
            "created": zulu(sale.changed),
            "updatedAt": zulu(sale.changed),
            "status": status,
            "paymentStatus": sale.word or "FULLY_CHARGED",
            "userEmail": MAIL,
            "total": {"gross": {"amount": float(TOTAL), "currency": "EUR"}, "tax": {"amount": float(TAX)}},
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
                    "totalPrice": {"net": {"amount": float(net(name))}},
                    "allocations": [{"quantity": line.quantity - sale.sent(name), "warehouse": {"id": "W1"}}] if self.tracks else [],
                }
                for name, line in LINES.items()
            ],
            "fulfillments": [{"status": "FULFILLED", "trackingNumber": parcel.tracking} for parcel in sale.parcels],
        }


class Commercetools(Platform):
    recipe = "commercetools"
    base = "/my-project"
    bounds = ("2026-03-02T09:00:00.000Z", "2026-03-02T11:00:00.000Z")
    states: ClassVar = {"BalanceDue": OrderStatus.UNPAID, "Paid": OrderStatus.PAID, "Failed": OrderStatus.UNPAID}
    spreads = True
    mails = False
    writes = (("POST", "/orders/"),)

    def login(self) -> dict[str, Any]:
        return {"client_id": "portside", "client_secret": KEY, "token_url": f"{self.url}/oauth/token", "scope": "manage_orders:my-project"}

    def knows(self, request: web.Request) -> bool:
        wanted = basic("portside", KEY) if request.path == "/oauth/token" else "Bearer two-days"
        return request.headers.get("Authorization") == wanted

    async def handle(self, method: str, path: list[str], request: web.Request) -> web.StreamResponse:
        match method, path:
            case "POST", ["oauth", "token"]:
                return answer({"access_token": "two-days", "expires_in": 172800, "token_type": "Bearer"})
            case "GET", ["orders"]:
                return self.listed(request)
            case "GET", ["orders", number]:
                return answer(self.show(self.sale(number)))
            case "POST", ["orders", number]:
                return self.update(self.sale(number), await body_of(request))
        return answer({"statusCode": 404, "message": "Not found"}, 404)

    def listed(self, request: web.Request) -> web.StreamResponse:
        found = re.fullmatch(r'lastModifiedAt >= "([^"]+)" and lastModifiedAt <= "([^"]+)"', request.query["where"])
        assert found
        assert request.query.getall("sort") == ["lastModifiedAt asc", "id asc"]
        self.asked.append(found.groups())
        every = self.within(*(moment(each) for each in found.groups()))
        shown = part(every, int(request.query["offset"]), int(request.query["limit"]))
        return answer({"total": len(every), "count": len(shown), "results": [self.show(sale) for sale in shown]})

    def update(self, sale: Sale, told: dict[str, Any]) -> web.StreamResponse:
        """All actions or none, and only on the version that was read."""
        if told["version"] != len(sale.parcels) + 1:
            return answer({"statusCode": 409, "message": "Version mismatch", "errors": [{"code": "ConcurrentModification"}]}, 409)
        delivery, state = told["actions"]
        (parcel,) = delivery["parcels"]
        assert parcel["items"] == delivery["items"]
        try:
            sale.send(parcel["trackingData"]["trackingId"], {item["id"]: item["quantity"] for item in delivery["items"]})
        except RefusedParcelError as error:
            return answer({"statusCode": 400, "message": str(error)}, 400)
        assert state == {"action": "changeShipmentState", "shipmentState": "Shipped" if sale.complete else "Partial"}
        return answer(self.show(sale))

    def show(self, sale: Sale) -> dict[str, Any]:
        place = {
            "firstName": ADDRESS["first"],
            "lastName": ADDRESS["last"],
            "company": ADDRESS["company"],
            "streetName": ADDRESS["line1"].partition(" ")[2],
            "streetNumber": ADDRESS["line1"].partition(" ")[0],
            "additionalStreetInfo": ADDRESS["line2"],
            "city": ADDRESS["city"],
            "postalCode": ADDRESS["zip"],
            "country": ADDRESS["country"],
            "phone": ADDRESS["phone"],
        }

        def cents(amount: Any) -> dict[str, Any]:
            return {"type": "centPrecision", "currencyCode": "EUR", "centAmount": int(amount * 100), "fractionDigits": 2}

        deliveries = [
            {
                "items": [{"id": name, "quantity": count} for name, count in parcel.pieces.items()],
                "parcels": [{"trackingData": {"trackingId": parcel.tracking}}],
            }
            for parcel in sale.parcels
        ]
        return {
            "id": str(sale.number),
            "version": len(sale.parcels) + 1,
            "orderNumber": str(sale.number),
            "createdAt": zulu(sale.changed),
            "lastModifiedAt": zulu(sale.changed),
            "orderState": "Open",
            "paymentState": sale.word or "Paid",
            "shipmentState": "Shipped" if sale.complete else "Partial" if sale.begun else None,
            "customerEmail": MAIL,
            "totalPrice": cents(TOTAL - TAX),
            "taxedPrice": {"totalNet": cents(TOTAL - TAX), "totalGross": cents(TOTAL)},
            "shippingInfo": {"shippingMethodName": "Ground", "price": cents(SHIPPING), "deliveries": deliveries},
            "shippingAddress": place,
            "billingAddress": place,
            "lineItems": [
                {
                    "id": name,
                    "name": {"de": f"{line.name} (de)", "en": line.name},
                    "variant": {"sku": line.sku},
                    "quantity": line.quantity,
                    "totalPrice": cents(net(name)),
                    "taxedPrice": {"totalNet": cents(net(name))},
                }
                for name, line in LINES.items()
            ],
            "customLineItems": [],
        }
