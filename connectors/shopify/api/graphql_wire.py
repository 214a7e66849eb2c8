"""Shopify's GraphQL answers as typed structs. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Node(msgspec.Struct, frozen=True, rename="camel"):
    """Base settings of all structs here."""


class PageInfo(Node, frozen=True):
    """Whether a list goes on, and from where."""

    has_next_page: bool = False
    end_cursor: str | None = None


class Rows(Node, Generic[T], frozen=True):
    """A list that may go on."""

    nodes: tuple[T, ...] = ()
    page_info: PageInfo = PageInfo()

    @property
    def cursor(self) -> str:
        """Where the list goes on; empty at its end."""
        return (self.page_info.end_cursor or "") if self.page_info.has_next_page else ""

    @property
    def is_cut(self) -> bool:
        """Whether there is more, and the shop does not say where."""
        return self.page_info.has_next_page and not self.page_info.end_cursor


class Reference(Node, frozen=True):
    """Something by its global id."""

    id: str


class Amount(Node, frozen=True):
    """An amount of money."""

    amount: Decimal
    currency_code: str = ""


class Bag(Node, frozen=True):
    """The one side of an amount that was asked for."""

    shop_money: Amount | None = None
    presentment_money: Amount | None = None


class Tax(Node, frozen=True):
    """A tax on a line."""

    price_set: Bag | None = None
    rate: Decimal | None = None


class Allocation(Node, frozen=True):
    """A discount's share of a line."""

    allocated_amount_set: Bag


class Attribute(Node, frozen=True):
    """A name and a value."""

    key: str
    value: str | None = None


class Line(Node, frozen=True):
    """A line of an order."""

    id: str
    quantity: int
    current_quantity: int
    unfulfilled_quantity: int
    original_unit_price_set: Bag
    requires_shipping: bool = True
    title: str = ""
    name: str | None = None
    sku: str | None = None
    variant: Reference | None = None
    tax_lines: tuple[Tax, ...] = ()
    discount_allocations: tuple[Allocation, ...] = ()
    custom_attributes: tuple[Attribute, ...] = ()


class ShippingLine(Node, frozen=True):
    """A way of shipping."""

    title: str | None = None
    code: str | None = None
    is_removed: bool = False
    delivery_category: str | None = None
    original_price_set: Bag | None = None
    discounted_price_set: Bag | None = None
    tax_lines: tuple[Tax, ...] = ()


class Address(Node, frozen=True):
    """A postal address."""

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
    country_code_v2: str | None = msgspec.field(default=None, name="countryCodeV2")
    phone: str | None = None


class EmailAddress(Node, frozen=True):
    """A customer's e-mail address."""

    email_address: str | None = None


class PhoneNumber(Node, frozen=True):
    """A customer's phone number."""

    phone_number: str | None = None


class Customer(Node, frozen=True):
    """Who bought."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    default_email_address: EmailAddress | None = None
    default_phone_number: PhoneNumber | None = None


class Rounding(Node, frozen=True):
    """What paying in cash rounds."""

    payment_set: Bag | None = None


class Order(Node, frozen=True):
    """One order."""

    id: str
    created_at: datetime
    updated_at: datetime
    total_price_set: Bag
    line_items: Rows[Line]
    shipping_lines: Rows[ShippingLine]
    name: str | None = None
    processed_at: datetime | None = None
    cancelled_at: datetime | None = None
    display_financial_status: str | None = None
    display_fulfillment_status: str | None = None
    test: bool = False
    taxes_included: bool = False
    currency_code: str = ""
    presentment_currency_code: str | None = None
    confirmation_number: str | None = None
    po_number: str | None = None
    source_name: str | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    payment_gateway_names: tuple[str, ...] = ()
    discount_codes: tuple[str, ...] = ()
    custom_attributes: tuple[Attribute, ...] = ()
    customer: Customer | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    current_total_price_set: Bag | None = None
    total_tax_set: Bag | None = None
    current_total_tax_set: Bag | None = None
    current_shipping_price_set: Bag | None = None
    current_total_duties_set: Bag | None = None
    current_total_additional_fees_set: Bag | None = None
    total_tip_received_set: Bag | None = None
    total_cash_rounding_adjustment: Rounding | None = None


def read_gid(gid: str) -> int:
    """The number at the end of a global id, e.g. of `gid://shopify/Order/450789469`.

    Raises `msgspec.ValidationError`.
    """
    number = gid.rpartition("/")[2].partition("?")[0]
    if not (number.isascii() and number.isdecimal()):
        raise msgspec.ValidationError(f"Expected a global id that ends with a number, got `{gid}`")
    return int(number)


def write_gid(kind: str, number: int) -> str:
    """The global id of a thing."""
    return f"gid://shopify/{kind}/{number}"
