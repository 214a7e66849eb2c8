"""Solidus and Spree: pieces lie in boxes of the shop's own, one for each stock location."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
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
    body_of,
    moment,
    part,
    zulu,
)


class Box(msgspec.Struct):
    """A shipment or fulfillment."""

    number: str
    pieces: dict[str, int]
    tracking: str = ""
    gone: bool = False


class _Boxed(Platform):
    """What both have: lists by page, and orders in boxes."""

    bounds = ("2026-03-02T09:00:00.000Z", "2026-03-02T11:00:00.000Z")

    def __init__(self) -> None:
        super().__init__()
        self.boxes = {sale.number: [Box(f"H{sale.number}1", {name: line.quantity for name, line in LINES.items()})] for sale in self.sales}

    def found(self, request: web.Request, size: str) -> tuple[list[Sale], int]:
        """A page, and how many there are."""
        asked = request.query
        ends = (asked["q[updated_at_gteq]"], asked["q[updated_at_lteq]"])
        assert asked["q[completed_at_not_null]"] == "1"
        self.asked.append(ends)
        every = self.within(*(moment(each) for each in ends))
        return part(every, (int(asked["page"]) - 1) * int(asked[size]), int(asked[size])), len(every)

    def box(self, number: str) -> tuple[Sale, Box]:
        """A box by its number."""
        ((sale, box),) = ((sale, box) for sale in self.sales for box in self.boxes[sale.number] if box.number == number)
        return sale, box

    def split(self, sale: Sale, box: Box, pieces: dict[str, int]) -> None:
        """Move pieces into a new box."""
        if box.gone or any(box.pieces.get(name, 0) < count for name, count in pieces.items()):
            raise RefusedParcelError("not there")
        box.pieces = {name: count - pieces.get(name, 0) for name, count in box.pieces.items() if count > pieces.get(name, 0)}
        boxes = self.boxes[sale.number]
        boxes.append(Box(f"H{sale.number}{len(boxes) + 1}", pieces))

    def leave(self, sale: Sale, box: Box, tracking: str, *, mailed: bool) -> None:
        """A box leaves with all that is in it; boxes of one number are one parcel."""
        if box.gone:
            return
        box.gone, box.tracking = True, tracking
        if sale.parcels and sale.parcels[-1].tracking == tracking:
            sale.parcels[-1].pieces |= box.pieces
        else:
            sale.send(tracking, dict(box.pieces), mailed=mailed)


class Solidus(_Boxed):
    recipe = "solidus"
    states: ClassVar = {"balance_due": OrderStatus.UNPAID, "paid": OrderStatus.PAID, "void": OrderStatus.CANCELLED}
    writes = (("POST", "/transfer_to_location"), ("PUT", "/shipments/H[0-9]+$"), ("PUT", "/ship$"))

    def login(self) -> dict[str, Any]:
        return {"token": KEY}

    def knows(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {KEY}"

    async def handle(self, method: str, path: list[str], request: web.Request) -> web.StreamResponse:  # noqa: PLR0911 -- one for each route
        match method, path:
            case "GET", ["api", "orders"]:
                sales, count = self.found(request, "per_page")
                summary = [{"number": str(sale.number), "completed_at": zulu(sale.changed)} for sale in sales]
                return answer({"orders": summary, "count": len(sales), "total_count": count, "current_page": 1, "pages": 2})
            case "GET", ["api", "orders", number]:
                return answer(self.show(self.sale(number)))
            case "GET", ["api", "stock_locations"]:
                return answer({"stock_locations": [{"id": 3, "name": "North"}, {"id": 4, "name": "South"}]})
            case "POST", ["api", "shipments", "transfer_to_location"]:
                told = await body_of(request)
                assert told["stock_location_id"] == 4
                sale, box = self.box(told["original_shipment_number"])
                try:
                    self.split(sale, box, {"?AB"[told["variant_id"]]: told["quantity"]})
                except RefusedParcelError as error:
                    return answer({"success": False, "message": str(error)}, 202)
                return answer({"success": True, "message": "Variants successfully transferred"}, 202)
            case "PUT", ["api", "shipments", number]:
                self.box(number)[1].tracking = (await body_of(request))["shipment"]["tracking"]
                return answer({"number": number, "state": "ready"})
            case "PUT", ["api", "shipments", number, "ship"]:
                told = await body_of(request)
                sale, box = self.box(number)
                self.leave(sale, box, box.tracking, mailed=told["send_mailer"] != "false")
                return answer({"number": number, "state": "shipped"})
        return answer({"error": "The resource you were looking for could not be found."}, 404)

    def show(self, sale: Sale) -> dict[str, Any]:
        place = {
            "name": f"{ADDRESS['first']} {ADDRESS['last']}",
            "company": ADDRESS["company"],
            "address1": ADDRESS["line1"],
            "address2": ADDRESS["line2"],
            "city": ADDRESS["city"],
            "zipcode": ADDRESS["zip"],
            "phone": ADDRESS["phone"],
            "country_iso": ADDRESS["country"],
        }
        ids = {"A": 1, "B": 2}
        return {
            "id": sale.number + 7,
            "number": str(sale.number),
            "state": "complete",
            "completed_at": zulu(sale.changed),
            "updated_at": zulu(sale.changed),
            "shipment_state": "shipped" if sale.complete else "partial" if sale.begun else "ready",
            "payment_state": sale.word or "paid",
            "currency": "EUR",
            "email": MAIL,
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
                        "option_values": [{"option_type_presentation": "Size", "presentation": "L"}],
                    },
                }
                for name, line in LINES.items()
            ],
            "adjustments": [{"source_type": "Spree::PromotionAction", "label": "Promotion (Spring)", "amount": f"-{DISCOUNT}"}],
            "payments": [{"state": "completed", "payment_method": {"name": "Card"}}],
            "shipments": [
                {
                    "number": box.number,
                    "tracking": box.tracking or None,
                    "state": "shipped" if box.gone else "ready",
                    "stock_location_name": "South",
                    "manifest": [{"variant_id": ids[name], "quantity": count, "states": {}} for name, count in box.pieces.items()],
                }
                for box in self.boxes[sale.number]
            ],
        }


class Spree(_Boxed):
    recipe = "spree"
    states: ClassVar = {"balance_due": OrderStatus.UNPAID, "paid": OrderStatus.PAID, "void": OrderStatus.CANCELLED}
    writes = (("PATCH", "/fulfill$"),)

    def login(self) -> dict[str, Any]:
        return {"value": KEY}

    def knows(self, request: web.Request) -> bool:
        return request.headers.get("X-Spree-Api-Key") == KEY

    async def handle(self, method: str, path: list[str], request: web.Request) -> web.StreamResponse:
        match method, path[3:]:
            case "GET", ["orders"]:
                sales, count = self.found(request, "limit")
                return answer({"data": [self.show(sale) for sale in sales], "meta": {"page": 1, "count": count, "pages": 2}})
            case "GET", ["orders", number]:
                assert "items.variant" in request.query["expand"].split(",")
                return answer(self.show(self.sale(number.removeprefix("or_"))))
            case "PATCH", ["orders", number, "fulfillments", key, "fulfill"]:
                told = await body_of(request)
                sale, box = self.box(key)
                assert number == f"or_{sale.number}"
                pieces = {item["item_id"][-1]: item["quantity"] for item in told["items"]}
                rest = {name: count - pieces.get(name, 0) for name, count in box.pieces.items() if count > pieces.get(name, 0)}
                if rest:
                    self.split(sale, box, rest)
                self.leave(sale, box, told["tracking"], mailed=told["notify_customer"])
                return answer({"id": key, "status": "shipped"})
        return answer({"error": {"code": "record_not_found", "message": "Record not found"}}, 404)

    def show(self, sale: Sale) -> dict[str, Any]:
        place = {
            "full_name": f"{ADDRESS['first']} {ADDRESS['last']}",
            "company": ADDRESS["company"],
            "address1": ADDRESS["line1"],
            "address2": ADDRESS["line2"],
            "city": ADDRESS["city"],
            "postal_code": ADDRESS["zip"],
            "phone": ADDRESS["phone"],
            "country_iso": ADDRESS["country"],
        }
        return {
            "id": f"or_{sale.number}",
            "number": str(sale.number),
            "completed_at": zulu(sale.changed),
            "updated_at": zulu(sale.changed),
            "fulfillment_status": "shipped" if sale.complete else "partial" if sale.begun else "ready",
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
                    "items": [{"item_id": f"li_{sale.number}{name}", "quantity": count} for name, count in box.pieces.items()],
                }
                for box in self.boxes[sale.number]
            ],
        }
