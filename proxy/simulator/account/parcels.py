"""Parcels: labels made, orders marked as shipped, labels voided, labels for returns.

Only the account's own rows change here; the caller notifies the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

import msgspec

from proxy.simulator.account.books import Books, NoSuchRowError, ParcelRow
from proxy.simulator.account.pacific import cut_zone, place_wall
from proxy.simulator.account.rows import (
    FulfillmentRow,
    OrderItem,
    OrderRow,
    ShipmentRow,
    ShippedItem,
)


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What a label is bought with; without a tracking number one is invented."""

    carrier: str = "stamps_com"
    service: str = "usps_ground_advantage"
    cost: Decimal = Decimal("6.35")
    tracking_number: str = ""


def add_label(
    books: Books, order: OrderRow, label: Label, items: Mapping[str, int] | None = None
) -> ShipmentRow:
    """Make a label for `items` of the order, quantities by line item key or SKU; for all that is
    left without them.

    The order is shipped once nothing is left. Raises NoSuchRowError for a line that the order has
    not.
    """
    row = _build_label(books, order, label, _choose_items(books, order, items))
    books.add_parcel(row)
    if not any(count_left(books, order).values()):
        _mark_order(books, order, "shipped", ship_date=row.ship_date)
    return row


def add_return(books: Books, order: OrderRow, label: Label) -> ShipmentRow:
    """Make a label by which the buyer sends everything back; the order stays as it is."""
    items = tuple(_pack(item, item.quantity) for item in list_goods(order))
    row = _build_label(books, order, label, items)
    row.is_return_label = True
    books.add_parcel(row)
    return row


def add_mark(
    books: Books,
    order: OrderRow,
    *,
    tracking_number: str = "",
    carrier: str = "Other",
    ship_date: date | None = None,
) -> FulfillmentRow:
    """Mark the whole order as shipped, without a label: a row of fulfillments, which has no
    store.
    """
    now = books.clock()
    day = ship_date or cut_zone(now).date()
    row = FulfillmentRow(
        fulfillment_id=books.take_id("fulfillment"),
        order_id=order.order_id,
        order_number=order.order_number,
        user_id=order.user_id,
        customer_email=order.customer_email,
        tracking_number=tracking_number,
        create_date=now,
        ship_date=place_wall(datetime.combine(day, time.min)),
        carrier_code=carrier,
        ship_to=order.ship_to,
    )
    books.add_parcel(row)
    _mark_order(books, order, "shipped", ship_date=day)
    return row


def void_parcel(books: Books, row: ParcelRow) -> None:
    """Take a label back; an order of which something is to be shipped again waits for it."""
    row.voided = True
    row.void_date = books.clock()
    order = books.orders[row.order_id]
    if order.order_status == "shipped" and any(count_left(books, order).values()):
        _mark_order(books, order, "awaiting_shipment", ship_date=None)


def count_left(books: Books, order: OrderRow) -> dict[int, int]:
    """How many pieces of each line, by orderItemId, are in no parcel that stands."""
    left = {item.order_item_id: item.quantity for item in list_goods(order)}
    for row in books.list_parcels(order):
        if row.voided:
            continue
        if isinstance(row, FulfillmentRow):
            return dict.fromkeys(left, 0)
        for item in () if row.is_return_label else row.shipment_items or ():
            left[item.order_item_id] = max(left.get(item.order_item_id, 0) - item.quantity, 0)
    return left


def _choose_items(
    books: Books, order: OrderRow, items: Mapping[str, int] | None
) -> tuple[ShippedItem, ...]:
    goods = list_goods(order)
    if items is not None:
        return tuple(_pack(_find_line(order, key), count) for key, count in items.items())
    left = count_left(books, order)
    if not any(left.values()):
        left = {item.order_item_id: item.quantity for item in goods}
    return tuple(
        _pack(item, left[item.order_item_id]) for item in goods if left[item.order_item_id]
    )


def _find_line(order: OrderRow, key: str) -> OrderItem:
    for item in list_goods(order):
        if key in {item.line_item_key, item.sku}:
            return item
    raise NoSuchRowError(f"order {order.order_number}: expected one of its lines, found {key!r}")


def list_goods(order: OrderRow) -> list[OrderItem]:
    """The lines of an order that can be packed: all but discounts."""
    return [item for item in order.items if not item.adjustment]


def _pack(item: OrderItem, quantity: int) -> ShippedItem:
    return ShippedItem(
        order_item_id=item.order_item_id,
        line_item_key=item.line_item_key,
        sku=item.sku,
        name=item.name,
        image_url=item.image_url,
        weight=item.weight,
        quantity=quantity,
        unit_price=item.unit_price,
        warehouse_location=item.warehouse_location,
        product_id=item.product_id,
        fulfillment_sku=item.fulfillment_sku,
    )


def _build_label(
    books: Books, order: OrderRow, label: Label, items: tuple[ShippedItem, ...]
) -> ShipmentRow:
    now, shipment_id = books.clock(), books.take_id("shipment")
    return ShipmentRow(
        shipment_id=shipment_id,
        order_id=order.order_id,
        order_key=order.order_key,
        user_id=order.user_id,
        customer_email=order.customer_email,
        order_number=order.order_number,
        create_date=now,
        ship_date=cut_zone(now).date(),
        shipment_cost=label.cost,
        tracking_number=label.tracking_number or f"94001{shipment_id:017d}",
        carrier_code=label.carrier,
        service_code=label.service,
        warehouse_id=order.advanced_options.warehouse_id,
        ship_to=order.ship_to,
        weight=order.weight,
        advanced_options=order.advanced_options,
        shipment_items=items,
    )


def _mark_order(books: Books, order: OrderRow, status: str, *, ship_date: date | None) -> None:
    order.order_status = status
    order.ship_date = ship_date
    books.touch(order)
