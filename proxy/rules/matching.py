"""Which order and which of its lines a notice means, by what was given to the shipping client.

A client may send back a number alone, a number with a suffix that it added when it split the
order, an alias that stood for an id too long for it, or a SKU cut short. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from connectors.errors import SharedNumberError
from connectors.shipments import Shipment, ShippedItem, find_lines, name_item

# What ShipStation puts behind the number of an order that it split.
_SUFFIX = re.compile(r"(?:-\d{1,3}| ?\((?:split|part)(?: \d{1,3})?\))$", re.IGNORECASE | re.ASCII)
# A number may be split and split again.
_MOST_SUFFIXES = 3


class GivenLine(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """One line as the client was given it: its id, SKU and name, and the pieces of it.

    `shop_id`, `shop_sku` and `shop_name` are the shop's own where they differ, else empty.
    """

    id: str
    sku: str
    name: str
    quantity: int
    shop_id: str = ""
    shop_sku: str = ""
    shop_name: str = ""


class GivenOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the client was given it, under the id and number it will send back; no buyer's
    data.

    `shop_id` and `shop_number` are the shop's own. `is_part`: these are not all lines of the shop's
    order. `is_open`: it may still be shipped. `part` and `destination` say which of the order's
    several addresses it goes to, see `proxy.rules.addressees`. `marks` name the conditions of the
    settings that are true of the shop's order, see `proxy.stores.OrderMarks`.
    """

    id: str
    number: str
    shop_id: str
    shop_number: str
    lines: tuple[GivenLine, ...] = ()
    is_part: bool = False
    is_open: bool = True
    part: int = 0
    destination: str = ""
    marks: tuple[str, ...] = ()


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment in the shop's own words.

    `whole` is what it holds if it names no items, where that is less than all of the shop's order.
    `doubts` says which items fit no line, a sentence each. `is_disputed`: several orders were given
    under its number, and it does not say which one is meant.
    """

    shipment: Shipment
    whole: tuple[ShippedItem, ...] = ()
    doubts: tuple[str, ...] = ()
    is_disputed: bool = False


def choose_given(found: Sequence[GivenOrder], shipment: Shipment) -> GivenOrder | None:
    """The one order meant, among those that were given under the notice's number; None if none was.

    Where several bear one number, the lines decide, by their ids or else by all that is known of
    them. Raises `SharedNumberError` where they do not.
    """
    if len(found) <= 1:
        return found[0] if found else None
    named = {item.line_id for item in shipment.items if item.line_id}
    by_id = [given for given in found if named and named <= {line.id for line in given.lines}]
    fitting = [given for given in found if all(_match_item(i, given.lines) for i in shipment.items)]
    for chosen in (by_id, fitting):
        if len(chosen) == 1:
            return chosen[0]
    if len({given.shop_id for given in found}) == 1:
        # One order in the shop, which the client knows under several ids.
        lines = tuple(line for given in found for line in given.lines)
        return msgspec.structs.replace(found[0], lines=lines, is_part=False, destination="")
    raise SharedNumberError(shipment.order_number, (given.shop_id for given in found))


def strip_suffixes(number: str) -> Iterator[str]:
    """The numbers that an order may have had before the client split it, the likeliest first."""
    for _ in range(_MOST_SUFFIXES):
        stripped = _SUFFIX.sub("", number, count=1).rstrip()
        if stripped in {"", number}:
            return
        number = stripped
        yield number


def apply_given(shipment: Shipment, given: GivenOrder) -> Meant:
    """The shipment with the shop's own order, lines, SKUs and names."""
    items, doubts = [], []
    for item in shipment.items:
        matched = _match_item(item, given.lines)
        items.append(matched or item)
        if matched is None:
            doubts.append(
                f"Items: expected a line of order {given.number} as it was given, found"
                f" {name_item(item)!r}"
            )
    told = msgspec.structs.replace(
        shipment,
        order_id=given.shop_id,
        order_number=given.shop_number,
        destination=given.destination,
        items=tuple(items),
    )
    whole = tuple(_ship_line(line) for line in given.lines) if given.is_part else ()
    return Meant(shipment=told, whole=whole, doubts=tuple(doubts))


def _match_item(item: ShippedItem, lines: Sequence[GivenLine]) -> ShippedItem | None:
    """The item in the shop's words, or None if it fits no line. Several lines that are alike are
    left to the connector, which sees what is left of each.
    """
    found = find_lines(item, lines)
    if not found:
        return None
    line = found[0]
    return msgspec.structs.replace(
        item,
        line_id=(line.shop_id or line.id) if len(found) == 1 else "",
        sku=line.shop_sku or line.sku,
        name=line.shop_name or line.name,
    )


def _ship_line(line: GivenLine) -> ShippedItem:
    return ShippedItem(
        line_id=line.shop_id or line.id,
        sku=line.shop_sku or line.sku,
        name=line.shop_name or line.name,
        quantity=line.quantity,
    )
