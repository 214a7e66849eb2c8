"""An order of the book as WooCommerce's JSON."""

from __future__ import annotations

import copy
import zlib
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from connectors.orders import OrderStatus
from connectors.testing.book import BookLine, BookOrder
from connectors.testing.shops.woocommerce.traits import Traits

WORDS = MappingProxyType(
    {
        OrderStatus.UNPAID: "pending",
        OrderStatus.PAID: "processing",
        OrderStatus.ON_HOLD: "on-hold",
        OrderStatus.SHIPPED: "completed",
        OrderStatus.CANCELLED: "cancelled",
    }
)
_MONEY = frozenset(
    {
        *(
            "discount_total",
            "discount_tax",
            "shipping_total",
            "shipping_tax",
            "cart_tax",
            "total",
            "total_tax",
        ),
        *("subtotal", "subtotal_tax", "tax_total", "shipping_tax_total", "discount", "amount"),
    }
)
_FINEST = 6
# The id of the one refund of an order that was not recorded, less the order's own.
REFUND_OFFSET = 500_000


def word(order: BookOrder) -> str:
    """The order's status as the shop says it."""
    return "trash" if order.trashed else order.word or WORDS[order.status]


def render(order: BookOrder, traits: Traits, decimals: int = 2) -> dict[str, Any]:
    """One order, whole.

    `extra["json"]` of an order is taken as it is but for what the book knows better.
    """
    recorded = order.extra.get("json")
    found: dict[str, Any] = dict(recorded) if recorded is not None else _build_order(order, traits)
    zone = ZoneInfo(traits.zone)
    found["status"] = word(order)
    found["date_modified_gmt"] = stamp(order.modified_at)
    found["date_modified"] = stamp(order.modified_at.astimezone(zone))
    if order.status is OrderStatus.SHIPPED and not found.get("date_completed_gmt"):
        found["date_completed_gmt"] = stamp(order.modified_at)
    if order.spoiled:
        found["total"] = "twelve"
    return found if decimals >= _FINEST else round_money(found, decimals)


def stamp(moment: datetime) -> str:
    """A time as WordPress writes it: no zone, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def round_money(value: Any, decimals: int, name: str = "") -> Any:
    """The same JSON with money rounded to `decimals`, as the parameter `dp` asks; a line's `price`
    is a number and stays.
    """
    if isinstance(value, dict):
        return {name: round_money(inner, decimals, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [round_money(inner, decimals) for inner in value]
    if (
        name in _MONEY
        and isinstance(value, str)
        and value.replace(".", "", 1).lstrip("-").isdigit()
    ):
        return f"{Decimal(value):.{decimals}f}"
    return value


def refunds(order: BookOrder) -> list[dict[str, Any]]:
    """The refunds of an order that was not recorded: one for all pieces that were given back."""
    back = [line for line in order.lines if line.refunded]
    if not back or "json" in order.extra:
        return []
    lines = [
        {
            "id": int(line.id) + 900_000,
            "quantity": -line.refunded,
            "total": f"{-line.unit_price * line.refunded:.6f}",
            "total_tax": "0.000000",
            "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": line.id}],
        }
        for line in back
    ]
    return [
        {
            "id": int(order.id) + REFUND_OFFSET,
            "parent_id": int(order.id),
            "line_items": lines,
            "shipping_lines": [],
            "fee_lines": [],
        }
    ]


def product_id(sku: str) -> int:
    """The product that a SKU of the book stands for; the same for the same SKU, whatever shop."""
    return 10_000 + zlib.crc32(sku.encode()) % 90_000_000


def _build_order(order: BookOrder, traits: Traits) -> dict[str, Any]:
    zone = ZoneInfo(traits.zone)
    back = [
        {
            "id": refund["id"],
            "reason": "",
            "total": sum(Decimal(line["total"]) for line in refund["line_items"]),
        }
        for refund in refunds(order)
    ]
    place = _address(order)
    return {
        "id": int(order.id),
        "parent_id": 0,
        "number": order.number,
        "version": traits.version,
        "currency": traits.currency,
        "prices_include_tax": False,
        "date_created": stamp(order.placed_at.astimezone(zone)),
        "date_created_gmt": stamp(order.placed_at),
        "date_paid_gmt": None if order.status is OrderStatus.UNPAID else stamp(order.placed_at),
        "date_completed_gmt": None,
        "discount_total": "0.000000",
        "shipping_total": "0.000000",
        "total": f"{order.total:.6f}",
        "total_tax": "0.000000",
        "customer_id": 0,
        "customer_note": "",
        "billing": {**place, "email": order.email},
        "shipping": place,
        "payment_method": "stripe",
        "payment_method_title": "Credit Card (Stripe)",
        "meta_data": [],
        "line_items": [_line(line) for line in order.lines],
        "shipping_lines": [
            {
                "id": int(order.id) + 300_000,
                "method_title": "Flat rate",
                "method_id": "flat_rate",
                "total": "0.000000",
            }
        ],
        "fee_lines": [],
        "coupon_lines": [],
        "tax_lines": [],
        "refunds": [{**refund, "total": f"{refund['total']:.6f}"} for refund in back],
        **copy.deepcopy({name: value for name, value in order.extra.items() if name != "json"}),
    }


def _line(line: BookLine) -> dict[str, Any]:
    total = f"{line.unit_price * line.quantity:.6f}"
    return {
        "id": int(line.id),
        "name": line.name,
        "product_id": product_id(line.sku),
        "variation_id": 0,
        "quantity": line.quantity,
        "subtotal": total,
        "total": total,
        "total_tax": "0.000000",
        "sku": line.sku,
        "price": float(line.unit_price),
        "image": {"id": "", "src": ""},
        "meta_data": [],
    }


def _address(order: BookOrder) -> dict[str, str]:
    place = order.ship_to
    first, _, last = place.name.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "company": place.company,
        "address_1": place.line1,
        "address_2": place.line2,
        "city": place.city,
        "state": place.region,
        "postcode": place.postal_code,
        "country": place.country,
        "phone": place.phone,
    }
