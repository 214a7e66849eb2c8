"""Orders of WooCommerce written by hand for the tests, and how the connector reads them."""

from __future__ import annotations

from typing import Any

import msgspec

from connectors.orders import Order, RejectedOrder
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.decoding import read_row
from connectors.woocommerce.mapping.order import Related, read_order
from connectors.woocommerce.mapping.rules import Rules
from tests.connectors.woocommerce.recordings import RULES


def line(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A product line of two pieces at 5.00."""
    return {
        "id": number,
        "name": "Soap",
        "product_id": 9,
        "quantity": 2,
        "subtotal": "10.00",
        "total": "10.00",
        "sku": "S-1",
        **changes,
    }


def order(**changes: Any) -> dict[str, Any]:
    """An order with nothing odd about it."""
    return {
        "id": 7,
        "number": "7",
        "status": "processing",
        "currency": "USD",
        "date_created_gmt": "2026-03-02T09:00:00",
        "date_modified_gmt": "2026-03-02T10:00:00",
        "total": "10.00",
        "total_tax": "0.00",
        "shipping_total": "0.00",
        "discount_total": "0.00",
        "billing": {
            "first_name": "Ada",
            "address_1": "1 Harbour Road",
            "country": "US",
            "email": "ada@example.com",
            "phone": "1",
        },
        "shipping": {},
        "line_items": [line()],
        **changes,
    }


def read(
    json: Any, around: Related | None = None, rules: Rules | None = None
) -> Order | RejectedOrder:
    """The order as the connector would give it."""
    row = read_row(msgspec.json.encode(json))
    if isinstance(row.order, RejectedOrder):
        return row.order
    return read_order(row.order, around or Related(), rules or RULES)


def good(json: Any, around: Related | None = None, rules: Rules | None = None) -> Order:
    """The order, which must be readable."""
    found = read(json, around, rules)
    assert isinstance(found, Order), found
    return found


def refund(number: int = 1, **line_changes: Any) -> wire.Refund:
    """A refund of one piece of line 1, unless told otherwise."""
    row = {
        "quantity": -1,
        "total": "-5.00",
        "total_tax": "0",
        "meta_data": [{"key": "_refunded_item_id", "value": "1"}],
        **line_changes,
    }
    return msgspec.convert({"id": number, "parent_id": 7, "line_items": [row]}, wire.Refund)


def facts(found: Order, *names: str) -> list[tuple[Any, ...]]:
    """These fields of each line."""
    return [tuple(getattr(item, name) for name in names) for item in found.items]
