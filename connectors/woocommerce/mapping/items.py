"""The lines of an order as they are exported: products, fees, and what makes the lines add up to
the total. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from connectors.orders import ZERO, Dimensions, Fulfillment, ItemOption, LineItem, Weight
from connectors.reading.fields import FieldError
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.bundles import Part, read_parts
from connectors.woocommerce.mapping.options import read_options
from connectors.woocommerce.mapping.products import Goods
from connectors.woocommerce.mapping.refunds import Refunded
from connectors.woocommerce.mapping.rules import Discounts, Rules, VirtualItems
from connectors.woocommerce.mapping.values import read_optional_amount, read_plain, read_text

_CENT = Decimal("0.01")
# Rounding the tax of each line may leave less than this; more is a refund of money without goods.
_ROUNDING = Decimal("0.05")
DISCOUNT_SKU = "total-discount"
REFUND_SKU = "total-refund"
CREDIT_SKU = "total-credit"


class Money(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order's money after refunds."""

    total: Decimal
    tax: Decimal
    shipping: Decimal
    discount: Decimal


class Lines(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order's lines, and the size of the parcel if one piece is all there is."""

    items: tuple[LineItem, ...]
    dimensions: Dimensions | None


def read_lines(
    order: wire.Order,
    goods: Mapping[tuple[int, int], Goods],
    refunded: Refunded,
    money: Money,
    way: Fulfillment,
    rules: Rules,
) -> Lines:
    """Product lines, which travel that way, then fees, then a discount and what else was refunded.

    Raises `FieldError` with the path.
    """
    parts = read_parts(wire.read_list(order.line_items), goods, refunded.quantities)
    shown = _choose_exported(parts, rules)
    net = rules.discounts is Discounts.NET
    items = [_read_item(part, way, net=net) for part in shown]
    fees = [_read_fee(fee, index) for index, fee in enumerate(wire.read_list(order.fee_lines))]
    items += fees
    whole = len(shown) == len(parts) and not order.refunds
    discount = (
        money.discount if whole else sum((part.subtotal - part.total for part in shown), ZERO)
    )
    if not net and discount:
        items.append(_make_adjustment("discount", DISCOUNT_SKU, "Total Discount", -discount))
    if order.refunds:
        sold = sum((part.total for part in parts), ZERO) + sum(
            (fee.unit_price for fee in fees), ZERO
        )
        rest = (money.total - money.tax - money.shipping - sold).quantize(_CENT)
        if items and rest <= -_ROUNDING:
            items.append(_make_adjustment("refund", REFUND_SKU, "Refunded", rest))
    elif items and (rest := _find_other_payments(items, parts, shown, money)) <= -_ROUNDING:
        items.append(_make_adjustment("credit", CREDIT_SKU, "Gift card or store credit", rest))
    return Lines(items=tuple(items), dimensions=_find_dimensions(shown))


def _find_other_payments(
    items: Sequence[LineItem], parts: Sequence[Part], shown: Sequence[Part], money: Money
) -> Decimal:
    """What gift card plugins took off the total without a line of their own; below zero."""
    exported = sum((item.unit_price * item.quantity for item in items), ZERO)
    left_out = sum((part.total for part in parts if part not in shown), ZERO)
    return (money.total - money.tax - money.shipping - exported - left_out).quantize(_CENT)


def _choose_exported(parts: Sequence[Part], rules: Rules) -> Sequence[Part]:
    """The parts that are exported: those that are packed, or all if none is."""
    if all(part.packed for part in parts):
        return parts
    if rules.virtual_items is VirtualItems.KEEP or not any(part.packed for part in parts):
        return [part for part in parts if not part.folded]
    return [part for part in parts if part.packed]


def _read_item(part: Part, way: Fulfillment, *, net: bool) -> LineItem:
    line, goods, left = part.line, part.goods, part.left
    pieces = int(left)
    money = part.total if net else part.subtotal
    options = read_options(line.meta_data) if line.meta_data else ()
    if part.contents:
        options = (*options, *(ItemOption(name="Contains", value=one) for one in part.contents))
    weight = goods.weight
    if pieces != left:
        # Whole pieces are exported: a fraction (2.5 m of cloth) is one piece that says what it is.
        pieces = 1
        options = (ItemOption(name="Quantity", value=f"{left.normalize():f}"), *options)
        weight = weight and Weight(value=weight.value * left, unit=weight.unit)
    sku = read_text(line.sku)
    image = line.image
    return LineItem(
        id=str(line.id),
        sku=sku,
        name=read_plain(line.name) or sku or f"Item {line.id}",
        image_url=(read_text(image.src) if isinstance(image, wire.Image) else "")
        or goods.image_url,
        quantity=pieces,
        unit_price=money / pieces if pieces != 1 else money,
        weight=weight,
        upc=read_text(line.global_unique_id) or goods.upc,
        options=options,
        fulfillment=way if part.packed else Fulfillment.DIGITAL,
        customs=goods.customs,
    )


def _read_fee(fee: wire.Fee, index: int) -> LineItem:
    """A fee, or with a negative total a discount under its own name; neither is packed."""
    try:
        price = read_optional_amount(fee.total, "total")
    except FieldError as error:
        raise error.under(f"fee_lines[{index}]") from None
    name = read_plain(fee.name) or "Fee"
    return LineItem(id=str(fee.id), name=name, quantity=1, unit_price=price, adjustment=True)


def _make_adjustment(line_id: str, sku: str, name: str, price: Decimal) -> LineItem:
    return LineItem(
        id=line_id,
        sku=sku,
        name=name,
        quantity=1,
        unit_price=price,
        adjustment=True,
    )


def _find_dimensions(parts: Sequence[Part]) -> Dimensions | None:
    """The size of the parcel, known where it holds a single piece."""
    only = parts[0] if len(parts) == 1 else None
    return only.goods.size if only is not None and only.packed and only.left == 1 else None
