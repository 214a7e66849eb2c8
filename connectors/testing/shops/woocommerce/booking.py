"""Orders as the API shows them, entered in the fake shop's book."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.orders import Address
from connectors.testing.book import BookLine, BookOrder
from connectors.woocommerce.mapping.statuses import normalize_status, read_status

Json = dict[str, Any]


def read_booked(order: Json) -> BookOrder:
    """An order of the book that shows this JSON."""
    status = normalize_status(order["status"])
    return BookOrder(
        id=str(order["id"]),
        number=str(order["number"]),
        placed_at=_moment(order["date_created_gmt"]),
        modified_at=_moment(order["date_modified_gmt"]),
        status=read_status(status)[0],
        word="" if status == "trash" else status,
        trashed=status == "trash",
        lines=[
            BookLine(
                id=str(line["id"]),
                sku=str(line["sku"] or ""),
                name=str(line["name"]),
                quantity=line["quantity"],
                unit_price=Decimal(0),
            )
            for line in order["line_items"]
        ],
        ship_to=Address(),
        email=str(order["billing"].get("email", "")),
        extra={"json": order},
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
