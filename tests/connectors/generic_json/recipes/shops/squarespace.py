"""Squarespace: the first parcel fulfills the whole order."""

from __future__ import annotations

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
    PAGE,
    SHIPPING,
    TAX,
    TOTAL,
    Platform,
    Sale,
    body_of,
    moment,
    nothing,
    part,
    zulu,
)


class Squarespace(Platform):
    recipe = "squarespace"
    needed = frozenset({"id", "orderNumber", "modifiedOn", "lineItems.0.id"})
    page: ClassVar = {}
    bounds = ("2026-03-02T08:59:59Z", "2026-03-02T11:00:01Z")
    states: ClassVar = {
        "PENDING": OrderStatus.PAID,
        "FULFILLED": OrderStatus.SHIPPED,
        "CANCELED": OrderStatus.CANCELLED,
    }
    counts = False
    totals = None
    voids = False
    writes = (("POST", "/fulfillments"),)

    def login(self) -> dict[str, Any]:
        return {"token": KEY}

    def knows(self, request: web.Request) -> bool:
        return (
            request.headers.get("Authorization") == f"Bearer {KEY}"
            and request.headers.get("User-Agent") == "Portside"
        )

    async def handle(
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        match method, path:
            case "GET", ["1.0", "commerce", "orders"]:
                return self.listed(request)
            case "GET", ["1.0", "commerce", "orders", number]:
                return answer(self.show(self.sale(number)))
            case "POST", ["1.0", "commerce", "orders", number, "fulfillments"]:
                told = await body_of(request)
                sale = self.sale(number)
                for shipment in told["shipments"]:
                    assert {
                        "shipDate",
                        "carrierName",
                        "service",
                        "trackingNumber",
                    } <= shipment.keys()
                    sale.send(shipment["trackingNumber"], {}, mailed=told["shouldSendNotification"])
                sale.done = True
                return nothing()
        return answer({"type": "INVALID_REQUEST_ERROR", "message": "Not found."}, 404)

    def listed(self, request: web.Request) -> web.StreamResponse:
        asked = request.query
        if "cursor" in asked:
            if len(asked) > 1:
                return answer({"message": "cursor cannot be combined with modifiedAfter"}, 400)
            start, end, offset = asked["cursor"].split("|")
        else:
            start, end, offset = asked["modifiedAfter"], asked["modifiedBefore"], "0"
            self.asked.append((start, end))
        found = self.within(moment(start), moment(end), exclusive=True)
        after = int(offset) + PAGE
        more = after < len(found)
        pagination = {
            "hasNextPage": more,
            "nextPageCursor": f"{start}|{end}|{after}" if more else None,
        }
        return answer(
            {
                "result": [self.show(sale) for sale in part(found, int(offset), PAGE)],
                "pagination": pagination,
            }
        )

    def show(self, sale: Sale) -> dict[str, Any]:
        place = {
            "firstName": ADDRESS["first"],
            "lastName": ADDRESS["last"],
            "address1": ADDRESS["line1"],
            "address2": ADDRESS["line2"],
            "city": ADDRESS["city"],
            "postalCode": ADDRESS["zip"],
            "countryCode": ADDRESS["country"],
            "phone": ADDRESS["phone"],
        }
        return {
            "id": str(sale.number),
            "orderNumber": str(sale.number),
            "createdOn": zulu(sale.changed),
            "modifiedOn": zulu(sale.changed),
            "testmode": False,
            "customerEmail": MAIL,
            "billingAddress": place,
            "shippingAddress": place,
            "fulfillmentStatus": sale.word or ("FULFILLED" if sale.done else "PENDING"),
            "lineItems": [
                {
                    "id": name,
                    "sku": line.sku,
                    "productName": line.name,
                    "quantity": line.quantity,
                    "unitPricePaid": {"value": str(line.price), "currency": "EUR"},
                    "variantOptions": [{"optionName": "Size", "value": "L"}],
                    "customizations": None,
                    "lineItemType": "PHYSICAL_PRODUCT",
                }
                for name, line in LINES.items()
            ],
            "discountLines": [
                {"promoCode": "SPRING", "amount": {"value": str(DISCOUNT), "currency": "EUR"}}
            ],
            "fulfillments": [{"trackingNumber": parcel.tracking} for parcel in sale.parcels],
            "priceTaxInterpretation": "EXCLUSIVE",
            **{
                name: {"value": str(amount), "currency": "EUR"}
                for name, amount in (
                    ("shippingTotal", SHIPPING),
                    ("discountTotal", DISCOUNT),
                    ("taxTotal", TAX),
                    ("grandTotal", TOTAL),
                )
            },
        }
