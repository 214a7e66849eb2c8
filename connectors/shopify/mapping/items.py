"""From the lines of Shopify's order to ours: goods, and what is paid or taken off besides them.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from connectors.orders import (
    ZERO,
    Customs,
    Fulfillment,
    ItemOption,
    LineItem,
    OrderStatus,
    Weight,
    WeightUnit,
    split_item,
)
from connectors.reading.markup import write_choice
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.prices import (
    Side,
    read_discount,
    read_net_share,
    read_tip,
    round_share,
)
from connectors.shopify.mapping.routes import WAYS, Route
from connectors.shopify.mapping.rules import Rules
from connectors.shopify.mapping.statuses import Held, State, count_exported

# The endings of the ids of lines that Portside makes itself.
EXTRA_LINES = frozenset({"discount", "tip", "duties", "fees", "rounding"})
# More than any parcel weighs in grams: such a weight is a mistake.
_TOO_HEAVY = Decimal(10) ** 9
# The merchant's own hands, as a line's `fulfillment_service` calls them.
_OWN_HANDS = frozenset({"", "manual"})


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a line's product: nothing of it is in the order itself."""

    image_url: str = ""
    barcode: str = ""
    weight: Weight | None = None
    customs: Customs | None = None


def _find_way(order: wire.Order) -> Fulfillment:
    """How the goods of the whole order travel.

    What is sold over the counter without an address has left with its buyer.
    """
    for line in order.shipping_lines or ():
        way = WAYS.get((line.delivery_category or "").lower())
        if way is not None and not line.is_removed:
            return way
    if order.source_name == "pos" and order.shipping_address is None:
        return Fulfillment.PICKUP
    return Fulfillment.PARCEL


def _find_line_way(line: wire.Line, way: Fulfillment) -> Fulfillment:
    if not line.requires_shipping:
        return Fulfillment.DIGITAL
    if (line.fulfillment_service or "").strip().lower() not in _OWN_HANDS:
        return Fulfillment.OTHER_SERVICE
    return way


def read_items(
    order: wire.Order,
    rules: Rules,
    side: Side,
    state: State,
    held: Held | None,
    variants: Mapping[int, Variant],
    route: Route,
) -> Iterator[LineItem]:
    """The lines that are exported: goods with what is left of them, then discounts, tip, duties and
    fees.
    """
    way = route.way or _find_way(order)
    taken_off, tipped = ZERO, False
    for index, line in enumerate(order.line_items or ()):
        path = f"line_items[{index}]"
        quantity = count_exported(order, line, state, held, rules)
        if quantity <= 0:
            continue
        # A shop that counts a line below nothing still has these pieces to ship.
        whole = line.quantity if line.quantity > 0 else quantity
        price = side.read_amount(f"{path}.price", line.price_set, line.price)
        discount = read_discount(line, side, path)
        if order.taxes_included:
            share = read_net_share(price * whole - discount, line.tax_lines or (), side, path)
            price, discount = (
                (price, discount)
                if share == 1
                else (round_share(price * share), round_share(discount * share))
            )
        if rules.discounts == "net" and discount:
            price -= round_share(discount / whole)
        elif discount:
            taken_off += discount if quantity == whole else round_share(discount * quantity / whole)
        tipped = tipped or bool(line.tip)
        item = _read_item(
            line,
            quantity,
            price,
            variants.get(line.variant_id or 0),
            way=_find_line_way(line, way),
        )
        is_goods = item.shippable and item.fulfillment is not Fulfillment.OTHER_SERVICE
        yield from split_item(item, route.shares.get(line.id, ()) if is_goods else ())
    yield from _read_extra_lines(order, side, state, taken_off, tipped=tipped)


def _read_item(
    line: wire.Line,
    quantity: int,
    price: Decimal,
    variant: Variant | None,
    *,
    way: Fulfillment,
) -> LineItem:
    return LineItem(
        id=str(line.id),
        sku=(line.sku or "").strip(),
        name=(line.name or line.title or "").strip() or "(no name)",
        image_url=variant.image_url if variant else "",
        quantity=quantity,
        unit_price=price,
        weight=_read_weight(line, variant),
        upc=variant.barcode if variant else "",
        options=tuple(_read_properties(line.properties)),
        adjustment=bool(line.tip),
        fulfillment=way,
        customs=variant.customs if variant else None,
    )


def _read_weight(line: wire.Line, variant: Variant | None) -> Weight | None:
    if variant is not None and variant.weight is not None:
        return variant.weight
    if line.grams is None:
        return None
    if not line.grams.is_finite() or not 0 < line.grams < _TOO_HEAVY:
        return None
    return Weight(value=line.grams, unit=WeightUnit.GRAMS)


def _read_extra_lines(
    order: wire.Order, side: Side, state: State, discount: Decimal, *, tipped: bool
) -> Iterator[LineItem]:
    """What is paid or taken off besides goods and shipping, as lines that are never packed."""
    codes = ", ".join(code.code for code in order.discount_codes or () if code.code)
    amounts = [("discount", f"Discount ({codes})" if codes else "Discount", -discount)]
    if not tipped:
        amounts.append(("tip", "Tip", read_tip(order, side)))
    if state.status is not OrderStatus.CANCELLED:
        rounding = side.read_amount(
            "total_cash_rounding_payment_adjustment_set",
            order.total_cash_rounding_payment_adjustment_set,
        )
        amounts += [
            (
                "duties",
                "Duties",
                side.read_amount("current_total_duties_set", order.current_total_duties_set),
            ),
            (
                "fees",
                "Additional fees",
                side.read_amount(
                    "current_total_additional_fees_set", order.current_total_additional_fees_set
                ),
            ),
            ("rounding", "Cash rounding", rounding),
        ]
    for key, name, amount in amounts:
        if amount:
            yield LineItem(
                id=f"{order.id}-{key}",
                name=name,
                quantity=1,
                unit_price=amount,
                adjustment=True,
            )


def _read_properties(properties: Any) -> Iterator[ItemOption]:
    """A line's properties: a list of name and value, one such object, a plain object, any other
    value, or nothing.

    Names that begin with `_` are hidden.
    """
    if properties is None:
        return
    if isinstance(properties, dict):
        pairs: Iterable[tuple[Any, Any]] = (
            [(properties["name"], properties["value"])]
            if properties.keys() == {"name", "value"}
            else properties.items()
        )
    elif isinstance(properties, list):
        pairs = [
            (one.get("name"), one.get("value")) if isinstance(one, dict) else ("", one)
            for one in properties
        ]
    else:
        pairs = [("", properties)]
    for name, value in pairs:
        title, text = read_text(name), read_text(value)
        if text and not title.startswith("_"):
            yield ItemOption(name=title or "Option", value=text)


def read_text(value: Any) -> str:
    """A name or value that a theme or an app put into the order, as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    return "no" if value is False else write_choice(value, str)
