"""commercetools: amounts in cents, and all actions or none on the version that was read."""

from __future__ import annotations

import re
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
    basic,
    body_of,
    moment,
    part,
    reckon_net,
    zulu,
)


class Commercetools(Platform):
    recipe = "commercetools"
    needed = frozenset({"id", "lastModifiedAt", "lineItems.0.id"})
    base = "/my-project"
    bounds = ("2026-03-02T09:00:00.000Z", "2026-03-02T11:00:00.000Z")
    states: ClassVar = {
        "BalanceDue": OrderStatus.UNPAID,
        "Paid": OrderStatus.PAID,
        "Failed": OrderStatus.UNPAID,
    }
    spreads = True
    mails = False
    writes = (("POST", "/orders/"),)

    shipped = True
    """Whether orders say how they are shipped, which commercetools leaves to the project."""

    def login(self) -> dict[str, Any]:
        return {
            "client_id": "portside",
            "client_secret": KEY,
            "token_url": f"{self.url}/oauth/token",
            "scope": "manage_orders:my-project",
        }

    def knows(self, request: web.Request) -> bool:
        wanted = basic("portside", KEY) if request.path == "/oauth/token" else "Bearer two-days"
        return request.headers.get("Authorization") == wanted

    async def handle(
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        match method, path:
            case "POST", ["oauth", "token"]:
                return answer(
                    {"access_token": "two-days", "expires_in": 172800, "token_type": "Bearer"}
                )
            case "GET", ["orders"]:
                return self.listed(request)
            case "GET", ["orders", number]:
                return answer(self.show(self.sale(number)))
            case "POST", ["orders", number]:
                return self.update(self.sale(number), await body_of(request))
        return answer({"statusCode": 404, "message": "Not found"}, 404)

    def listed(self, request: web.Request) -> web.StreamResponse:
        if number := re.fullmatch(r'orderNumber = "([^"]*)"', request.query["where"]):
            return answer({"results": [self.show(sale) for sale in self.called(number[1])]})
        found = re.fullmatch(
            r'lastModifiedAt >= "([^"]+)" and lastModifiedAt <= "([^"]+)"', request.query["where"]
        )
        assert found
        assert request.query.getall("sort") == ["lastModifiedAt asc", "id asc"]
        self.asked.append(found.groups())
        every = self.within(*(moment(each) for each in found.groups()))
        shown = part(every, int(request.query["offset"]), int(request.query["limit"]))
        return answer(
            {
                "total": len(every),
                "count": len(shown),
                "results": [self.show(sale) for sale in shown],
            }
        )

    def update(self, sale: Sale, told: dict[str, Any]) -> web.StreamResponse:
        """All actions or none, and only on the version that was read."""
        if told["version"] != len(sale.parcels) + 1:
            return answer(
                {
                    "statusCode": 409,
                    "message": "Version mismatch",
                    "errors": [{"code": "ConcurrentModification"}],
                },
                409,
            )
        *changes, state = told["actions"]
        if changes[0]["action"] != "addDelivery":
            for change in changes:
                assert change["action"] == "removeDelivery"
                sale.parcels = [
                    each for each in sale.parcels if each.tracking != change["deliveryId"]
                ]
            assert state == {
                "action": "changeShipmentState",
                "shipmentState": "Partial" if sale.parcels else "Pending",
            }
            return answer(self.show(sale))
        (delivery,) = changes
        (parcel,) = delivery["parcels"]
        assert parcel["items"] == delivery["items"]
        try:
            sale.send(
                parcel["trackingData"]["trackingId"],
                {item["id"]: item["quantity"] for item in delivery["items"]},
            )
        except RefusedParcelError as error:
            return answer({"statusCode": 400, "message": str(error)}, 400)
        assert state == {
            "action": "changeShipmentState",
            "shipmentState": "Shipped" if sale.complete else "Partial",
        }
        return answer(self.show(sale))

    def show(self, sale: Sale) -> dict[str, Any]:
        place = _show_place()

        deliveries = [
            {
                "id": parcel.tracking,
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
            "totalPrice": _tell_cents(TOTAL - TAX),
            "taxedPrice": {"totalNet": _tell_cents(TOTAL - TAX), "totalGross": _tell_cents(TOTAL)},
            "shippingInfo": {
                "shippingMethodName": "Ground",
                "price": _tell_cents(SHIPPING),
                "deliveries": deliveries,
            }
            if self.shipped
            else None,
            "shippingAddress": place,
            # Optional in commercetools' RAML: the first order is one without.
            **({"billingAddress": place} if sale.number != 1002 else {}),
            "lineItems": [
                {
                    "id": name,
                    "name": {"de": f"{line.name} (de)", "en": line.name},
                    "variant": {"sku": line.sku},
                    "quantity": line.quantity,
                    "totalPrice": _tell_cents(reckon_net(name)),
                    "taxedPrice": {"totalNet": _tell_cents(reckon_net(name))},
                }
                for name, line in LINES.items()
            ],
            "customLineItems": [],
        }


def _show_place() -> dict[str, Any]:
    """The buyer's address."""
    return {
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


def _tell_cents(amount: Any) -> dict[str, Any]:
    return {
        "type": "centPrecision",
        "currencyCode": "EUR",
        "centAmount": int(amount * 100),
        "fractionDigits": 2,
    }
