"""BigCommerce: lines and addresses come in consignments."""

from __future__ import annotations

from email.utils import format_datetime
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
    RefusedParcelError,
    Sale,
    body_of,
    moment,
    nothing,
    part,
)


class BigCommerce(Platform):
    recipe = "bigcommerce"
    needed = frozenset({"id", "date_modified", "lines.0.id"})
    base = "/stores/abc"
    bounds = ("2026-03-02T08:59:59Z",)
    states: ClassVar = {
        "Awaiting Payment": OrderStatus.UNPAID,
        "Awaiting Fulfillment": OrderStatus.PAID,
        "Shipped": OrderStatus.SHIPPED,
        "Refunded": OrderStatus.CANCELLED,
        "Disputed": OrderStatus.ON_HOLD,
    }
    totals = None
    mails = False
    writes = (("POST", "/shipments"),)
    includes = True
    """Whether lines and addresses come with an order for who asks for them."""

    def login(self) -> dict[str, Any]:
        return {"value": KEY}

    def knows(self, request: web.Request) -> bool:
        return (
            request.headers.get("X-Auth-Token") == KEY
            and request.headers.get("Accept") == "application/json"
        )

    async def handle(  # noqa: PLR0911 -- one for each route
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        match method, path:
            case "GET", ["v2", "store"]:
                return answer({"weight_units": "Grams"})
            case "GET", ["v2", "orders"]:
                self.asked.append((request.query["min_date_modified"],))
                self.see(request)
                found = self.within(moment(request.query["min_date_modified"]))
                shown = part(
                    found,
                    (int(request.query["page"]) - 1) * int(request.query["limit"]),
                    int(request.query["limit"]),
                )
                return answer([self.show(sale) for sale in shown]) if shown else nothing()
            case "GET", ["v2", "orders", number]:
                self.see(request)
                return answer(self.show(self.sale(number)))
            case "GET", ["v2", "orders", number, "products"]:
                return answer(self.consignments(self.sale(number))["shipping"][0]["line_items"])
            case "GET", ["v2", "orders", _, "shipping_addresses"]:
                return answer([{"id": 7, "shipping_method": "Ground", **self.place()}])
            case "GET", ["v2", "orders", number, "shipments"]:
                sent = [
                    {"id": at, "tracking_number": parcel.tracking}
                    for at, parcel in enumerate(self.sale(number).parcels, 1)
                ]
                return answer(sent) if sent else nothing()
            case "POST", ["v2", "orders", number, "shipments"]:
                told = await body_of(request)
                assert told["order_address_id"] == 7
                assert told["tracking_carrier"] == "fedex"
                pieces = {
                    "?AB"[item["order_product_id"] % 10]: item["quantity"] for item in told["items"]
                }
                try:
                    self.sale(number).send(told["tracking_number"], pieces)
                except RefusedParcelError as error:
                    return answer([{"status": 400, "message": str(error)}], 400)
                return answer({"id": 1}, 201)
            case "DELETE", ["v2", "orders", number, "shipments", key]:
                del self.sale(number).parcels[int(key) - 1]
                return nothing()
        return answer([{"status": 404, "message": "The requested resource was not found."}], 404)

    @staticmethod
    def see(request: web.Request) -> None:
        """Lines come with an order only for who asks for them in these two words."""
        assert request.query["include"] == "consignments.line_items"
        assert request.query["consignment_structure"] == "object"

    def consignments(self, sale: Sale) -> dict[str, Any]:
        """Everything goes to one address."""
        lines = [self.product(sale, at, name) for at, name in enumerate(LINES, 1)]
        return {
            "pickups": [],
            "shipping": [
                {"id": 7, "shipping_method": "Ground", **self.place(), "line_items": lines}
            ],
            "downloads": [],
            "email": {"gift_certificates": []},
        }

    def place(self) -> dict[str, Any]:
        return {
            "first_name": ADDRESS["first"],
            "last_name": ADDRESS["last"],
            "company": ADDRESS["company"],
            "street_1": ADDRESS["line1"],
            "street_2": ADDRESS["line2"],
            "city": ADDRESS["city"],
            "state": "",
            "zip": ADDRESS["zip"],
            "country": "United Kingdom",
            "country_iso2": ADDRESS["country"],
            "phone": ADDRESS["phone"],
            "email": MAIL,
        }

    def show(self, sale: Sale) -> dict[str, Any]:
        ids = {"Awaiting Fulfillment": 11, "Partially Shipped": 3, "Shipped": 2}
        word = sale.word or ("Partially Shipped" if sale.begun else "Awaiting Fulfillment")
        return {
            "id": sale.number,
            "date_created": format_datetime(sale.changed),
            "date_modified": format_datetime(sale.changed),
            "status_id": ids.get(word, 12),
            "status": word,
            "currency_code": "EUR",
            "total_inc_tax": f"{TOTAL}00",
            "total_tax": f"{TAX}00",
            "shipping_cost_ex_tax": f"{SHIPPING}00",
            "discount_amount": f"{DISCOUNT}00",
            "coupon_discount": "0.0000",
            "handling_cost_ex_tax": "0.0000",
            "wrapping_cost_ex_tax": "0.0000",
            "payment_method": "Card",
            "billing_address": self.place(),
            "customer_message": "",
            "staff_notes": None,
            "order_source": "www",
            **({"consignments": self.consignments(sale)} if self.includes else {}),
        }

    def product(self, sale: Sale, at: int, name: str) -> dict[str, Any]:
        line = LINES[name]
        return {
            "id": sale.number * 10 + at,
            "order_address_id": 7,
            "order_pickup_method_id": 0,
            "bin_picking_number": "",
            "upc": "",
            "name": line.name,
            "sku": line.sku,
            "type": "physical",
            "price_ex_tax": f"{line.price}00",
            "weight": str(line.grams),
            "quantity": line.quantity,
            "quantity_shipped": sale.sent(name),
            "quantity_refunded": 0,
            "product_options": [{"display_name": "Size", "display_value": "L"}],
        }
