"""PrestaShop: JSON out, XML in, and an order whose parts stand in eight places."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

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
    basic,
    moment,
    part,
    plain,
)

ZONE = "Europe/Paris"
AHEAD = timedelta(hours=1)
"""Paris in winter."""
FIELDS = {
    "id",
    "id_order",
    "id_carrier",
    "id_order_invoice",
    "weight",
    "shipping_cost_tax_excl",
    "shipping_cost_tax_incl",
    "tracking_number",
    "date_add",
}
ROWS = {
    "id_order",
    "id_carrier",
    "id_order_invoice",
    "weight",
    "shipping_cost_tax_excl",
    "shipping_cost_tax_incl",
}
MOST_TRACKING = 64


class PrestaShop(Platform):
    recipe = "prestashop"
    needed = frozenset({"id", "reference", "date_upd", "details.0.id"})
    base = "/api"
    zone: ClassVar = {
        "orders": {"window": {"zone": ZONE}},
        "map": {"placed_at": {"zone": ZONE}, "modified_at": {"zone": ZONE}},
    }
    bounds = ("[2026-03-02 10:00:00,2999-12-31 00:00:00]",)
    states: ClassVar = {
        "1": OrderStatus.UNPAID,
        "2": OrderStatus.PAID,
        "4": OrderStatus.SHIPPED,
        "6": OrderStatus.CANCELLED,
        "17": OrderStatus.PAID,
    }
    counts = False
    totals = None
    writes = (
        ("POST", "/order_histories"),
        ("POST", "/order_carriers"),
        ("PUT", "/order_carriers/"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.histories: list[tuple[str, str]] = []
        # The rows of an order's carriers beside the first, which the shop makes itself.
        self.more: dict[int, list[str]] = {sale.number: [] for sale in self.sales}

    def login(self) -> dict[str, Any]:
        return {"username": KEY}

    def knows(self, request: web.Request) -> bool:
        return (
            request.headers.get("Authorization") == basic(KEY)
            and request.query.get("output_format") == "JSON"
        )

    def unknown(self) -> web.StreamResponse:
        return answer({"errors": [{"code": 3, "message": "This order does not exist"}]}, 404)

    async def handle(  # noqa: PLR0911 -- one for each route
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        match method, path:
            case "GET", ["orders"]:
                return self.listed(request)
            case "GET", ["orders", number]:
                return answer({"order": self.show(self.sale(number))})
            case "GET", [resource]:
                return self.several(resource, request)
            case "GET", [resource, key]:
                return self.one(resource, key)
            case "POST", ["order_histories"]:
                told = self.read(await request.read(), "order_history")
                self.histories.append((told["id_order"], told["id_order_state"]))
                self.sale(told["id_order"]).done = told["id_order_state"] == "4"
                return answer({"order_history": {"id": 1}}, 201)
            case "POST", ["order_carriers"]:
                return self.add_row(self.read(await request.read(), "order_carrier"))
            case "PUT", ["order_carriers", key]:
                return self.carried(
                    key,
                    self.read(await request.read(), "order_carrier"),
                    mailed=request.query.get("sendemail") == "1",
                )
        return answer({"errors": [{"code": 21, "message": "Not here"}]}, 404)

    @staticmethod
    def read(body: bytes, name: str) -> dict[str, str]:
        """What stands in the XML that was sent."""
        root = ET.fromstring(body)  # noqa: S314 -- Portside's own
        assert (root.tag, [each.tag for each in root]) == ("prestashop", [name])
        return {each.tag: each.text or "" for each in root[0]}

    def carried(self, key: str, told: dict[str, str], *, mailed: bool) -> web.StreamResponse:
        """A PUT replaces, so every field must be there."""
        assert told.keys() == FIELDS
        sale = self.sale(told["id_order"])
        place = self.rows(sale).index(key)
        assert told["weight"] == ("0" if place else "1.200000")
        if len(told["tracking_number"]) > MOST_TRACKING:
            return answer(
                {"errors": [{"code": 85, "message": "Validation error: tracking_number"}]}, 400
            )
        if place < len(sale.parcels):
            known = sale.parcels[place].tracking
            assert not (known and told["tracking_number"]), "a number would be lost"
            sale.parcels[place].tracking = told["tracking_number"]
        else:
            sale.send(told["tracking_number"], {}, mailed=mailed)
        return answer({"order_carrier": self.row(sale, place)})

    def rows(self, sale: Sale) -> list[str]:
        """The ids of the order's rows."""
        return [f"9{sale.number}", *self.more[sale.number]]

    def add_row(self, told: dict[str, str]) -> web.StreamResponse:
        """A further row, without a number."""
        assert told.keys() == ROWS
        sale = self.sale(told["id_order"])
        self.more[sale.number].append(f"8{sale.number}{len(self.more[sale.number])}")
        return answer({"order_carrier": self.row(sale, len(self.rows(sale)) - 1)}, 201)

    def row(self, sale: Sale, place: int) -> dict[str, Any]:
        """A row of the order's carriers."""
        return {
            "id": self.rows(sale)[place],
            "id_order": str(sale.number),
            "id_carrier": "2",
            "id_order_invoice": "1",
            "weight": "0" if place else "1.200000",
            "shipping_cost_tax_excl": "0" if place else "5.000000",
            "shipping_cost_tax_incl": "0" if place else "5.500000",
            "tracking_number": sale.parcels[place].tracking if place < len(sale.parcels) else "",
            "date_add": plain(sale.changed + AHEAD),
        }

    def listed(self, request: web.Request) -> web.StreamResponse:
        if reference := request.query.get("filter[reference]"):
            called = self.called(reference.strip("[]"))
            return answer({"orders": [{"id": self.show(each)["id"]} for each in called]})
        asked = request.query["filter[date_upd]"]
        self.asked.append((asked,))
        offset, size = (int(each) for each in request.query["limit"].split(","))
        assert request.query["date"] == "1"
        shown = part(self.within(moment(asked[1:].partition(",")[0]) - AHEAD), offset, size)
        return answer({"orders": [self.show(sale) for sale in shown]} if shown else [])

    def several(self, resource: str, request: web.Request) -> web.StreamResponse:
        """Records by `filter[id]` or `filter[id_order]`."""
        wanted = (
            (request.query.get("filter[id]") or request.query["filter[id_order]"])
            .strip("[]")
            .split("|")
        )
        if resource == "addresses":
            return answer({"addresses": [self.place(key) for key in wanted]})
        if resource == "customers":
            return answer({"customers": [{"id": int(key), "email": MAIL} for key in wanted]})
        sale = self.sale(wanted[0])
        if resource == "order_details":
            return answer(
                {"order_details": [self.detail(sale, at, name) for at, name in enumerate(LINES, 1)]}
            )
        places = range(len(self.rows(sale)))
        return answer({"order_carriers": [self.row(sale, place) for place in places]})

    def one(self, resource: str, key: str) -> web.StreamResponse:
        if resource == "order_states":
            marks = {
                "shipped": str(int(key in {"4", "5"})),
                "paid": str(int(key in {"2", "3", "4", "5", "9", "11", "17"})),
            }
            return answer({"order_state": {"id": int(key), "name": "any", **marks}})
        names = {
            "countries": {"country": {"iso_code": ADDRESS["country"]}},
            "currencies": {"currency": {"iso_code": "EUR"}},
            "carriers": {"carrier": {"name": "Ground"}},
        }
        return answer(names[resource])

    def place(self, key: str) -> dict[str, Any]:
        return {
            "id": int(key),
            "firstname": ADDRESS["first"],
            "lastname": ADDRESS["last"],
            "company": ADDRESS["company"],
            "address1": ADDRESS["line1"],
            "address2": ADDRESS["line2"],
            "city": ADDRESS["city"],
            "postcode": ADDRESS["zip"],
            "phone": ADDRESS["phone"],
            "id_country": "17",
            "id_state": "0",
        }

    def detail(self, sale: Sale, at: int, name: str) -> dict[str, Any]:
        line = LINES[name]
        return {
            "id": sale.number * 10 + at,
            "product_reference": line.sku,
            "product_name": line.name,
            "product_quantity": str(line.quantity),
            "product_quantity_refunded": "0",
            "unit_price_tax_excl": f"{line.price}0000",
            "product_weight": str(line.grams / 1000),
        }

    def show(self, sale: Sale) -> dict[str, Any]:
        return {
            "id": sale.number,
            "reference": str(sale.number),
            "id_address_delivery": "5",
            "id_address_invoice": "6",
            "id_currency": "1",
            "id_customer": "3",
            "id_carrier": "2",
            "current_state": sale.word or ("4" if sale.done else "2"),
            "date_add": plain(sale.changed + AHEAD),
            "date_upd": plain(sale.changed + AHEAD),
            "payment": "Card",
            "total_paid_tax_incl": f"{TOTAL}0000",
            "total_paid_tax_excl": f"{TOTAL - TAX}0000",
            "total_shipping_tax_excl": f"{SHIPPING}0000",
            "total_discounts_tax_excl": f"{DISCOUNT}0000",
            "total_wrapping_tax_excl": "0.000000",
            "gift": "0",
        }
