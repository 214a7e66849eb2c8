"""Spree: a box leaves with the pieces that are named, and the rest moves into another."""

from __future__ import annotations

from typing import Any, ClassVar

from aiohttp import web

from connectors.orders import OrderStatus
from connectors.testing.shops.json_shop import answer
from tests.connectors.generic_json.recipes.shops.boxes import BoxedPlatform
from tests.connectors.generic_json.recipes.shops.sale import (
    ADDRESS,
    DISCOUNT,
    KEY,
    LINES,
    MAIL,
    SHIPPING,
    TAX,
    TOTAL,
    Sale,
    body_of,
    zulu,
)


class Spree(BoxedPlatform):
    recipe = "spree"
    states: ClassVar = {
        "balance_due": OrderStatus.UNPAID,
        "paid": OrderStatus.PAID,
        "void": OrderStatus.CANCELLED,
    }
    writes = (("PATCH", "/fulfill$"),)

    def login(self) -> dict[str, Any]:
        return {"value": KEY}

    def knows(self, request: web.Request) -> bool:
        return request.headers.get("X-Spree-Api-Key") == KEY

    async def handle(
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        match method, path[3:]:
            case "GET", ["orders"]:
                sales, count = self.found(request, "limit")
                return answer(
                    {
                        "data": [self.show(sale) for sale in sales],
                        "meta": {"page": 1, "count": count, "pages": 2},
                    }
                )
            case "GET", ["orders", number]:
                assert "items.variant" in request.query["expand"].split(",")
                return answer(self.show(self.sale(number.removeprefix("or_"))))
            case "PATCH", ["orders", number, "fulfillments", key, "fulfill"]:
                told = await body_of(request)
                sale, box = self.box(key)
                assert number == f"or_{sale.number}"
                pieces = {item["item_id"][-1]: item["quantity"] for item in told["items"]}
                rest = {
                    name: count - pieces.get(name, 0)
                    for name, count in box.pieces.items()
                    if count > pieces.get(name, 0)
                }
                if rest:
                    self.split(sale, box, rest)
                self.leave(sale, box, told["tracking"], mailed=told["notify_customer"])
                return answer({"id": key, "status": "shipped"})
        return answer({"error": {"code": "record_not_found", "message": "Record not found"}}, 404)

    def show(self, sale: Sale) -> dict[str, Any]:
        place = _show_place()
        return {
            "id": f"or_{sale.number}",
            "number": str(sale.number),
            "completed_at": zulu(sale.changed),
            "updated_at": zulu(sale.changed),
            "fulfillment_status": "shipped"
            if sale.complete
            else "partial"
            if sale.begun
            else "ready",
            "payment_status": sale.word or "paid",
            "currency": "EUR",
            "email": MAIL,
            "total": str(TOTAL),
            "delivery_total": str(SHIPPING),
            "additional_tax_total": str(TAX),
            "discount_total": f"-{DISCOUNT}",
            "discounts": [{"name": "Spring"}],
            "billing_address": place,
            "shipping_address": place,
            "items": [
                {
                    "id": f"li_{sale.number}{name}",
                    "name": line.name,
                    "quantity": line.quantity,
                    "price": str(line.price),
                    "variant": {"sku": line.sku, "weight": str(line.grams), "weight_unit": "g"},
                    "option_values": [{"option_type_label": "Size", "label": "L"}],
                    "digital_links": [],
                }
                for name, line in LINES.items()
            ],
            "fulfillments": [
                {
                    "id": box.number,
                    "status": "shipped" if box.gone else "ready",
                    "tracking": box.tracking or None,
                    "fulfilled_at": zulu(sale.changed) if box.gone else None,
                    "items": [
                        {"item_id": f"li_{sale.number}{name}", "quantity": count}
                        for name, count in box.pieces.items()
                    ],
                }
                for box in self.boxes[sale.number]
            ],
        }


def _show_place() -> dict[str, Any]:
    """The buyer's address."""
    return {
        "full_name": f"{ADDRESS['first']} {ADDRESS['last']}",
        "company": ADDRESS["company"],
        "address1": ADDRESS["line1"],
        "address2": ADDRESS["line2"],
        "city": ADDRESS["city"],
        "postal_code": ADDRESS["zip"],
        "phone": ADDRESS["phone"],
        "country_iso": ADDRESS["country"],
    }
