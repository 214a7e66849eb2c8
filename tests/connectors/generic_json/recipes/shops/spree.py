"""Spree: 5 sends whole boxes, 6 the pieces that are named."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
from aiohttp import web

from connectors.orders import OrderStatus
from connectors.testing.shops.json_shop import answer
from tests.connectors.generic_json.recipes.shops.boxes import Box, BoxedPlatform
from tests.connectors.generic_json.recipes.shops.sale import (
    ADDRESS,
    DISCOUNT,
    KEY,
    LINES,
    MAIL,
    SHIPPING,
    TAX,
    TOTAL,
    RefusedParcelError,
    Sale,
    zulu,
)


class Spree(BoxedPlatform):
    recipe = "spree"
    needed = frozenset({"id", "number", "completed_at", "updated_at", "items.0.id"})
    states: ClassVar = {
        "balance_due": OrderStatus.UNPAID,
        "paid": OrderStatus.PAID,
        "void": OrderStatus.CANCELLED,
    }
    mails = False
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("PATCH", "/split$"),
        ("PATCH", "/fulfillments/H[0-9]+$"),
        ("PATCH", "/fulfill$"),
    )

    def login(self) -> dict[str, Any]:
        return {"value": KEY}

    def knows(self, request: web.Request) -> bool:
        return request.headers.get("X-Spree-Api-Key") == KEY

    async def handle(
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        match method, path[3:]:
            case "GET", ["orders"] if number := request.query.get("q[number_eq]"):
                return answer({"data": [self.show(sale) for sale in self.called(number)]})
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
                if self.version:
                    assert "discounts" not in request.query["expand"]
                return answer(self.show(self.sale(number.removeprefix("or_"))))
            case "PATCH", ["orders", number, "fulfillments", key, *rest]:
                assert number == f"or_{self.box(key)[0].number}"
                content = await request.read()
                return self.change(
                    key, rest[0] if rest else "", msgspec.json.decode(content or b"{}")
                )
        return answer({"error": {"code": "record_not_found", "message": "Record not found"}}, 404)

    def change(self, key: str, action: str, told: dict[str, Any]) -> web.StreamResponse:
        """What happens to a box. `fulfill` reads no parameters in 5.5 and 5.6."""
        sale, box = self.box(key)
        match action:
            case "split":
                name = "?AB"[int(told["variant_id"].removeprefix("variant_"))]
                try:
                    self.split(sale, box, {name: told["quantity"]})
                except RefusedParcelError as error:
                    return answer(
                        {"error": {"code": "validation_error", "message": str(error)}}, 422
                    )
                return answer(
                    {"data": [self.show_box(sale, each) for each in self.boxes[sale.number]]}
                )
            case "":
                self.number(sale, box, told["tracking"])
            case "fulfill":
                self.leave(sale, box, box.tracking, mailed=None)
        return answer(self.show_box(sale, box))

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
            "discounts": [{"name": "Spring", "description": None, "code": None}],
            "canceled_at": None,
            "seller_id": None,
            "fee_total": "0.0",
            "customer_note": None,
            "internal_note": None,
            "payments": [{"status": "completed", "payment_method": {"name": "Card"}}],
            "billing_address": place,
            "shipping_address": place,
            "items": [
                {
                    "id": f"li_{sale.number}{name}",
                    "variant_id": f"variant_{'?AB'.index(name)}",
                    "name": line.name,
                    "thumbnail_url": None,
                    "quantity": line.quantity,
                    "price": str(line.price),
                    "variant": {"sku": line.sku, "weight": str(line.grams), "weight_unit": "g"},
                    "option_values": [{"option_type_label": "Size", "label": "L"}],
                    "digital_links": [],
                }
                for name, line in LINES.items()
            ],
            "fulfillments": [self.show_box(sale, box) for box in self.boxes[sale.number]],
        }

    @staticmethod
    def show_box(sale: Sale, box: Box) -> dict[str, Any]:
        """A fulfillment."""
        return {
            "id": box.number,
            "number": box.number,
            "status": "shipped" if box.gone else "ready",
            "fulfillment_type": "shipping",
            "tracking": box.tracking or None,
            "fulfilled_at": zulu(sale.changed) if box.gone else None,
            "delivery_method": {"name": "Ground"},
            "items": [
                {"item_id": f"li_{sale.number}{name}", "quantity": count}
                for name, count in box.pieces.items()
            ],
        }


class Spree6(Spree):
    """The pieces that are named leave at once, and the rest moves into another box."""

    version = "6"
    mails = True
    states: ClassVar = {
        "partially_paid": OrderStatus.UNPAID,
        "overcharged": OrderStatus.PAID,
        "voided": OrderStatus.CANCELLED,
    }
    writes: ClassVar = (("PATCH", "/fulfill$"),)

    def change(self, key: str, action: str, told: dict[str, Any]) -> web.StreamResponse:
        """A new box leaves with the pieces that are named."""
        if not action:
            return super().change(key, action, told)
        assert action == "fulfill"
        sale, box = self.box(key)
        pieces = {item["item_id"][-1]: item["quantity"] for item in told["items"]}
        rest = {
            name: count - pieces.get(name, 0)
            for name, count in box.pieces.items()
            if count > pieces.get(name, 0)
        }
        if rest:
            self.split(sale, box, rest)
        self.leave(sale, box, told["tracking"], mailed=told["notify_customer"])
        return answer(self.show_box(sale, box))

    def show(self, sale: Sale) -> dict[str, Any]:
        """An order; what took something off it is called by another name than in 5."""
        order = super().show(sale)
        return {**order, "applied_promotions": order["discounts"], "discounts": []}


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
        "state_abbr": None,
        "state_name": None,
        "state_text": None,
    }
