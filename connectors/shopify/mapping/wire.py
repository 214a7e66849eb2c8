"""Shopify's orders as typed structs, in the REST shape, which the GraphQL transport fills too. No
decisions here.

Shapes after Shopify's REST Admin API reference of 2022-04 to 2026-07 and its samples. Only what
Portside reads is declared; the rest is skipped while decoding. Amounts come as strings, in refunds
as numbers; both are read exactly.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec


class Money(msgspec.Struct, frozen=True):
    """An amount in one currency."""

    amount: Decimal
    currency_code: str = ""


class MoneyBag(msgspec.Struct, frozen=True):
    """One amount twice: in the shop's currency and in the buyer's."""

    shop_money: Money
    presentment_money: Money | None = None


class Tax(msgspec.Struct, frozen=True):
    """A tax on a line, for its whole quantity after discounts. `rate` is a fraction."""

    price: Decimal | None = None
    price_set: MoneyBag | None = None
    rate: Decimal | None = None


class Allocation(msgspec.Struct, frozen=True):
    """What one discount takes off a line's whole quantity."""

    amount: Decimal | None = None
    amount_set: MoneyBag | None = None


class Line(msgspec.Struct, frozen=True):
    """One line of an order. `price` and `grams` are for one unit.

    `current_quantity` is what is left after removals and refunds, `fulfillable_quantity` what of
    that still has to be shipped; answers older than 2022 have neither. `properties` is a list of
    name and value, an object, or missing. `tip` marks a tip. `fulfillment_service` is the handle
    of the service that ships the line, `manual` where the merchant does.
    """

    id: int
    quantity: int
    price: Decimal
    title: str | None = None
    name: str | None = None
    sku: str | None = None
    variant_id: int | None = None
    price_set: MoneyBag | None = None
    current_quantity: int | None = None
    fulfillable_quantity: int | None = None
    grams: Decimal | None = None
    requires_shipping: bool | None = True
    fulfillment_service: str | None = None
    total_discount: Decimal | None = None
    total_discount_set: MoneyBag | None = None
    discount_allocations: tuple[Allocation, ...] | None = None
    tax_lines: tuple[Tax, ...] | None = ()
    properties: Any = None
    tip: Any = None


class ShippingLine(msgspec.Struct, frozen=True):
    """How the buyer wants it shipped. `discounted_price` is after discounts, before refunds."""

    title: str | None = None
    code: str | None = None
    price: Decimal | None = None
    price_set: MoneyBag | None = None
    discounted_price: Decimal | None = None
    discounted_price_set: MoneyBag | None = None
    tax_lines: tuple[Tax, ...] | None = ()
    delivery_category: str | None = None
    is_removed: bool | None = False


class Address(msgspec.Struct, frozen=True):
    """A postal address; any part may be null or missing."""

    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    phone: str | None = None
    email: str | None = None


class Customer(msgspec.Struct, frozen=True):
    """Who bought, as far as the shop says."""

    id: int | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Attribute(msgspec.Struct, frozen=True):
    """A name and a value that a theme or an app put on the order."""

    name: str | None = None
    value: Any = None


class DiscountCode(msgspec.Struct, frozen=True):
    """A code that the buyer entered."""

    code: str | None = None


class RefundLine(msgspec.Struct, frozen=True):
    """How much of a line was taken off by a refund."""

    line_item_id: int
    quantity: int


class Adjustment(msgspec.Struct, frozen=True):
    """What a refund gave back besides lines.

    `kind` is `shipping_refund` or `refund_discrepancy`; amounts are negative.
    """

    kind: str | None = None
    amount: Decimal | None = None
    amount_set: MoneyBag | None = None


class Refund(msgspec.Struct, frozen=True):
    """One refund."""

    refund_line_items: tuple[RefundLine, ...] | None = ()
    order_adjustments: tuple[Adjustment, ...] | None = ()


class Order(msgspec.Struct, frozen=True):
    """One order. Times have the shop's offset.

    `current_*` are after edits and refunds, the others as the order was placed. `left_out` is ours:
    what of the answer could not be read and is worth less than the order.
    """

    id: int
    updated_at: datetime
    total_price: Decimal
    created_at: datetime | None = None
    currency: str = ""
    presentment_currency: str | None = None
    name: str | None = None
    order_number: int | None = None
    confirmation_number: str | None = None
    po_number: str | None = None
    processed_at: datetime | None = None
    cancelled_at: datetime | None = None
    financial_status: str | None = None
    fulfillment_status: str | None = None
    test: bool | None = False
    taxes_included: bool | None = False
    total_price_set: MoneyBag | None = None
    current_total_price: Decimal | None = None
    current_total_price_set: MoneyBag | None = None
    total_tax: Decimal | None = None
    total_tax_set: MoneyBag | None = None
    current_total_tax: Decimal | None = None
    current_total_tax_set: MoneyBag | None = None
    current_shipping_price_set: MoneyBag | None = None
    current_total_duties_set: MoneyBag | None = None
    current_total_additional_fees_set: MoneyBag | None = None
    total_cash_rounding_payment_adjustment_set: MoneyBag | None = None
    total_tip_received: Decimal | None = None
    total_tip_received_set: MoneyBag | None = None
    email: str | None = None
    contact_email: str | None = None
    phone: str | None = None
    customer: Customer | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    line_items: tuple[Line, ...] | None = ()
    shipping_lines: tuple[ShippingLine, ...] | None = ()
    refunds: tuple[Refund, ...] | None = ()
    discount_codes: tuple[DiscountCode, ...] | None = ()
    note: str | None = None
    note_attributes: tuple[Attribute, ...] | None = ()
    tags: str | None = ""
    source_name: str | None = None
    payment_gateway_names: tuple[str, ...] | None = ()
    gateway: str | None = None
    left_out: tuple[str, ...] = ()


# What a list request asks for in `fields`. Only GraphQL has the tip in both currencies.
_NOT_ASKED = frozenset({"total_tip_received_set", "left_out"})
ORDER_FIELDS = ",".join(
    field.encode_name for field in msgspec.structs.fields(Order) if field.name not in _NOT_ASKED
)


class Stamp(msgspec.Struct, frozen=True):
    """An order's id and the time of its last change, None if it cannot be read: enough to sort
    by.
    """

    id: int
    updated_at: datetime | None = None


class Identity(msgspec.Struct, frozen=True):
    """What is known of an order that cannot be read."""

    id: Any = None
    name: Any = None
    updated_at: Any = None
