"""The Woodland shop's JSON → `Order`. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors import Address, Customer, LineItem, Order, OrderStatus, RejectedOrder
from connectors.reading import amounts, fields, moments
from connectors.reading.fields import FieldError

_STATUSES = {
    "awaiting-payment": OrderStatus.UNPAID,
    "ready": OrderStatus.PAID,
    "sent": OrderStatus.SHIPPED,
    "called-off": OrderStatus.CANCELLED,
    "parked": OrderStatus.ON_HOLD,
}


def read_order(raw: Any) -> Order | RejectedOrder:
    """One order, or why it cannot be read."""
    try:
        return _order(raw)
    except (FieldError, KeyError, TypeError) as error:
        known = raw if isinstance(raw, dict) else {}
        return RejectedOrder(
            id=str(known.get("id", "?")),
            modified_at=read_time(known.get("changed")),
            reason=_reason(error),
        )


def read_time(value: Any) -> datetime | None:
    """A time of the shop's, if it is one."""
    try:
        return moments.optional_moment(value, "changed")
    except FieldError:
        return None


def _reason(error: Exception) -> str:
    return (
        str(error) if isinstance(error, FieldError) else f"expected another shape of order: {error}"
    )


def _order(raw: Any) -> Order:
    word = fields.text(raw["state"], "state")
    address = _address(raw["buyer"])
    return Order(
        id=fields.identifier(raw["id"], "id"),
        number=fields.identifier(raw["reference"], "reference"),
        placed_at=moments.moment(raw["created"], "created"),
        modified_at=moments.moment(raw["changed"], "changed"),
        status=_STATUSES.get(word, OrderStatus.ON_HOLD),
        shop_status=word,
        status_known=word in _STATUSES,
        currency=fields.text(raw["currency"], "currency").upper(),
        total=amounts.money(raw["amounts"]["total"], "amounts.total"),
        customer=Customer(code=address.email, bill_to=address, ship_to=address),
        items=tuple(_line(line, f"lines[{place}]") for place, line in enumerate(raw["lines"])),
    )


def _line(line: Any, path: str) -> LineItem:
    return LineItem(
        id=fields.identifier(line["id"], f"{path}.id"),
        sku=fields.text(line["sku"], f"{path}.sku"),
        name=fields.text(line["title"], f"{path}.title"),
        quantity=fields.whole_quantity(line["pieces"], f"{path}.pieces"),
        unit_price=amounts.money(line["price"], f"{path}.price"),
    )


def _address(buyer: Any) -> Address:
    place = buyer["address"]
    return Address(
        name=fields.text(place["name"], "buyer.address.name"),
        line1=fields.text(place["street"], "buyer.address.street"),
        city=fields.text(place["town"], "buyer.address.town"),
        postal_code=fields.text(place["zip"], "buyer.address.zip"),
        country=fields.country(place["country"], "buyer.address.country"),
        email=fields.text(buyer["mail"], "buyer.mail"),
    )
