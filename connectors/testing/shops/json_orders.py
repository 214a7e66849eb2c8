"""An order as the shop of no known make shows it."""

from __future__ import annotations

from typing import Any, Final

from connectors.orders import Address, OrderStatus
from connectors.testing.book import BookLine, BookOrder

WORDS: Final = {
    OrderStatus.UNPAID: "awaiting-payment",
    OrderStatus.PAID: "ready",
    OrderStatus.SHIPPED: "sent",
    OrderStatus.CANCELLED: "called-off",
    OrderStatus.ON_HOLD: "parked",
}
"""The shop's words for the state of an order."""


def show_order(order: BookOrder) -> dict[str, Any]:
    """One order, whole."""
    return {
        "id": int(order.id) if order.id.isdecimal() else order.id,
        "reference": order.number,
        "created": order.placed_at.isoformat().replace("+00:00", "Z"),
        "changed": order.modified_at.isoformat().replace("+00:00", "Z"),
        "state": WORDS[OrderStatus.CANCELLED]
        if order.trashed
        else order.word or WORDS[order.status],
        "currency": "usd",
        "amounts": {
            "total": "a lot" if order.spoiled else f"{order.total:.2f}",
            "tax": "0.00",
            "shipping": "0.00",
        },
        "shipping": {"label": "Standard"},
        "buyer": {"mail": order.email, "address": _address(order.ship_to)},
        "lines": [_line(order, line) for line in order.lines],
        "parcels": [
            {
                "id": parcel.id,
                "tracking": parcel.tracking_number or None,
                "carrier": parcel.carrier,
                "sent": parcel.id in order.extra.get("sent", ()),
                "items": [
                    {"id": line, "quantity": pieces} for line, pieces in parcel.quantities.items()
                ],
            }
            for parcel in order.parcels
        ],
    }


def quantities_of(order: BookOrder) -> dict[str, int]:
    """How many pieces of each line are in no parcel yet."""
    packed = {
        line.id: sum(parcel.quantities.get(line.id, 0) for parcel in order.parcels)
        for line in order.lines
    }
    return {line.id: line.quantity - packed[line.id] for line in order.lines}


def _line(order: BookOrder, line: BookLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "sku": line.sku,
        "title": line.name,
        "pieces": line.quantity,
        "price": f"{line.unit_price:.2f}",
        "left": quantities_of(order)[line.id],
    }


def _address(address: Address) -> dict[str, Any]:
    return {
        "name": address.name,
        "firm": address.company,
        "street": address.line1,
        "street2": address.line2,
        "town": address.city,
        "state": address.region,
        "zip": address.postal_code,
        "country": address.country.lower(),
        "phone": address.phone,
    }
