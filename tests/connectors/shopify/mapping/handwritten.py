"""Orders that no sample data shows, written by hand after the field reference of Shopify's Admin
API 2026-07.

None was recorded.
"""

from __future__ import annotations

import json
from typing import Any

from connectors.orders import Order, RejectedOrder
from connectors.shopify.mapping.order import decode_order, read_order
from connectors.shopify.mapping.routes import Route
from connectors.shopify.mapping.rules import Rules
from connectors.shopify.settings import ShopifySettings


def both(
    shop: str, buyer: str | None = None, currencies: tuple[str, str] = ("USD", "USD")
) -> dict[str, Any]:
    """An amount on both sides."""
    return {
        "shop_money": {"amount": shop, "currency_code": currencies[0]},
        "presentment_money": {"amount": buyer or shop, "currency_code": currencies[1]},
    }


ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "name": "Ada Lovelace",
    "company": None,
    "address1": "12 St James's Square",
    "address2": None,
    "city": "London",
    "province": None,
    "province_code": None,
    "zip": "SW1Y 4JH",
    "country": "United Kingdom",
    "country_code": "GB",
    "phone": None,
}


def line(number: int = 11, price: str = "10.00", quantity: int = 1, **more: Any) -> dict[str, Any]:
    """A line of an order."""
    return {
        "id": number,
        "variant_id": number + 100,
        "product_id": number + 200,
        "title": "Tea",
        "variant_title": None,
        "name": "Tea",
        "sku": f"TEA-{number}",
        "quantity": quantity,
        "current_quantity": quantity,
        "fulfillable_quantity": quantity,
        "grams": 200,
        "price": price,
        "price_set": both(price),
        "requires_shipping": True,
        "gift_card": False,
        "total_discount": "0.00",
        "discount_allocations": [],
        "tax_lines": [],
        "properties": [],
        **more,
    }


def order(*lines: dict[str, Any], total: str = "10.00", **more: Any) -> dict[str, Any]:
    """A paid order to one person in London."""
    return {
        "id": 5001,
        "name": "#1001",
        "order_number": 1001,
        "created_at": "2026-03-02T10:00:00+01:00",
        "processed_at": "2026-03-02T10:00:00+01:00",
        "updated_at": "2026-03-02T10:05:00+01:00",
        "cancelled_at": None,
        "financial_status": "paid",
        "fulfillment_status": None,
        "test": False,
        "taxes_included": False,
        "currency": "USD",
        "presentment_currency": "USD",
        "email": "ada@example.com",
        "phone": None,
        "customer": {
            "id": 9,
            "email": "ada@example.com",
            "first_name": "Ada",
            "last_name": "Lovelace",
        },
        "billing_address": ADDRESS,
        "shipping_address": ADDRESS,
        "line_items": list(lines) or [line()],
        "shipping_lines": [],
        "refunds": [],
        "discount_codes": [],
        "note": None,
        "note_attributes": [],
        "tags": "",
        "source_name": "web",
        "payment_gateway_names": ["shopify_payments"],
        "total_price": total,
        "total_price_set": both(total),
        "current_total_price": total,
        "current_total_price_set": both(total),
        "total_tax": "0.00",
        "current_total_tax": "0.00",
        "total_tip_received": "0.00",
        **more,
    }


def rules(**more: Any) -> Rules:
    """As the connector makes them from such settings."""
    return ShopifySettings.model_validate(
        {"shop": "north", "access_token": "shpat_0", **more}
    ).rules


def read(raw: dict[str, Any], route: Route | None = None, **more: Any) -> Order | RejectedOrder:
    """Through the JSON, as it comes from the shop, and with how it travels."""
    decoded = decode_order(json.dumps(raw).encode())
    if isinstance(decoded, RejectedOrder):
        return decoded
    return read_order(decoded, rules(**more), route=route)


def accepted(raw: dict[str, Any], **more: Any) -> Order:
    """The order, which must not be rejected."""
    found = read(raw, **more)
    assert isinstance(found, Order), found
    return found


def rejected(raw: dict[str, Any], **more: Any) -> str:
    """The reason of the rejection."""
    found = read(raw, **more)
    assert isinstance(found, RejectedOrder), found
    return found.reason
