"""Rows of the account as shipments: what a notice would have said of the same parcel. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from connectors.shipments import Shipment, ShippedItem
from proxy.account.pacific import read_pacific
from proxy.account.rows import FulfillmentRow, ShipmentRow
from proxy.doors.custom_store.carriers import (
    find_carrier_code,
    name_account_carrier,
    name_account_service,
)
from proxy.rules.matching import GivenOrder

Row = ShipmentRow | FulfillmentRow
_DAY = len("2026-03-02")


def read_shipment(row: Row, order_key: str | None, given: Sequence[GivenOrder]) -> Shipment:
    """What a notice would say of this row. Of several orders that were given under its number the
    one whose id is `order_key` is meant; what ShipStation keeps there is not documented.

    A fulfillment names no items: it stands for all that is left. Raises ValueError for a row that
    cannot be told.
    """
    number = (row.order_number or "").strip()
    if not number:
        raise ValueError("orderNumber: expected the number of an order, found none")
    meant = next((each for each in given if order_key and each.id == order_key), None)
    carrier = name_account_carrier(row.carrier_code or "")
    label = row if isinstance(row, ShipmentRow) else None
    service = name_account_service(label.service_code or "") if label else ""
    return Shipment(
        order_id=meant.id if meant is not None and len(given) > 1 else "",
        order_number=meant.number if meant is not None else number,
        carrier=carrier,
        carrier_code=find_carrier_code(carrier, service),
        service=service,
        tracking_number=(row.tracking_number or "").strip(),
        shipped_on=date.fromisoformat(row.ship_date[:_DAY]) if row.ship_date else None,
        label_created_at=read_pacific(label.create_date) if label else None,
        cost=label.shipment_cost if label else None,
        items=_read_items(label) if label else (),
    )


def has_failed(row: Row) -> bool:
    """Whether ShipStation says that its own notice was not taken, and will not come by itself."""
    return row.marketplace_notified is False and bool(row.notify_error_message)


def _read_items(row: ShipmentRow) -> tuple[ShippedItem, ...]:
    items = tuple(
        ShippedItem(
            line_id=(item.line_item_key or "").strip(),
            sku=(item.sku or "").strip(),
            name=(item.name or "").strip(),
            quantity=item.quantity,
        )
        for item in row.shipment_items or ()
        if item.quantity > 0
    )
    if row.shipment_items and not items:
        raise ValueError("shipmentItems: expected a quantity from 1, found none")
    return items
