"""Shipment notices as ShipStation writes them, about orders that a store has exported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

import msgspec
from lxml import etree

from proxy.doors.custom_store.dates import format_date
from proxy.doors.custom_store.text import clean
from proxy.simulator.answers import ReceivedOrder


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an exported order, as it comes back in a notice."""

    line_id: str
    sku: str
    name: str
    quantity: int


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One shipment to tell of.

    `tracking_number` empty means: marked as shipped, without a label.
    """

    order_id: str
    order_number: str
    lines: tuple[Line, ...]
    tracking_number: str = ""
    carrier: str = "Other"
    service: str = ""
    shipped_at: datetime

    @classmethod
    def about(
        cls, order: ReceivedOrder, *, shipped_at: datetime, tracking_number: str = ""
    ) -> Self:
        """All of `order` in one parcel."""
        return cls(
            order_id=order.id,
            order_number=order.number,
            lines=read_lines(order),
            tracking_number=tracking_number,
            shipped_at=shipped_at,
        )

    def with_lines(self, lines: tuple[Line, ...]) -> Self:
        """The same shipment of other lines."""
        return msgspec.structs.replace(self, lines=lines)

    def query(self) -> list[tuple[str, str]]:
        """The query of the POST, in ShipStation's order."""
        return [
            ("action", "shipnotify"),
            ("order_number", self.order_number),
            ("carrier", self.carrier),
            ("service", self.service),
            ("tracking_number", self.tracking_number),
        ]

    def body(self) -> bytes:
        """The ShipNotice. It asks for no mail to the buyer: `NotifyCustomer` is false."""
        root = etree.Element("ShipNotice")
        _put(root, "OrderNumber", self.order_number)
        _put(root, "OrderID", self.order_id or self.order_number)
        _put(root, "NotifyCustomer", "false")
        _put(root, "LabelCreateDate", format_date(self.shipped_at))
        _put(root, "ShipDate", format_date(self.shipped_at)[:10])
        _put(root, "Carrier", self.carrier)
        _put(root, "Service", self.service)
        _put(root, "TrackingNumber", self.tracking_number)
        _put(root, "ShippingCost", "0.00")
        items = etree.SubElement(root, "Items")
        for line in self.lines:
            item = etree.SubElement(items, "Item")
            _put(item, "SKU", line.sku)
            _put(item, "Name", line.name)
            _put(item, "Quantity", str(line.quantity))
            _put(item, "LineItemID", line.line_id)
        return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def read_lines(order: ReceivedOrder) -> tuple[Line, ...]:
    """What of the order can be packed: its lines without the discounts."""
    items = etree.fromstring(order.xml).iterfind("Items/Item")
    return tuple(
        Line(
            line_id=item.findtext("LineItemID") or "",
            sku=item.findtext("SKU") or "",
            name=item.findtext("Name") or "",
            quantity=int(item.findtext("Quantity") or "1"),
        )
        for item in items
        if item.findtext("Adjustment") not in {"true", "1"}
    )


def split_lines(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The lines in two parcels, one piece in the first."""
    first, *others = lines
    left = (
        (msgspec.structs.replace(first, quantity=first.quantity - 1),) if first.quantity > 1 else ()
    )
    return (msgspec.structs.replace(first, quantity=1),), (*left, *others)


def _put(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = clean(text)
