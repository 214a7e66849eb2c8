"""Where single fields of an order come from, as frozen values that a map goes by."""

from __future__ import annotations

import msgspec

from connectors.fieldmap.shortcuts import TextShortcut, find_text_shortcut
from connectors.language.expressions import Expression

Constant = str | int | bool

# The fields of text that are filled in: of an order on one line, of an order with its line breaks,
# of a line.
TEXTS = ("requested_warehouse", "source", "shipping_method")
PROSE = ("customer_notes", "internal_notes", "gift_message")
LINE_TEXTS = ("sku", "name", "location", "upc")


class FieldRule(msgspec.Struct, frozen=True, kw_only=True):
    """Where a field comes from: the first of `sources` that finds something, or else `value`.

    `table` turns the shop's words into ours, whatever their case; `default` is taken where nothing
    is found, or nothing in the table. `shortcut` is set by the rule itself.
    """

    sources: tuple[Expression, ...]
    value: Constant | None
    table: dict[str, Constant]
    default: Constant | None
    shortcut: TextShortcut | None = None

    def __post_init__(self) -> None:
        shortcut = find_text_shortcut(self.sources, self.table, self.default)
        msgspec.structs.force_setattr(self, "shortcut", shortcut)


class AddressRules(msgspec.Struct, frozen=True, kw_only=True):
    """A person and a place. The fields are looked up in what `at` finds, else in the order."""

    at: Expression | None
    name: FieldRule | None
    company: FieldRule | None
    line1: FieldRule | None
    line2: FieldRule | None
    city: FieldRule | None
    region: FieldRule | None
    region_name: FieldRule | None
    postal_code: FieldRule | None
    country: FieldRule | None
    phone: FieldRule | None
    email: FieldRule | None
    tax_id: FieldRule | None


class DimensionRules(msgspec.Struct, frozen=True, kw_only=True):
    """The size of the parcel, all three in `unit`."""

    length: FieldRule
    width: FieldRule
    height: FieldRule
    unit: str


class LineRules(msgspec.Struct, frozen=True, kw_only=True):
    """What is filled in on each line, from the line as the shop sends it; `options` by name, and
    whether another service ships it.
    """

    sku: FieldRule | None
    name: FieldRule | None
    location: FieldRule | None
    upc: FieldRule | None
    options: dict[str, FieldRule]
    other_service: Expression | None


class FillRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a store fills in on top of its connector's map, and which orders it wants.

    Of `custom_fields` there are three. `marks` are conditions by name, whose truth is told beside
    the order and changes nothing in it.
    """

    custom_fields: tuple[FieldRule | None, ...] = (None, None, None)
    requested_warehouse: FieldRule | None = None
    source: FieldRule | None = None
    shipping_method: FieldRule | None = None
    customer_notes: FieldRule | None = None
    internal_notes: FieldRule | None = None
    gift: Expression | None = None
    gift_message: FieldRule | None = None
    tags: Expression | None = None
    dimensions: DimensionRules | None = None
    items: LineRules | None = None
    ship_to: AddressRules | None = None
    bill_to: AddressRules | None = None
    only: Expression | None = None
    exclude: Expression | None = None
    marks: tuple[tuple[str, Expression], ...] = ()
