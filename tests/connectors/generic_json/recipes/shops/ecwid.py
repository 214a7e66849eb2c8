"""Ecwid: dates in seconds, one field for all tracking numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import web

from connectors.orders import OrderStatus
from connectors.testing.shops.json_shop import answer
from tests.connectors.generic_json.recipes.shops.sale import (
    ADDRESS,
    DISCOUNT,
    KEY,
    LINES,
    MAIL,
    SHIPPING,
    TAX,
    TOTAL,
    Platform,
    Sale,
    body_of,
    part,
)


class Ecwid(Platform):
    recipe = "ecwid"
    needed = frozenset({"id", "items.0.id"})
    base = "/api/v3/1003"
    bounds = ("1772442000", "1772449200")
    states: ClassVar = {
        "AWAITING_PAYMENT": OrderStatus.UNPAID,
        "PAID": OrderStatus.PAID,
        "REFUNDED": OrderStatus.CANCELLED,
        "CANCELLED": OrderStatus.CANCELLED,
    }
    counts = False
    mails = False
    writes = (("PUT", "/orders"),)
    stubborn = False
    """Answers writes well, and does nothing."""

    def login(self) -> dict[str, Any]:
        return {"token": KEY}

    def knows(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {KEY}"

    async def handle(
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        match method, path:
            case "GET", ["profile"]:
                return answer({"formatsAndUnits": {"currency": "EUR", "weightUnit": "GRAM"}})
            case "GET", ["orders"]:
                asked = request.query
                self.asked.append((asked["updatedFrom"], asked["updatedTo"]))
                found = self.within(
                    *(
                        datetime.fromtimestamp(int(asked[name]), UTC)
                        for name in ("updatedFrom", "updatedTo")
                    )
                )
                shown = part(found, int(asked["offset"]), int(asked["limit"]))
                return answer(
                    {
                        "total": len(found),
                        "count": len(shown),
                        "items": [self.show(sale) for sale in shown],
                    }
                )
            case "GET", ["orders", number]:
                return answer(self.show(self.sale(number)))
            case "PUT", ["orders", number]:
                told, sale = await body_of(request), self.sale(number)
                if self.stubborn:
                    return answer({"updateCount": 0})
                sale.parcels = []
                for tracking in filter(None, told["trackingNumber"].split(", ")):
                    sale.send(tracking, {})
                sale.done = sale.done or told.get("fulfillmentStatus") == "SHIPPED"
                return answer({"updateCount": 1})
        return answer({"errorMessage": "Order not found"}, 404)

    def show(self, sale: Sale) -> dict[str, Any]:
        person = {
            "name": f"{ADDRESS['first']} {ADDRESS['last']}",
            "companyName": ADDRESS["company"],
            "street": f"{ADDRESS['line1']}\n{ADDRESS['line2']}",
            "city": ADDRESS["city"],
            "postalCode": ADDRESS["zip"],
            "countryCode": ADDRESS["country"],
            "phone": ADDRESS["phone"],
        }
        return {
            "id": str(sale.number),
            "createTimestamp": int(sale.changed.timestamp()),
            "updateTimestamp": int(sale.changed.timestamp()),
            "paymentStatus": sale.word or "PAID",
            "fulfillmentStatus": "SHIPPED" if sale.done else "AWAITING_PROCESSING",
            "trackingNumber": ", ".join(parcel.tracking for parcel in sale.parcels) or None,
            "email": MAIL,
            "total": float(TOTAL),
            "tax": float(TAX),
            "pricesIncludeTax": False,
            "discount": float(DISCOUNT),
            "couponDiscount": 0,
            "shippingOption": {"shippingMethodName": "Ground", "shippingRate": float(SHIPPING)},
            "billingPerson": person,
            "shippingPerson": person,
            "items": [
                {
                    "id": at,
                    "sku": line.sku,
                    "name": line.name,
                    "quantity": line.quantity,
                    "price": float(line.price),
                    "weight": line.grams,
                    "isShippingRequired": True,
                    "selectedOptions": [{"name": "Size", "value": "L"}],
                }
                for at, line in enumerate(LINES.values(), 1)
            ],
        }
