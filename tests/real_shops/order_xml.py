"""What the XML of an exported order says: itself in one line, and its amounts."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from proxy.simulator.answers import ReceivedOrder


def describe_order(order: ReceivedOrder) -> str:
    """In one line."""
    document = etree.fromstring(order.xml)
    place = " ".join(
        filter(
            None,
            (
                document.findtext(f"Customer/ShipTo/{name}")
                for name in ("PostalCode", "City", "Country")
            ),
        )
    )
    lines = len(document.findall("Items/Item"))
    total = f"{document.findtext('OrderTotal')} {document.findtext('CurrencyCode') or ''}".strip()
    return (
        f"{order.number}: {order.status}, {lines} lines, {total},"
        f" {document.findtext('Customer/ShipTo/Name')}, {place}"
    )


def read_amount(order: ReceivedOrder, name: str) -> Decimal:
    """One of its amounts; 0 where it has none."""
    return Decimal(etree.fromstring(order.xml).findtext(name) or "0")


def add_up(order: ReceivedOrder) -> Decimal:
    """Lines, shipping and tax."""
    lines = etree.fromstring(order.xml).iterfind("Items/Item")
    goods = sum(
        (
            Decimal(line.findtext("UnitPrice") or "0") * int(line.findtext("Quantity") or "0")
            for line in lines
        ),
        start=Decimal(0),
    )
    return goods + read_amount(order, "ShippingAmount") + read_amount(order, "TaxAmount")
