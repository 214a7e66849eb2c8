"""Shopware: gross prices, and a delivery that can leave in part but once."""

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
    SHIPPING,
    TAX,
    TOTAL,
    Platform,
    Sale,
    body_of,
    moment,
    nothing,
    part,
    plain,
)


class Shopware(Platform):
    recipe = "shopware"
    needed = frozenset({"id", "orderNumber", "createdAt", "lineItems.0.id"})
    bounds = ("2026-03-02 09:00:00", "2026-03-02 11:00:00")
    states: ClassVar = {
        "open": OrderStatus.UNPAID,
        "paid": OrderStatus.PAID,
        "cancelled": OrderStatus.UNPAID,
        "refunded": OrderStatus.CANCELLED,
    }
    counts = False
    writes = (("PATCH", "/order-delivery/"), ("POST", "/_action/"))

    def __init__(self) -> None:
        super().__init__()
        self.moved: dict[int, str] = {}
        self.mailed: bool | None = None
        self.inherits = False

    def login(self) -> dict[str, Any]:
        return {"client_id": "SWIA", "client_secret": KEY}

    def knows(self, request: web.Request) -> bool:
        return (
            request.path == "/api/oauth/token"
            or request.headers.get("Authorization") == "Bearer short-lived"
        )

    async def handle(
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        told = await body_of(request)
        self.inherits = request.headers.get("sw-inheritance") == "1"
        match method, path:
            case "POST", ["api", "oauth", "token"]:
                assert told == {
                    "grant_type": "client_credentials",
                    "client_id": "SWIA",
                    "client_secret": KEY,
                }
                return answer(
                    {"token_type": "Bearer", "expires_in": 600, "access_token": "short-lived"}
                )
            case "POST", ["api", "search", "order"]:
                return self.search(told)
            case "PATCH", ["api", "order-delivery", number]:
                sale = self.sale(number)
                before, sale.parcels = (
                    {parcel.tracking: parcel.mailed for parcel in sale.parcels},
                    [],
                )
                for tracking in told["trackingCodes"]:
                    sale.send(tracking, {}, mailed=before.get(tracking, self.mailed))
                return nothing()
            case "POST", ["api", "_action", "order_delivery", number, "state", transition]:
                return self.move(self.sale(number), transition, mail=told["sendMail"])
        return answer({"errors": [{"status": "404", "detail": "No route found"}]}, 404)

    def move(self, sale: Sale, transition: str, *, mail: bool) -> web.StreamResponse:
        """The states a delivery may go through: a part can leave but once."""
        state = self.moved.get(sale.number, "open")
        if (state, transition) not in {
            ("open", "ship"),
            ("open", "ship_partially"),
            ("shipped_partially", "ship"),
        }:
            return answer(
                {
                    "errors": [
                        {
                            "code": "SYSTEM__ILLEGAL_STATE_TRANSITION",
                            "detail": f"Illegal transition {transition}",
                        }
                    ]
                },
                400,
            )
        self.moved[sale.number] = "shipped" if transition == "ship" else "shipped_partially"
        sale.done = transition == "ship"
        self.mailed = mail
        for parcel in sale.parcels:
            parcel.mailed = mail if parcel.mailed is None else parcel.mailed
        return answer({"technicalName": self.moved[sale.number]})

    def search(self, told: dict[str, Any]) -> web.StreamResponse:
        if "ids" in told:
            found = [sale for sale in self.sales if str(sale.number) in told["ids"]]
            return answer({"total": len(found), "data": [self.show(sale) for sale in found]})
        if told["filter"][0]["type"] == "equals":
            found = self.called(told["filter"][0]["value"])
            return answer({"total": len(found), "data": [self.show(sale) for sale in found]})
        ranges = [query["parameters"] for query in told["filter"][0]["queries"]]
        assert told["filter"][0]["operator"] == "or"
        assert [query["field"] for query in told["filter"][0]["queries"]][:2] == [
            "updatedAt",
            "createdAt",
        ]
        self.asked.append((ranges[0]["gte"], ranges[0]["lte"]))
        found = self.within(moment(ranges[0]["gte"]), moment(ranges[0]["lte"]))
        shown = part(found, (told["page"] - 1) * told["limit"], told["limit"])
        return answer({"total": len(found), "data": [self.show(sale) for sale in shown]})

    def show(self, sale: Sale) -> dict[str, Any]:
        """Gross prices, as most such shops have; the tax of each line stands beside it."""
        place = {
            "firstName": ADDRESS["first"],
            "lastName": ADDRESS["last"],
            "company": ADDRESS["company"],
            "street": ADDRESS["line1"],
            "additionalAddressLine1": ADDRESS["line2"],
            "city": ADDRESS["city"],
            "zipcode": ADDRESS["zip"],
            "phoneNumber": ADDRESS["phone"],
            "country": {"iso": ADDRESS["country"]},
            "countryState": None,
        }

        word = sale.word or "paid"
        return {
            "id": str(sale.number),
            "orderNumber": str(sale.number),
            "orderDateTime": f"{plain(sale.changed).replace(' ', 'T')}.000+00:00",
            "createdAt": f"{plain(sale.changed).replace(' ', 'T')}.000+00:00",
            "updatedAt": None,
            "amountTotal": float(TOTAL),
            "amountNet": float(TOTAL - TAX),
            "price": {"taxStatus": "gross"},
            "shippingCosts": _taxed(SHIPPING, TAX / 3),
            "currency": {"isoCode": "EUR"},
            "stateMachineState": {"technicalName": "open"},
            "orderCustomer": {"email": MAIL, "customerNumber": "10001"},
            "billingAddress": place,
            "lineItems": _lines(inherits=self.inherits),
            "deliveries": [
                {
                    "id": str(sale.number),
                    "trackingCodes": [parcel.tracking for parcel in sale.parcels],
                    "stateMachineState": {"technicalName": self.moved.get(sale.number, "open")},
                    "shippingOrderAddress": place,
                    "shippingMethod": {"name": "Ground"},
                    "shippingCosts": _taxed(SHIPPING, TAX / 3),
                }
            ],
            "transactions": [
                {
                    "createdAt": "2026-03-02T09:00:00Z",
                    "stateMachineState": {"technicalName": word},
                    "paymentMethod": {"name": "Card"},
                }
            ],
        }


def _taxed(net: Any, tax: Any) -> dict[str, Any]:
    return {"totalPrice": float(net + tax), "calculatedTaxes": [{"tax": float(tax)}]}


def _lines(*, inherits: bool) -> list[dict[str, Any]]:
    """The goods, and the coupon as a line among them. The goods are variants: weight and EAN are
    their product's, and null for who does not ask for what is inherited.
    """
    goods = [
        {
            "id": name,
            "type": "product",
            "label": line.name,
            "quantity": line.quantity,
            "payload": {"productNumber": line.sku, "options": [{"group": "Size", "option": "L"}]},
            "product": {
                "weight": line.grams / 1000 if inherits else None,
                "ean": "4006381333931" if inherits else None,
            },
            "totalPrice": float(line.price * line.quantity + TAX / 3),
            "price": _taxed(line.price * line.quantity, TAX / 3),
        }
        for name, line in LINES.items()
    ]
    promotion = {
        "id": "P",
        "type": "promotion",
        "label": "SPRING",
        "quantity": 1,
        "totalPrice": -float(DISCOUNT),
        "price": _taxed(-DISCOUNT, 0),
    }
    return [*goods, promotion]
