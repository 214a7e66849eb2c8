"""WooCommerce's JSON (wc/v3) as typed structs: only what Portside reads, each key as loose as in
real shops, nothing interpreted.

Seen in real shops: whole numbers as text, quantities with decimals, `null` and `[]` in place of an
object, a list written as an object with numbered keys, and meta values of any shape. What a type
here refuses rejects one order, never a page: orders are decoded one by one.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

Loose = str | int | float | bool | None
"""Text or a number, however the shop spells it."""


class Meta(msgspec.Struct, frozen=True, gc=False):
    """One meta datum of an order or a line.

    `display_*` are cleaned for people; a value may be text, number, list or object.
    """

    key: Loose = ""
    value: Any = None
    display_key: Any = None
    display_value: Any = None


Metas = list[Meta] | dict[str, Meta] | None


class Image(msgspec.Struct, frozen=True, gc=False):
    """A picture; `src` is false or empty where there is none."""

    src: Loose = ""


class Address(msgspec.Struct, frozen=True, gc=False):
    """Billing or shipping address; only billing has an e-mail address, shipping has a phone since
    WooCommerce 5.6. House number, neighborhood, CPF and CNPJ come from Brazilian Market on
    WooCommerce, the VAT number from Germanized.
    """

    first_name: Loose = ""
    last_name: Loose = ""
    company: Loose = ""
    address_1: Loose = ""
    address_2: Loose = ""
    city: Loose = ""
    state: Loose = ""
    postcode: Loose = ""
    country: Loose = ""
    email: Loose = ""
    phone: Loose = ""
    number: Loose = ""
    neighborhood: Loose = ""
    cpf: Loose = ""
    cnpj: Loose = ""
    vat_id: Loose = ""


class Line(msgspec.Struct, frozen=True, gc=False):
    """One product line.

    `subtotal` is before discounts, `total` after; both without tax, for the whole quantity. A
    deleted product leaves `product_id` 0 and `sku` null. The last two keys come from Product
    Bundles and Composite Products.
    """

    id: int | str
    name: Loose = ""
    product_id: Loose = 0
    variation_id: Loose = 0
    quantity: Loose = 0
    subtotal: Loose = ""
    total: Loose = ""
    sku: Loose = ""
    global_unique_id: Loose = ""
    image: Image | list[Any] | None = None
    meta_data: Metas = None
    bundled_by: Any = None
    composite_parent: Any = None


class Shipping(msgspec.Struct, frozen=True, gc=False):
    """One way of shipping the buyer chose."""

    method_title: Loose = ""
    method_id: Loose = ""


class Fee(msgspec.Struct, frozen=True, gc=False):
    """A fee, or with a negative total a discount; without tax."""

    id: int | str
    name: Loose = ""
    total: Loose = ""


class Coupon(msgspec.Struct, frozen=True, gc=False):
    """A coupon that was used."""

    code: Loose = ""


class RefundBrief(msgspec.Struct, frozen=True, gc=False):
    """What the order itself says of a refund, without lines and quantities. `total` is negative."""

    id: Loose = 0
    total: Loose = ""


class Order(msgspec.Struct, frozen=True, gc=False):
    """One order, `GET /orders` and `GET /orders/{id}`.

    `number` differs from `id` where a plugin numbers orders its own way.
    """

    id: int | str
    number: Loose = ""
    parent_id: Loose = 0
    created_via: Loose = ""
    status: str = ""
    currency: Loose = ""
    date_created_gmt: Any = None
    date_modified_gmt: str | None = None
    date_paid_gmt: Any = None
    date_completed_gmt: Any = None
    discount_total: Loose = ""
    shipping_total: Loose = ""
    total: Loose = ""
    total_tax: Loose = ""
    customer_id: Loose = 0
    customer_note: Loose = ""
    billing: Address | list[Any] | None = None
    shipping: Address | list[Any] | None = None
    payment_method: Loose = ""
    payment_method_title: Loose = ""
    meta_data: Metas = None
    line_items: list[Line] | dict[str, Line] | None = None
    shipping_lines: list[Shipping] | dict[str, Shipping] | None = None
    fee_lines: list[Fee] | dict[str, Fee] | None = None
    coupon_lines: list[Coupon] | dict[str, Coupon] | None = None
    refunds: list[RefundBrief] | dict[str, RefundBrief] | None = None


class Head(msgspec.Struct, frozen=True, gc=False):
    """The little that a walk needs of an order, and that is known of one that cannot be read."""

    id: Loose = None
    date_modified_gmt: Any = None
    number: Any = None


class RefundLine(msgspec.Struct, frozen=True, gc=False):
    """One line of a refund: quantity and totals negative; meta `_refunded_item_id` names the
    order's line.
    """

    quantity: Loose = 0
    total_tax: Loose = ""
    meta_data: Metas = None


class RefundCharge(msgspec.Struct, frozen=True, gc=False):
    """A refunded fee or refunded shipping, negative."""

    total: Loose = ""
    total_tax: Loose = ""


class Refund(msgspec.Struct, frozen=True, gc=False):
    """One refund whole, `GET /refunds` and `GET /orders/{id}/refunds`; the latter leaves
    `parent_id` out.
    """

    id: Loose = 0
    parent_id: Loose = 0
    line_items: list[RefundLine] | dict[str, RefundLine] | None = None
    shipping_lines: list[RefundCharge] | dict[str, RefundCharge] | None = None
    fee_lines: list[RefundCharge] | dict[str, RefundCharge] | None = None


class Note(msgspec.Struct, frozen=True, gc=False):
    """An order note. `author` is `WooCommerce` for the shop itself, else a person's name."""

    author: Loose = ""
    date_created_gmt: Loose = ""
    note: Loose = ""
    customer_note: Loose = False


class Size(msgspec.Struct, frozen=True, gc=False):
    """A product's size in the shop's unit, empty where unknown."""

    length: Loose = ""
    width: Loose = ""
    height: Loose = ""


class Product(msgspec.Struct, frozen=True, gc=False):
    """A product or a variation.

    A variation has `image`, a product `images`; an empty weight means the parent's. WooCommerce
    knows what customs ask for since 2026 (its guide "Product customs data").
    """

    id: Loose
    virtual: Loose = False
    weight: Loose = ""
    dimensions: Size | list[Any] | None = None
    global_unique_id: Loose = ""
    images: list[Image] | None = None
    image: Image | list[Any] | None = None
    customs_commodity_code: Loose = ""
    customs_country_of_origin: Loose = ""
    customs_description: Loose = ""
    meta_data: Metas = None


class Tracking(msgspec.Struct, frozen=True, gc=False):
    """One tracking entry of Shipment Tracking or Advanced Shipment Tracking."""

    tracking_id: Loose = ""
    tracking_number: Loose = ""


class Fulfillment(msgspec.Struct, frozen=True, gc=False):
    """One of WooCommerce's own fulfillments; its items and its tracking number are meta data."""

    id: Loose = ""
    status: Loose = ""
    date_deleted: Any = None
    meta_data: Metas = None


class Setting(msgspec.Struct, frozen=True, gc=False):
    """One of the shop's own settings."""

    id: Loose = ""
    value: Any = None


class State(msgspec.Struct, frozen=True, gc=False):
    """A region by the shop's own code."""

    code: Loose = ""
    name: Loose = ""


class Country(msgspec.Struct, frozen=True, gc=False):
    """A country with its regions, as `/data/countries/XX` shows it."""

    states: list[State] | None = None


class StatusTotal(msgspec.Struct, frozen=True, gc=False):
    """How many orders have a status, `GET /reports/orders/totals`; lists the statuses of plugins
    too.
    """

    slug: str = ""


class Index(msgspec.Struct, frozen=True, gc=False):
    """The site's list of APIs, `GET /wp-json/`."""

    namespaces: list[str] = []


_Item = TypeVar("_Item")


def read_list(value: list[_Item] | dict[str, _Item] | None) -> list[_Item]:
    """A list as PHP may have written it: as a list, as an object with numbered keys, or not
    at all.
    """
    if isinstance(value, list):
        return value
    return list(value.values()) if value else []


def list_fields(kind: type[msgspec.Struct]) -> str:
    """The value of `_fields` that makes the shop send what `kind` reads, and no more."""
    return ",".join(field.encode_name for field in msgspec.structs.fields(kind))
