"""An `<Order>` that a custom store exported, as the account's own row.

The fields are those of ShipStation's Custom Store Development Guide on one side and of the Order
model of docs.shipstation.com, API v1, on the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

from proxy.doors.custom_store.dates import parse_date
from proxy.doors.custom_store.errors import WireError
from proxy.simulator.account.rows import (
    AdvancedOptions,
    Option,
    OrderItem,
    OrderRow,
    Place,
    Weight,
)
from proxy.simulator.answers import ReceivedOrder

_WEIGHT_UNITS = {"grams": "grams", "ounces": "ounces", "pounds": "pounds"}


class UnreadableOrderError(Exception):
    """An exported order that ShipStation could not import; `str(error)` says why."""


def read_exported(
    order: ReceivedOrder,
    *,
    order_id: int,
    order_key: str,
    status: str,
    store_id: int,
    now: datetime,
    next_item_id: Callable[[], int],
) -> OrderRow:
    """The row that an import makes of an exported order.

    Raises UnreadableOrderError for an amount, a quantity or a date that is none.
    """
    root = etree.fromstring(order.xml)
    bill_to, ship_to = (_read_place(root, side) for side in ("BillTo", "ShipTo"))
    try:
        placed = parse_date(_text(root, "OrderDate"), "OrderDate")
        return OrderRow(
            order_id=order_id,
            order_number=order.number,
            order_key=order_key,
            order_date=placed,
            create_date=now,
            modify_date=now,
            payment_date=None if status == "awaiting_payment" else placed,
            order_status=status,
            customer_username=_text(root, "Customer/CustomerCode") or None,
            customer_email=_text(root, "Customer/BillTo/Email") or None,
            bill_to=bill_to,
            ship_to=ship_to,
            items=tuple(_read_item(each, next_item_id(), now) for each in root.iter("Item")),
            order_total=_read_amount(root, "OrderTotal"),
            amount_paid=_read_amount(root, "OrderTotal"),
            tax_amount=_read_amount(root, "TaxAmount"),
            shipping_amount=_read_amount(root, "ShippingAmount"),
            customer_notes=_text(root, "CustomerNotes") or None,
            internal_notes=_text(root, "InternalNotes") or None,
            gift=_text(root, "Gift") == "true",
            gift_message=_text(root, "GiftMessage") or None,
            payment_method=_text(root, "PaymentMethod") or None,
            requested_shipping_service=_text(root, "ShippingMethod") or None,
            advanced_options=_read_advanced(root, store_id),
        )
    except (ValueError, InvalidOperation, WireError) as error:
        raise UnreadableOrderError(f"order {order.number}: {error}") from error


def _read_advanced(root: etree._Element, store_id: int) -> AdvancedOptions:
    first, second, third = (_text(root, f"CustomField{number}") or None for number in (1, 2, 3))
    return AdvancedOptions(
        store_id=store_id,
        custom_field1=first,
        custom_field2=second,
        custom_field3=third,
        source=_text(root, "Source") or None,
    )


def _read_place(root: etree._Element, side: str) -> Place:
    def read(name: str) -> str:
        return _text(root, f"Customer/{side}/{name}")

    return Place(
        name=read("Name"),
        company=read("Company") or None,
        street1=read("Address1"),
        street2=read("Address2") or None,
        city=read("City"),
        state=read("State"),
        postal_code=read("PostalCode"),
        country=read("Country"),
        phone=read("Phone") or None,
    )


def _read_item(element: etree._Element, number: int, now: datetime) -> OrderItem:
    units = _WEIGHT_UNITS.get(_text(element, "WeightUnits").lower())
    weight = Weight(value=_read_amount(element, "Weight"), units=units) if units else None
    return OrderItem(
        order_item_id=number,
        line_item_key=_text(element, "LineItemID") or None,
        sku=_text(element, "SKU"),
        name=_text(element, "Name"),
        image_url=_text(element, "ImageUrl") or None,
        weight=weight,
        quantity=int(_text(element, "Quantity") or "1"),
        unit_price=_read_amount(element, "UnitPrice"),
        warehouse_location=_text(element, "Location") or None,
        options=tuple(
            Option(name=_text(each, "Name"), value=_text(each, "Value"))
            for each in element.iterfind("Options/Option")
        ),
        adjustment=_text(element, "Adjustment") in {"true", "1"},
        upc=_text(element, "UPC") or None,
        create_date=now,
        modify_date=now,
    )


def _read_amount(element: etree._Element, name: str) -> Decimal:
    return Decimal(_text(element, name) or "0")


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
