"""Shipment notices as ShipStation sends them: the query of one, and bodies around any content."""

from __future__ import annotations

QUERY = {
    "action": "shipnotify",
    "order_number": "ABC123",
    "carrier": "USPS",
    "service": "",
    "tracking_number": "9511343223432432432",
}


def build_notice(inner: str) -> bytes:
    return f"<ShipNotice>{inner}</ShipNotice>".encode()


def build_items(*entries: str) -> bytes:
    return build_notice(
        "<Items>" + "".join(f"<Item>{entry}</Item>" for entry in entries) + "</Items>"
    )
