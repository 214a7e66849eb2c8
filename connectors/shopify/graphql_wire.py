"""Shopify's GraphQL answers as typed structs, and how they become the REST shape that everything else reads. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec

from connectors.shopify import wire

T = TypeVar("T")
# Words of GraphQL's display status that mean "nothing has gone out" or "some has"; the rest REST says too.
_PARTIAL = "PARTIALLY_FULFILLED"
_FINAL = frozenset({"FULFILLED", "RESTOCKED"})


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
    variant_title: str | None = None
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


def tail(gid: str) -> int:
    """The number at the end of a global id, e.g. of `gid://shopify/Order/450789469`. Raises `msgspec.ValidationError`."""
    number = gid.rpartition("/")[2].partition("?")[0]
    if not (number.isascii() and number.isdecimal()):
        raise msgspec.ValidationError(f"Expected a global id that ends with a number, got `{gid}`")
    return int(number)


def gid(kind: str, number: int) -> str:
    """The global id of a thing."""
    return f"gid://shopify/{kind}/{number}"


def to_bag(bag: Bag | None) -> wire.MoneyBag | None:
    """Both sides are filled with the one that was asked for: the same settings decide which is read."""
    money = None if bag is None else bag.shop_money or bag.presentment_money
    if money is None:
        return None
    side = wire.Money(money.amount, money.currency_code)
    return wire.MoneyBag(side, side)


def _taxes(taxes: tuple[Tax, ...]) -> tuple[wire.Tax, ...]:
    return tuple(wire.Tax(price_set=to_bag(tax.price_set), rate=tax.rate) for tax in taxes)


def to_line(line: Line) -> wire.Line:
    """A line in the REST shape. GraphQL knows no weight per line."""
    price = to_bag(line.original_unit_price_set)
    return wire.Line(
        id=tail(line.id),
        quantity=line.quantity,
        price=price.shop_money.amount if price else Decimal(0),
        price_set=price,
        title=line.title,
        variant_title=line.variant_title,
        name=line.name,
        sku=line.sku,
        variant_id=tail(line.variant.id) if line.variant else None,
        current_quantity=line.current_quantity,
        fulfillable_quantity=line.unfulfilled_quantity,
        requires_shipping=line.requires_shipping,
        discount_allocations=tuple(wire.Allocation(amount_set=to_bag(one.allocated_amount_set)) for one in line.discount_allocations),
        tax_lines=_taxes(line.tax_lines),
        properties=[{"name": one.key, "value": one.value} for one in line.custom_attributes],
    )


def to_shipping_line(line: ShippingLine) -> wire.ShippingLine:
    """A shipping line in the REST shape."""
    return wire.ShippingLine(
        title=line.title,
        code=line.code,
        price_set=to_bag(line.original_price_set),
        discounted_price_set=to_bag(line.discounted_price_set),
        tax_lines=_taxes(line.tax_lines),
        delivery_category=line.delivery_category,
        is_removed=line.is_removed,
    )


def _to_address(address: Address | None) -> wire.Address | None:
    if address is None:
        return None
    parts: dict[str, Any] = msgspec.structs.asdict(address)
    return wire.Address(country_code=parts.pop("country_code_v2"), **parts)


def _to_customer(customer: Customer | None) -> wire.Customer | None:
    if customer is None:
        return None
    return wire.Customer(
        id=tail(customer.id),
        email=customer.default_email_address.email_address if customer.default_email_address else None,
        phone=customer.default_phone_number.phone_number if customer.default_phone_number else None,
        first_name=customer.first_name,
        last_name=customer.last_name,
    )


def _to_fulfillment_status(word: str | None) -> str | None:
    if word == _PARTIAL:
        return "partial"
    return word.lower() if word in _FINAL else None


def to_order(order: Order, lines: tuple[wire.Line, ...], shipping_lines: tuple[wire.ShippingLine, ...]) -> wire.Order:
    """An order in the REST shape, with all its lines."""
    total = to_bag(order.total_price_set)
    rounding = order.total_cash_rounding_adjustment
    return wire.Order(
        id=tail(order.id),
        created_at=order.created_at,
        updated_at=order.updated_at,
        total_price=total.shop_money.amount if total else Decimal(0),
        total_price_set=total,
        currency=order.currency_code,
        presentment_currency=order.presentment_currency_code,
        name=order.name,
        confirmation_number=order.confirmation_number,
        po_number=order.po_number,
        processed_at=order.processed_at,
        cancelled_at=order.cancelled_at,
        financial_status=(order.display_financial_status or "").lower(),
        fulfillment_status=_to_fulfillment_status(order.display_fulfillment_status),
        test=order.test,
        taxes_included=order.taxes_included,
        current_total_price_set=to_bag(order.current_total_price_set),
        total_tax_set=to_bag(order.total_tax_set),
        current_total_tax_set=to_bag(order.current_total_tax_set),
        current_shipping_price_set=to_bag(order.current_shipping_price_set),
        current_total_duties_set=to_bag(order.current_total_duties_set),
        current_total_additional_fees_set=to_bag(order.current_total_additional_fees_set),
        total_cash_rounding_payment_adjustment_set=to_bag(rounding.payment_set) if rounding else None,
        total_tip_received_set=to_bag(order.total_tip_received_set),
        email=order.email,
        phone=order.phone,
        customer=_to_customer(order.customer),
        billing_address=_to_address(order.billing_address),
        shipping_address=_to_address(order.shipping_address),
        line_items=lines,
        shipping_lines=shipping_lines,
        discount_codes=tuple(wire.DiscountCode(code) for code in order.discount_codes),
        note=order.note,
        note_attributes=tuple(wire.Attribute(one.key, one.value) for one in order.custom_attributes),
        tags=", ".join(order.tags),
        source_name=order.source_name,
        payment_gateway_names=order.payment_gateway_names,
    )
