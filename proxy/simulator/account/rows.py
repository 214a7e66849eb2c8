"""The rows of ShipStation's API: orders, shipments, fulfillments, customers and products, with the
names and the order of fields of docs.shipstation.com, API v1, "Models".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from proxy.simulator.account.pacific import write_pacific

_ZERO = Decimal(0)


class Weight(msgspec.Struct, kw_only=True):
    """A weight; `units` is grams, ounces or pounds."""

    value: Decimal
    units: str


class Place(msgspec.Struct, kw_only=True, rename="camel"):
    """An address; `country` is a code of two letters."""

    name: str = ""
    company: str | None = None
    street1: str = ""
    street2: str | None = None
    street3: str | None = None
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str | None = None
    residential: bool | None = None
    address_verified: str | None = None


class Option(msgspec.Struct, kw_only=True):
    """One choice of a line, such as a color."""

    name: str
    value: str


class OrderItem(msgspec.Struct, kw_only=True, rename="camel"):
    """One line of an order; `line_item_key` is the LineItemID that the store gave."""

    order_item_id: int
    line_item_key: str | None
    sku: str
    name: str
    image_url: str | None = None
    weight: Weight | None = None
    quantity: int
    unit_price: Decimal = _ZERO
    tax_amount: Decimal | None = None
    shipping_amount: Decimal | None = None
    warehouse_location: str | None = None
    options: tuple[Option, ...] = ()
    product_id: int | None = None
    fulfillment_sku: str | None = None
    adjustment: bool = False
    upc: str | None = None
    create_date: datetime
    modify_date: datetime


class AdvancedOptions(msgspec.Struct, kw_only=True, rename="camel"):
    """What hangs on an order or a shipment beside its lines; `store_id` says whose it is."""

    warehouse_id: int | None = None
    non_machinable: bool = False
    saturday_delivery: bool = False
    contains_alcohol: bool = False
    store_id: int
    custom_field1: str | None = None
    custom_field2: str | None = None
    custom_field3: str | None = None
    source: str | None = None
    merged_or_split: bool = False
    merged_ids: tuple[int, ...] = ()
    parent_id: int | None = None
    bill_to_party: str | None = None
    bill_to_account: str | None = None
    bill_to_postal_code: str | None = None
    bill_to_country_code: str | None = None


class OrderRow(msgspec.Struct, kw_only=True, rename="camel"):
    """An order as the account keeps it."""

    order_id: int
    order_number: str
    order_key: str
    order_date: datetime
    create_date: datetime
    modify_date: datetime
    payment_date: datetime | None = None
    ship_by_date: datetime | None = None
    order_status: str
    customer_id: int | None = None
    customer_username: str | None = None
    customer_email: str | None = None
    bill_to: Place
    ship_to: Place
    items: tuple[OrderItem, ...]
    order_total: Decimal = _ZERO
    amount_paid: Decimal = _ZERO
    tax_amount: Decimal = _ZERO
    shipping_amount: Decimal = _ZERO
    customer_notes: str | None = None
    internal_notes: str | None = None
    gift: bool = False
    gift_message: str | None = None
    payment_method: str | None = None
    requested_shipping_service: str | None = None
    carrier_code: str | None = None
    service_code: str | None = None
    package_code: str | None = None
    confirmation: str = "none"
    ship_date: date | None = None
    hold_until_date: date | None = None
    weight: Weight | None = None
    dimensions: None = None
    insurance_options: Mapping[str, Any] = {}
    international_options: Mapping[str, Any] = {}
    advanced_options: AdvancedOptions
    tag_ids: tuple[int, ...] | None = None
    user_id: str | None = None
    externally_fulfilled: bool = False
    externally_fulfilled_by: str | None = None
    externally_fulfilled_by_id: int | None = None
    externally_fulfilled_by_name: str | None = None
    label_messages: None = None


class ShippedItem(msgspec.Struct, kw_only=True, rename="camel"):
    """A line, or a part of it, in a parcel."""

    order_item_id: int
    line_item_key: str | None
    sku: str
    name: str
    image_url: str | None = None
    weight: Weight | None = None
    quantity: int
    unit_price: Decimal = _ZERO
    warehouse_location: str | None = None
    options: None = None
    product_id: int | None = None
    fulfillment_sku: str | None = None


class ShipmentRow(msgspec.Struct, kw_only=True, rename="camel"):
    """A label made in the account."""

    shipment_id: int
    order_id: int
    order_key: str
    user_id: str | None = None
    customer_email: str | None = None
    order_number: str
    create_date: datetime
    ship_date: date
    shipment_cost: Decimal
    insurance_cost: Decimal = _ZERO
    tracking_number: str
    is_return_label: bool = False
    batch_number: str | None = None
    carrier_code: str
    service_code: str | None
    package_code: str | None = "package"
    confirmation: str | None = "delivery"
    warehouse_id: int | None = None
    voided: bool = False
    void_date: datetime | None = None
    marketplace_notified: bool = False
    notify_error_message: str | None = None
    ship_to: Place
    weight: Weight | None = None
    dimensions: None = None
    insurance_options: Mapping[str, Any] = {}
    advanced_options: AdvancedOptions
    shipment_items: tuple[ShippedItem, ...] | None
    label_data: None = None
    form_data: None = None


class FulfillmentRow(msgspec.Struct, kw_only=True, rename="camel"):
    """An order marked as shipped. It has no store id."""

    fulfillment_id: int
    order_id: int
    order_number: str
    user_id: str | None = None
    customer_email: str | None = None
    tracking_number: str
    create_date: datetime
    ship_date: datetime
    void_date: datetime | None = None
    delivery_date: datetime | None = None
    carrier_code: str
    seller_fill_provider_id: int = 0
    seller_fill_provider_name: str = ""
    fulfillment_service_code: str | None = None
    fulfillment_provider_code: str | None = None
    fulfillment_fee: Decimal = _ZERO
    void_requested: bool = False
    voided: bool = False
    marketplace_notified: bool = False
    notify_error_message: str | None = None
    ship_to: Place


class CustomerRow(msgspec.Struct, kw_only=True, rename="camel"):
    """A buyer."""

    customer_id: int
    create_date: datetime
    modify_date: datetime
    name: str
    company: str | None
    street1: str
    street2: str | None
    city: str
    state: str
    postal_code: str
    country_code: str
    phone: str | None
    email: str
    address_verified: str = "Unverified"
    marketplace_usernames: tuple[str, ...] = ()
    tags: None = None


class ProductRow(msgspec.Struct, kw_only=True, rename="camel"):
    """An article, known by its SKU."""

    product_id: int
    aliases: None = None
    sku: str
    name: str
    price: Decimal
    default_cost: Decimal = _ZERO
    length: None = None
    width: None = None
    height: None = None
    weight_oz: None = None
    internal_notes: None = None
    fulfillment_sku: str | None = None
    create_date: datetime
    active: bool = True
    product_category: None = None
    product_type: None = None
    warehouse_location: str | None = None
    default_carrier_code: None = None
    default_service_code: None = None
    default_package_code: None = None
    customs_description: str | None = None
    customs_value: None = None
    customs_tariff_no: str | None = None
    customs_country_code: str | None = None
    no_customs: None = None
    tags: None = None
    modify_date: datetime


def encode_answer(value: object) -> bytes:
    """A row, or lists and mappings with rows in them, as JSON: moments in Pacific time, amounts as
    bare numbers.
    """
    plain = msgspec.to_builtins(value, builtin_types=(datetime, date, Decimal))
    return _ENCODER.encode(_write_times(plain))


_ENCODER = msgspec.json.Encoder(decimal_format="number")


def _write_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _write_times(each) for name, each in value.items()}
    if isinstance(value, datetime):
        return write_pacific(value)
    if isinstance(value, list | tuple):
        return [_write_times(each) for each in value]
    return value
