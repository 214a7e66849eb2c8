"""Solidus: pieces move into a box of their own before they leave."""

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
    RefusedParcelError,
    Sale,
    body_of,
    zulu,
)


class Solidus(BoxedPlatform):
    recipe = "solidus"
    needed = frozenset({"number", "completed_at", "updated_at", "line_items.0.id"})
    listed_by = "completed_at"
    bounds = ("2026-02-27T09:00:00.000Z", "2026-03-02T11:00:00.000Z")
    totals = 4
    states: ClassVar = {
        "balance_due": OrderStatus.UNPAID,
        "paid": OrderStatus.PAID,
        "void": OrderStatus.CANCELLED,
    }
    writes = (("POST", "/transfer_to_location"), ("PUT", "/shipments/H[0-9]+$"), ("PUT", "/ship$"))

    def login(self) -> dict[str, Any]:
        return {"token": KEY}

    def knows(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {KEY}"

    async def handle(  # noqa: PLR0911 -- one for each route
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        match method, path:
            case "GET", ["api", "orders"]:
                sales, count = self.found(request, "per_page")
                summary = [
                    {
                        "number": str(sale.number),
                        "completed_at": zulu(sale.placed),
                        "updated_at": zulu(sale.changed),
                    }
                    for sale in sales
                ]
                return answer(
                    {
                        "orders": summary,
                        "count": len(sales),
                        "total_count": count,
                        "current_page": 1,
                        "pages": 2,
                    }
                )
            case "GET", ["api", "orders", number]:
                return answer(self.show(self.sale(number)))
            case "GET", ["api", "stock_locations"]:
                return answer(
                    {"stock_locations": [{"id": 3, "name": "North"}, {"id": 4, "name": "South"}]}
                )
            case "POST", ["api", "shipments", "transfer_to_location"]:
                told = await body_of(request)
                assert told["stock_location_id"] == 4
                sale, box = self.box(told["original_shipment_number"])
                try:
                    self.split(sale, box, {"?AB"[told["variant_id"]]: told["quantity"]})
                except RefusedParcelError as error:
                    return answer({"success": False, "message": str(error)}, 202)
                return answer(
                    {"success": True, "message": "Variants successfully transferred"}, 202
                )
            case "PUT", ["api", "shipments", number]:
                told = await body_of(request)
                self.number(*self.box(number), told["shipment"]["tracking"])
                return answer({"number": number, "state": "ready"})
            case "PUT", ["api", "shipments", number, "ship"]:
                told = await body_of(request)
                sale, box = self.box(number)
                self.leave(sale, box, box.tracking, mailed=told["send_mailer"] != "false")
                return answer({"number": number, "state": "shipped"})
        return answer({"error": "The resource you were looking for could not be found."}, 404)

    def show(self, sale: Sale) -> dict[str, Any]:
        place = _show_place()
        ids = {"A": 1, "B": 2}
        return {
            "id": sale.number + 7,
            "number": str(sale.number),
            "state": "complete",
            "completed_at": zulu(sale.placed),
            "updated_at": zulu(sale.changed),
            "shipment_state": "shipped" if sale.complete else "partial" if sale.begun else "ready",
            "payment_state": sale.word or "paid",
            "currency": "EUR",
            "email": MAIL,
            "special_instructions": None,
            "channel": "spree",
            "total": str(TOTAL),
            "ship_total": str(SHIPPING),
            "additional_tax_total": str(TAX),
            "adjustment_total": str(TAX - DISCOUNT),
            "bill_address": place,
            "ship_address": place,
            "line_items": [
                {
                    "id": sale.number * 10 + ids[name],
                    "variant_id": ids[name],
                    "quantity": line.quantity,
                    "price": str(line.price),
                    "variant": {
                        "sku": line.sku,
                        "name": line.name,
                        "weight": "0.5",
                        "option_values": [
                            {"option_type_presentation": "Size", "presentation": "L"}
                        ],
                    },
                }
                for name, line in LINES.items()
            ],
            "adjustments": [
                {
                    "source_type": "Spree::PromotionAction",
                    "label": "Promotion (Spring)",
                    "amount": f"-{DISCOUNT}",
                }
            ],
            "payments": [{"state": "completed", "payment_method": {"name": "Card"}}],
            "shipments": self.show_boxes(sale),
        }

    def show_boxes(self, sale: Sale) -> list[dict[str, Any]]:
        """The order's shipments."""
        ids = {"A": 1, "B": 2}
        return [
            {
                "number": box.number,
                "tracking": box.tracking or None,
                "selected_shipping_rate": {"name": "Ground"},
                "state": "shipped" if box.gone else "ready",
                "stock_location_name": "South",
                "manifest": [
                    {"variant_id": ids[name], "quantity": count, "states": {}}
                    for name, count in box.pieces.items()
                ],
            }
            for box in self.boxes[sale.number]
        ]


def _show_place() -> dict[str, Any]:
    """The buyer's address."""
    return {
        "name": f"{ADDRESS['first']} {ADDRESS['last']}",
        "company": ADDRESS["company"],
        "address1": ADDRESS["line1"],
        "address2": ADDRESS["line2"],
        "city": ADDRESS["city"],
        "zipcode": ADDRESS["zip"],
        "phone": ADDRESS["phone"],
        "country_iso": ADDRESS["country"],
        "state_name": None,
        "state_text": None,
        "email": None,
        "country": {"iso": ADDRESS["country"]},
        "state": None,
    }
