"""Magento: a chosen variant hangs below its article, and past the end comes the last page again."""

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
    RefusedParcelError,
    Sale,
    body_of,
    moment,
    part,
    plain,
)


class Magento(Platform):
    recipe = "magento"
    needed = frozenset({"entity_id", "increment_id", "updated_at", "items.0.item_id"})
    base = "/rest"
    bounds = ("2026-03-02 09:00:00", "2026-03-02 11:00:00")
    states: ClassVar = {
        "pending": OrderStatus.UNPAID,
        "processing": OrderStatus.PAID,
        "complete": OrderStatus.SHIPPED,
        "closed": OrderStatus.CANCELLED,
        "holded": OrderStatus.ON_HOLD,
        "waiting_for_the_moon": OrderStatus.PAID,
    }
    writes = (("POST", "/ship$"),)
    stubborn = False
    """Answers writes well, and does nothing."""

    def login(self) -> dict[str, Any]:
        return {"token": KEY}

    def knows(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {KEY}"

    async def handle(  # noqa: PLR0911 -- one for each route
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        asked = {
            name.removeprefix("searchCriteria"): value for name, value in request.query.items()
        }
        match method, path:
            case "GET", ["V1", "store", "storeConfigs"]:
                return answer([{"id": 1, "weight_unit": "kgs"}])
            case "GET", ["V1", "orders"]:
                return self.listed(asked)
            case "GET", ["V1", "orders", number]:
                return answer(self.show(self.sale(number)))
            case "GET", ["V1", "shipments"]:
                sale = self.sale(asked["[filter_groups][0][filters][0][value]"])
                return answer(
                    {
                        "items": [
                            {
                                "entity_id": sale.number * 100 + at,
                                "tracks": [
                                    {"entity_id": sale.number * 1000 + at, "track_number": tracking}
                                    for tracking in [parcel.tracking]
                                    if tracking
                                ],
                            }
                            for at, parcel in enumerate(sale.parcels)
                        ]
                    }
                )
            case "POST", ["V1", "order", number, "ship"]:
                told, sale = await body_of(request), self.sale(number)
                if self.stubborn:
                    return answer({})
                (track,) = told["tracks"]
                assert track["carrier_code"] == "fedex"
                pieces = {"?AB"[item["order_item_id"] % 10]: item["qty"] for item in told["items"]}
                try:
                    sale.send(track["track_number"], pieces, mailed=told["notify"])
                except RefusedParcelError as error:
                    return answer(
                        {"message": f"Shipment Document Validation Error(s):\n{error}"}, 400
                    )
                return answer(str(len(sale.parcels)))
            case "POST", ["V1", "shipment", "track"]:
                track = (await body_of(request))["entity"]
                parcel = self.sale(track["order_id"]).parcels[track["parent_id"] % 100]
                assert not parcel.tracking, "the fake keeps one number of a shipment"
                parcel.tracking = track["track_number"]
                return answer({**track, "entity_id": 1})
            case "DELETE", ["V1", "shipment", "track", key]:
                self.sale(int(key) // 1000).parcels[int(key) % 1000].tracking = ""
                return answer("true")
        return answer({"message": "Request does not match any route."}, 404)

    def listed(self, asked: dict[str, str]) -> web.StreamResponse:
        """Past the end, the last page again."""
        if asked["[filter_groups][0][filters][0][field]"] == "increment_id":
            number = asked["[filter_groups][0][filters][0][value]"]
            return answer({"items": [self.show(sale) for sale in self.called(number)]})
        for group, condition in enumerate(("gteq", "lteq")):
            assert asked[f"[filter_groups][{group}][filters][0][field]"] == "updated_at"
            assert asked[f"[filter_groups][{group}][filters][0][condition_type]"] == condition
        start, end = (asked[f"[filter_groups][{group}][filters][0][value]"] for group in (0, 1))
        self.asked.append((start, end))
        found = self.within(moment(start), moment(end))
        size = int(asked["[pageSize]"])
        page = min(int(asked["[currentPage]"]), -(-len(found) // size))
        return answer(
            {
                "items": [self.show(sale) for sale in part(found, (page - 1) * size, size)],
                "total_count": len(found),
            }
        )

    def show(self, sale: Sale) -> dict[str, Any]:
        place = {
            "firstname": ADDRESS["first"],
            "lastname": ADDRESS["last"],
            "company": ADDRESS["company"],
            "street": [ADDRESS["line1"], ADDRESS["line2"]],
            "city": ADDRESS["city"],
            "postcode": ADDRESS["zip"],
            "country_id": ADDRESS["country"],
            "telephone": ADDRESS["phone"],
            "email": MAIL,
        }
        items = []
        for at, (name, line) in enumerate(LINES.items(), 1):
            item = {
                "item_id": sale.number * 10 + at,
                "sku": line.sku,
                "name": line.name,
                "qty_ordered": line.quantity,
                "qty_shipped": sale.sent(name),
                "qty_refunded": 0,
                "qty_canceled": 0,
                "price": float(line.price),
                "weight": line.grams / 1000,
            }
            # The chosen variant hangs below, without a price.
            items += [
                item,
                {
                    **item,
                    "item_id": sale.number * 10 + at + 5,
                    "parent_item_id": item["item_id"],
                    "price": 0,
                },
            ]
        return {
            "entity_id": sale.number,
            "increment_id": str(sale.number),
            "created_at": plain(sale.changed),
            "updated_at": plain(sale.changed),
            "state": "processing",
            "status": sale.word or "processing",
            "order_currency_code": "EUR",
            "grand_total": float(TOTAL),
            "tax_amount": float(TAX),
            "shipping_amount": float(SHIPPING),
            "discount_amount": -float(DISCOUNT),
            "coupon_code": "SPRING",
            "customer_email": MAIL,
            "billing_address": place,
            "extension_attributes": {
                "shipping_assignments": [
                    {"shipping": {"address": place, "method": "flatrate_flatrate"}}
                ]
            },
            "items": items,
        }
