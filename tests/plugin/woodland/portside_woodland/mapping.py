"""The Woodland shop's JSON → `Order`. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors import (
    Address,
    Customer,
    FieldError,
    LineItem,
    Order,
    OrderId,
    OrderStatus,
    RejectedOrder,
    read_country,
    read_id,
    read_moment,
    read_money,
    read_optional_moment,
    read_quantity,
    read_text,
)

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
            id=OrderId(str(known.get("id", "?"))),
            modified_at=read_time(known.get("changed")),
            reason=_reason(error),
        )


def read_time(value: Any) -> datetime | None:
    """A time of the shop's, if it is one."""
    try:
        return read_optional_moment(value, "changed")
    except FieldError:
        return None


def _reason(error: Exception) -> str:
    return (
        str(error) if isinstance(error, FieldError) else f"expected another shape of order: {error}"
    )


def _order(raw: Any) -> Order:
    word = read_text(raw["state"], "state")
    address = _address(raw["buyer"])
    return Order(
        id=OrderId(read_id(raw["id"], "id")),
        number=read_id(raw["reference"], "reference"),
        placed_at=read_moment(raw["created"], "created"),
        modified_at=read_moment(raw["changed"], "changed"),
        status=_STATUSES.get(word, OrderStatus.ON_HOLD),
        shop_status=word,
        status_known=word in _STATUSES,
        currency=read_text(raw["currency"], "currency").upper(),
        total=read_money(raw["amounts"]["total"], "amounts.total"),
        customer=Customer(code=address.email, bill_to=address, ship_to=address),
        items=tuple(_line(line, f"lines[{place}]") for place, line in enumerate(raw["lines"])),
    )


def _line(line: Any, path: str) -> LineItem:
    return LineItem(
        id=read_id(line["id"], f"{path}.id"),
        sku=read_text(line["sku"], f"{path}.sku"),
        name=read_text(line["title"], f"{path}.title"),
        quantity=read_quantity(line["pieces"], f"{path}.pieces"),
        unit_price=read_money(line["price"], f"{path}.price"),
    )


def _address(buyer: Any) -> Address:
    place = buyer["address"]
    return Address(
        name=read_text(place["name"], "buyer.address.name"),
        line1=read_text(place["street"], "buyer.address.street"),
        city=read_text(place["town"], "buyer.address.town"),
        postal_code=read_text(place["zip"], "buyer.address.zip"),
        country=read_country(place["country"], "buyer.address.country"),
        email=read_text(buyer["mail"], "buyer.mail"),
    )
