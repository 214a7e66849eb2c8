"""From GraphQL's orders to the REST shape that everything else reads. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from connectors.orders import OrderId, RejectedOrder
from connectors.reading.complaints import UNDECODABLE
from connectors.shopify.api.graphql_wire import (
    Address,
    Bag,
    Customer,
    Line,
    Node,
    Order,
    ShippingLine,
    Tax,
    read_gid,
)
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.order import read_moment

# The display statuses of GraphQL that REST has too, as `partial` and in small letters; it has none
# for the others, in which nothing was shipped.
_PARTIAL = "PARTIALLY_FULFILLED"
_FINAL = frozenset({"FULFILLED", "RESTOCKED"})


def to_bag(bag: Bag | None) -> wire.MoneyBag | None:
    """Both sides are filled with the one that was asked for: the same settings decide which one is
    read.
    """
    money = None if bag is None else bag.shop_money or bag.presentment_money
    if money is None:
        return None
    side = wire.Money(money.amount, money.currency_code)
    return wire.MoneyBag(side, side)


def _to_taxes(taxes: tuple[Tax, ...]) -> tuple[wire.Tax, ...]:
    return tuple(wire.Tax(price_set=to_bag(tax.price_set), rate=tax.rate) for tax in taxes)


def to_line(line: Line) -> wire.Line:
    """A line in the REST shape, without a weight: GraphQL has none for lines."""
    price = to_bag(line.original_unit_price_set)
    return wire.Line(
        id=read_gid(line.id),
        quantity=line.quantity,
        price=price.shop_money.amount if price else Decimal(0),
        price_set=price,
        title=line.title,
        name=line.name,
        sku=line.sku,
        variant_id=read_gid(line.variant.id) if line.variant else None,
        current_quantity=line.current_quantity,
        fulfillable_quantity=line.unfulfilled_quantity,
        requires_shipping=line.requires_shipping,
        discount_allocations=tuple(
            wire.Allocation(amount_set=to_bag(one.allocated_amount_set))
            for one in line.discount_allocations
        ),
        tax_lines=_to_taxes(line.tax_lines),
        properties=[{"name": one.key, "value": one.value} for one in line.custom_attributes],
    )


def to_shipping_line(line: ShippingLine) -> wire.ShippingLine:
    """A shipping line in the REST shape."""
    return wire.ShippingLine(
        title=line.title,
        code=line.code,
        price_set=to_bag(line.original_price_set),
        discounted_price_set=to_bag(line.discounted_price_set),
        tax_lines=_to_taxes(line.tax_lines),
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
        id=read_gid(customer.id),
        email=customer.default_email_address.email_address
        if customer.default_email_address
        else None,
        phone=customer.default_phone_number.phone_number if customer.default_phone_number else None,
        first_name=customer.first_name,
        last_name=customer.last_name,
    )


def _to_fulfillment_status(word: str | None) -> str | None:
    if word == _PARTIAL:
        return "partial"
    return word.lower() if word in _FINAL else None


def to_order(
    order: Order, lines: tuple[wire.Line, ...], shipping_lines: tuple[wire.ShippingLine, ...]
) -> wire.Order:
    """An order in the REST shape, with all its lines."""
    total = to_bag(order.total_price_set)
    rounding = order.total_cash_rounding_adjustment
    return wire.Order(
        id=read_gid(order.id),
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
        total_cash_rounding_payment_adjustment_set=to_bag(rounding.payment_set)
        if rounding
        else None,
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
        note_attributes=tuple(
            wire.Attribute(one.key, one.value) for one in order.custom_attributes
        ),
        tags=", ".join(order.tags),
        source_name=order.source_name,
        payment_gateway_names=order.payment_gateway_names,
    )


class _Stamp(Node, frozen=True):
    id: str
    updated_at: Any = None


_STAMP = msgspec.json.Decoder(_Stamp)


def decode_stamp(raw: msgspec.Raw) -> wire.Stamp | None:
    """The id and time of a row; None if it is not an order."""
    try:
        stamp = _STAMP.decode(raw)
        return wire.Stamp(read_gid(stamp.id), read_moment(stamp.updated_at))
    except UNDECODABLE:
        return None


def reject_node(number: int, words: str) -> RejectedOrder:
    """An order of which Shopify says nothing but that it failed."""
    return RejectedOrder(id=OrderId(str(number)), number=str(number), reason=words)
