"""The rows of ShipStation's API as far as they are looked at, by the names of docs.shipstation.com,
API v1, "Models". Times are Pacific, as `proxy.account.pacific` reads them.

A field that an account does not send is None: only what tells rows apart is required.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

_LONGEST_MESSAGE = 300


class Placement(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which of the account's stores and warehouses an order or a label belongs to."""

    store_id: int | None = None
    warehouse_id: int | None = None


class OrderRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An order."""

    order_id: int
    create_date: str
    order_number: str | None = None
    order_key: str | None = None
    order_status: str | None = None
    order_date: str | None = None
    modify_date: str | None = None
    payment_date: str | None = None
    hold_until_date: str | None = None
    requested_shipping_service: str | None = None
    tag_ids: tuple[int, ...] | None = None
    user_id: str | None = None
    advanced_options: Placement | None = None


class ShipmentItemRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A line, or a part of it, in a parcel; `line_item_key` is the LineItemID that we gave."""

    quantity: int
    line_item_key: str | None = None
    sku: str | None = None
    name: str | None = None


class ShipmentRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A label. `marketplace_notified` and `notify_error_message` are ShipStation's own record of
    whether the store was told.
    """

    shipment_id: int
    create_date: str
    order_id: int | None = None
    order_key: str | None = None
    order_number: str | None = None
    ship_date: str | None = None
    shipment_cost: Decimal | None = None
    shipment_items: tuple[ShipmentItemRow, ...] | None = None
    carrier_code: str | None = None
    service_code: str | None = None
    tracking_number: str | None = None
    is_return_label: bool | None = None
    voided: bool | None = None
    void_date: str | None = None
    marketplace_notified: bool | None = None
    notify_error_message: str | None = None
    advanced_options: Placement | None = None


class FulfillmentRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An order that was marked as shipped. It does not say whose store's."""

    fulfillment_id: int
    create_date: str
    order_id: int | None = None
    order_number: str | None = None
    ship_date: str | None = None
    carrier_code: str | None = None
    tracking_number: str | None = None
    voided: bool | None = None
    void_date: str | None = None
    marketplace_notified: bool | None = None
    notify_error_message: str | None = None


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A buyer; of the address only what tells buyers apart."""

    customer_id: int
    create_date: str
    name: str | None = None
    company: str | None = None
    city: str | None = None
    country_code: str | None = None


class ProductRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An article."""

    product_id: int
    create_date: str
    sku: str | None = None
    name: str | None = None
    price: Decimal | None = None
    warehouse_location: str | None = None
    active: bool | None = None


class StatusMapping(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A status of the account and the words of the store that mean it, separated by commas."""

    order_status: str
    status_key: str | None = None


class StoreRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A store, without its status mappings: only the answer for a single one may hold them."""

    store_id: int
    store_name: str | None = None
    marketplace_name: str | None = None
    active: bool | None = None
    auto_refresh: bool | None = None
    refresh_date: str | None = None
    integration_url: str | None = None


class UserRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user, to whom orders can be assigned."""

    user_id: str
    user_name: str | None = None
    name: str | None = None


class TagRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A tag."""

    tag_id: int
    name: str | None = None
    color: str | None = None


class WarehouseRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A warehouse; an order's requested warehouse is its name."""

    warehouse_id: int
    warehouse_name: str | None = None
    is_default: bool | None = None


class CarrierRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A carrier that the account can ship with."""

    code: str
    name: str | None = None
    nickname: str | None = None
    primary: bool | None = None


class ServiceRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A service of a carrier."""

    carrier_code: str
    code: str
    name: str | None = None
    domestic: bool | None = None
    international: bool | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an action that returns no row."""

    success: bool | None = None
    message: str | None = None

    @property
    def words(self) -> str:
        """ShipStation's message, cut to what a line has room for."""
        return " ".join((self.message or "")[:_LONGEST_MESSAGE].split())
