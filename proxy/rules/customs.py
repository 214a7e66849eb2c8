"""Where facts of the lines for customs, and a tax number, go: orders in ShipStation's XML have no
field for them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from connectors.orders import ItemOption, LineItem, Order


class CustomsPlace(StrEnum):
    """Options of the lines, or one of the order's custom fields."""

    OFF = "off"
    OPTIONS = "options"
    CUSTOM_FIELD_1 = "custom_field_1"
    CUSTOM_FIELD_2 = "custom_field_2"
    CUSTOM_FIELD_3 = "custom_field_3"


class TaxIdPlace(StrEnum):
    """One of the order's custom fields."""

    OFF = "off"
    CUSTOM_FIELD_1 = "custom_field_1"
    CUSTOM_FIELD_2 = "custom_field_2"
    CUSTOM_FIELD_3 = "custom_field_3"


_FIELDS = ("custom_field_1", "custom_field_2", "custom_field_3")


def place_tax_id(order: Order, place: TaxIdPlace) -> Order:
    """The order with the tax number of the one who receives it, else of the buyer, in the place of
    the store's choice.
    """
    if place is TaxIdPlace.OFF:
        return order
    found = order.customer.ship_to.tax_id or order.customer.bill_to.tax_id
    return _fill_field(order, place, found) if found else order


def place_customs(order: Order, place: CustomsPlace) -> Order:
    """The order with what customs ask for of each line, in the place of the store's choice."""
    if place is CustomsPlace.OFF or all(item.customs is None for item in order.items):
        return order
    if place is CustomsPlace.OPTIONS:
        items = tuple(_add_options(item, order.currency) for item in order.items)
        return msgspec.structs.replace(order, items=items)
    return _fill_field(order, place, "; ".join(_describe_lines(order)))


def _fill_field(order: Order, place: str, text: str) -> Order:
    """A custom field filled in, unless it holds something already."""
    fields = [*order.custom_fields, "", "", ""][: len(_FIELDS)]
    at = _FIELDS.index(place)
    fields[at] = fields[at] or text
    while not fields[-1]:
        fields.pop()
    return msgspec.structs.replace(order, custom_fields=tuple(fields))


def _describe_lines(order: Order) -> Iterator[str]:
    for item in order.items:
        if facts := ", ".join(value for _, value in _list_facts(item, order.currency)):
            yield f"{item.sku or item.name}: {facts}"


def _add_options(item: LineItem, currency: str) -> LineItem:
    more = tuple(ItemOption(name=name, value=value) for name, value in _list_facts(item, currency))
    return msgspec.structs.replace(item, options=(*item.options, *more)) if more else item


def _list_facts(item: LineItem, currency: str) -> Iterator[tuple[str, str]]:
    facts = item.customs
    if facts is None:
        return
    for name, text in (
        ("HS code", facts.hs_code),
        ("Country of origin", facts.origin),
        ("Customs description", facts.description),
    ):
        if text:
            yield name, text
    value = item.unit_price if facts.value is None else facts.value
    yield "Declared value", f"{value:.2f} {currency}".strip()
