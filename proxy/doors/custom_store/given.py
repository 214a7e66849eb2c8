"""What ShipStation will send back of an order: the texts it was given, within its limits, beside
the shop's own.
"""

from __future__ import annotations

from connectors.orders import LineItem, Order
from proxy.doors.custom_store.orders_xsd import LONGEST
from proxy.doors.custom_store.text import clean, cut
from proxy.doors.custom_store.values import choose_line_name, fold_number, make_alias
from proxy.rules.addressees import AddressedOrder
from proxy.rules.matching import GivenLine, GivenOrder
from proxy.rules.policy import CLOSED

_LONGEST_SKU = LONGEST["Items/Item/SKU"]
_LONGEST_NAME = LONGEST["Items/Item/Name"]


def describe_given(each: AddressedOrder, of: Order, *, is_part: bool = False) -> GivenOrder:
    """What goes to one address of the shop's order `of`, as a notice will name it.

    `is_part`: these are not all goods of that order.
    """
    order = each.order
    return GivenOrder(
        id=make_alias(order.id),
        number=fold_number(order.number),
        shop_id=of.id,
        shop_number=of.number,
        lines=tuple(map(_describe_line, order.items)),
        is_part=is_part,
        is_open=order.status not in CLOSED,
        part=each.part,
        destination=each.destination.replace("\0", ""),
    )


def _describe_line(item: LineItem) -> GivenLine:
    alias, name = make_alias(item.id), choose_line_name(item)
    sku_sent, name_sent = _fit(item.sku, _LONGEST_SKU), _fit(name, _LONGEST_NAME)
    return GivenLine(
        id=alias,
        sku=sku_sent,
        name=name_sent,
        quantity=item.quantity,
        shop_id="" if alias == item.id else item.id,
        shop_sku="" if sku_sent == item.sku else item.sku,
        shop_name="" if name_sent == item.name else item.name,
    )


def _fit(text: str, limit: int) -> str:
    """The text as a notice brings it back: clean, cut, and without blanks at its ends."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text.strip()
    return cut(clean(text), limit).strip()
