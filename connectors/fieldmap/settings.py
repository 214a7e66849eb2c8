"""What a store's settings fill in on top of its connector's map: `fields:`, `address:` and the
filters by expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from pydantic import ConfigDict, Field, field_validator

from connectors.fieldmap.blocks import Block, ExpressionText
from connectors.fieldmap.rules import (
    PROSE,
    TEXTS,
    AddressRules,
    DimensionRules,
    FieldRule,
    FillRules,
    LineRules,
)
from connectors.fieldmap.sources import AddressMap, FieldSource, TextField
from connectors.language.expressions import Expression
from connectors.reading.measures import find_length_unit

_R = TypeVar("_R", bound=msgspec.Struct)


class DimensionFields(Block):
    """The size of the parcel."""

    # A recipe has no part in it, so what is required is required.
    model_config = ConfigDict(json_schema_extra=None)

    length: TextField
    """How long it is."""
    width: TextField
    """How wide it is."""
    height: TextField
    """How high it is."""
    unit: str = "cm"
    """in, ft, mm, cm or m."""

    @field_validator("unit")
    @classmethod
    def _check_unit(cls, value: str) -> str:
        if find_length_unit(value) is None:
            raise ValueError(f"expected a length in cm, mm, m, in, ft or yd, found {value!r}")
        return value


class LineFields(Block):
    """What is filled in on each line. Expressions look at the line as the shop sends it; `root()`
    is the order.
    """

    sku: TextField | None = None
    """The stock number."""
    name: TextField | None = None
    """What the line is called."""
    location: TextField | None = None
    """Where it lies in the warehouse."""
    upc: TextField | None = None
    """Its bar code."""
    options: dict[str, TextField] = Field(default={})
    """More options by name, e.g. `Engraving: meta_data[?key=='engraving'].value | [0]`."""
    other_service: ExpressionText | None = None
    """Whether another service ships it, e.g. `starts_with(sku, 'PRINT-')`; such lines are left out
    unless `filters.include` names them.
    """


class FillSettings(Block):
    """Fields filled in from the shop's own JSON, on every kind of connector.

    Expressions look at the order as the shop sends it; where one finds nothing, the field stays as
    the connector fills it.
    """

    custom_field_1: TextField | None = None
    """CustomField1."""
    custom_field_2: TextField | None = None
    """CustomField2."""
    custom_field_3: TextField | None = None
    """CustomField3."""
    requested_warehouse: TextField | None = None
    """From where it is to be shipped."""
    source: TextField | None = None
    """Where it was sold."""
    shipping_method: TextField | None = None
    """What the buyer chose; `shipping_methods` is looked up by it."""
    customer_notes: TextField | None = None
    """What the buyer wrote."""
    internal_notes: TextField | None = None
    """What the shop's people wrote."""
    gift: ExpressionText | None = None
    """Whether it is a gift."""
    gift_message: TextField | None = None
    """What the giver wrote."""
    tags: ExpressionText | None = None
    """A list of words, for the filters by tag."""
    dimensions: DimensionFields | None = None
    """The size of the parcel; sent where `dimensions: true` says so."""
    items: LineFields | None = None
    """What is filled in on each line."""


class AddressSettings(Block):
    """Parts of the addresses, filled in from the shop's own JSON: a house number in a field of its
    own, a neighbourhood, a tax number.

    Where an expression finds nothing, the part stays as it is.
    """

    ship_to: AddressMap | None = None
    """Who receives."""
    bill_to: AddressMap | None = None
    """Who pays."""


def build_fill_rules(
    fields: FillSettings,
    address: AddressSettings,
    only: Expression | None,
    exclude: Expression | None,
    marks: Mapping[str, Expression] | None = None,
) -> FillRules | None:
    """What to fill in and which orders are wanted; None where the settings name nothing."""
    named = (*fields.model_fields_set, *address.model_fields_set)
    if not named and only is None and exclude is None and not marks:
        return None
    texts = {name: _get_rule(getattr(fields, name)) for name in (*TEXTS, *PROSE)}
    return FillRules(
        custom_fields=tuple(
            _get_rule(source)
            for source in (fields.custom_field_1, fields.custom_field_2, fields.custom_field_3)
        ),
        gift=fields.gift,
        tags=fields.tags,
        dimensions=_convert(fields.dimensions, DimensionRules),
        items=_convert(fields.items, LineRules),
        ship_to=_convert(address.ship_to, AddressRules),
        bill_to=_convert(address.bill_to, AddressRules),
        only=only,
        exclude=exclude,
        marks=tuple((marks or {}).items()),
        **texts,
    )


def _convert(block: Block | None, rules: type[_R]) -> _R | None:
    return None if block is None else msgspec.convert(block, rules, from_attributes=True)


def _get_rule(source: FieldSource | None) -> FieldRule | None:
    return None if source is None else source.rule
