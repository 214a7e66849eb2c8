"""Which part of the shop's order becomes which part of ours."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Self

import msgspec
from pydantic import BeforeValidator, Field, model_validator

from connectors.generic_json.mapping.rules import Constant, FieldRule, MoneyUnit, OrderRules
from connectors.generic_json.settings.values import Block, ExpressionText, ReadForm, Zone, listed
from connectors.orders import OrderStatus


def widen(value: Any) -> Any:
    """The short spellings of a field: an expression, or a list of them, the first that is not empty
    being taken.
    """
    return (
        {"from": listed(value)}
        if isinstance(value, str | list | int) and not isinstance(value, bool)
        else value
    )


class FieldSource(Block):
    """Where a field comes from. Its short forms are an expression, or a list of expressions."""

    sources: Annotated[
        tuple[ExpressionText, ...], BeforeValidator(listed, json_schema_input_type=str | list[str])
    ] = Field(default=(), alias="from")
    """Expressions on the order (in a line: on the line; `root()` is the order).

    The first that finds something not empty is taken.
    """
    value: Constant | None = None
    """Always this."""
    table: dict[str, Constant] = Field(default={})
    """The shop's words and what they become here, compared without regard to case."""
    default: Constant | None = None
    """What is taken where nothing is found, or nothing in the table."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if bool(self.sources) == (self.value is not None):
            raise ValueError("expected from (expressions) or value (a constant), one of the two")
        return self

    @cached_property
    def rule(self) -> FieldRule:
        """What the map goes by."""
        return msgspec.convert(self, FieldRule, from_attributes=True)


class TimeSource(FieldSource):
    """A field that holds a time."""

    format: ReadForm = "iso"
    """How the shop writes it: iso in any dress, epoch, epoch_ms, rfc2822, or with %."""
    zone: Zone = "UTC"
    """The zone of a time that names none."""


class StatusRule(Block):
    """A state, where an expression is true."""

    when: ExpressionText
    """An expression on the order."""
    is_: OrderStatus = Field(alias="is")
    """What the order then is."""


class StatusSource(Block):
    """The order's state: what the first rule that fits says, else what the table makes of the
    shop's word.
    """

    sources: Annotated[
        tuple[ExpressionText, ...], BeforeValidator(listed, json_schema_input_type=str | list[str])
    ] = Field(alias="from")
    """The shop's word, e.g. `status`. A store's own `statuses:` are looked up by it."""
    rules: tuple[StatusRule, ...] = ()
    """States that no single word tells."""
    table: dict[str, OrderStatus] = Field(default={})
    """The shop's words: unpaid, paid, shipped, cancelled or on_hold, compared without regard to
    case.
    """
    default: OrderStatus | None = None
    """What an unknown word means; none: the order is on hold and the operator is told."""


class WeightSource(FieldSource):
    """The weight of one piece."""

    unit: str = "g"
    """g, kg, oz or lb."""
    unit_from: ExpressionText | None = None
    """Or where the shop names the unit."""


_Text = Annotated[
    FieldSource, BeforeValidator(widen, json_schema_input_type=str | list[str] | FieldSource)
]
_Time = Annotated[
    TimeSource, BeforeValidator(widen, json_schema_input_type=str | list[str] | TimeSource)
]
_Status = Annotated[
    StatusSource, BeforeValidator(widen, json_schema_input_type=str | list[str] | StatusSource)
]
_Weight = Annotated[
    WeightSource, BeforeValidator(widen, json_schema_input_type=str | list[str] | WeightSource)
]


class AddressMap(Block):
    """A person and a place."""

    at: ExpressionText | None = None
    """Where the address stands; the fields below are then looked up there."""
    name: _Text | None = None
    """The person; several parts are joined by `words(first_name, last_name)`."""
    company: _Text | None = None
    """The company."""
    line1: _Text | None = None
    """The street."""
    line2: _Text | None = None
    """More of the street."""
    city: _Text | None = None
    """The town."""
    region: _Text | None = None
    """State, province or county."""
    postal_code: _Text | None = None
    """The postal code."""
    country: _Text | None = None
    """The country: two letters, three, or an English name."""
    phone: _Text | None = None
    """A telephone number."""
    email: _Text | None = None
    """An e-mail address."""


class OptionsMap(Block):
    """What the buyer chose for a line, e.g. Size: L.

    Its short form is the expression of the list.
    """

    at: ExpressionText
    """The list of choices; an object is taken as names and values."""
    name: _Text = Field(default_factory=lambda: FieldSource.model_validate({"from": ["name"]}))
    """The choice's name."""
    value: _Text = Field(default_factory=lambda: FieldSource.model_validate({"from": ["value"]}))
    """What was chosen."""


def _as_options(value: Any) -> Any:
    return {"at": value} if isinstance(value, str) else value


class ItemsMap(Block):
    """The lines of an order. Expressions look at one line; `root()` is the order."""

    at: ExpressionText
    """The list of lines, e.g. `line_items`."""
    only: ExpressionText | None = None
    """Lines for which this is not true are left out, e.g. the parts of a bundle."""
    id: _Text
    """What names the line; it comes back in a shipment."""
    sku: _Text | None = None
    """The stock number."""
    name: _Text
    """What the line is called."""
    quantity: _Text
    """How many pieces are left to ship after refunds; lines with none are left out."""
    unit_price: _Text
    """The price of one piece."""
    image_url: _Text | None = None
    """A picture's address."""
    weight: _Weight | None = None
    """The weight of one piece."""
    location: _Text | None = None
    """Where it lies in the warehouse."""
    upc: _Text | None = None
    """Its bar code."""
    options: (
        Annotated[OptionsMap, BeforeValidator(_as_options, json_schema_input_type=str | OptionsMap)]
        | None
    ) = None
    """What the buyer chose."""
    shippable: ExpressionText | None = None
    """Whether it is packed; virtual goods are not."""


class AdjustmentsMap(Block):
    """Discounts and fees, as lines that nobody packs."""

    at: ExpressionText | None = None
    """The list of them; none: the order itself, for a single amount."""
    only: ExpressionText | None = None
    """Only those for which this is true."""
    name: _Text
    """What it is called, e.g. the coupon's code."""
    amount: _Text
    """The amount."""
    negate: bool = False
    """The shop writes a discount without its minus."""


class MoneySettings(Block):
    """How the shop writes money."""

    unit: MoneyUnit = "major"
    """major: 12.50. minor: 1250, in the currency's own smallest unit (yen have none). cents: always
    hundredths.
    """
    round: bool = True
    """Round to the currency's smallest unit, halves upwards."""


def _as_money(value: Any) -> Any:
    return {"unit": value} if isinstance(value, str) else value


class OrderMap(Block):
    """The order."""

    only: ExpressionText | None = None
    """Orders for which this is not true are none, e.g. open baskets."""
    money: Annotated[
        MoneySettings, BeforeValidator(_as_money, json_schema_input_type=MoneyUnit | MoneySettings)
    ] = MoneySettings()
    """How the shop writes money; a field may differ by cents() or minor()."""
    id: _Text
    """The shop's key; a shipment comes back with it."""
    number: _Text
    """What people call the order."""
    placed_at: _Time
    """When it was placed."""
    modified_at: _Time
    """When it changed last; several times are compared by latest()."""
    status: _Status
    """Its state."""
    currency: _Text | None = None
    """Three letters."""
    total: _Text
    """What the buyer pays."""
    tax: _Text | None = None
    """The tax in it."""
    shipping: _Text | None = None
    """What the buyer pays for shipping."""
    shipping_method: _Text | None = None
    """What the buyer chose."""
    payment_method: _Text | None = None
    """How it was paid."""
    customer: _Text | None = None
    """What names the buyer: a number or an e-mail address; none: the address's e-mail."""
    bill_to: AddressMap | None = None
    """Who pays. Where it is missing or empty, the ship_to."""
    ship_to: AddressMap
    """Who receives."""
    items: ItemsMap
    """The lines."""
    adjustments: Annotated[
        tuple[AdjustmentsMap, ...],
        BeforeValidator(listed, json_schema_input_type=AdjustmentsMap | list[AdjustmentsMap]),
    ] = ()
    """Discounts and fees."""
    customer_notes: _Text | None = None
    """What the buyer wrote."""
    internal_notes: _Text | None = None
    """What the shop's people wrote."""
    gift: ExpressionText | None = None
    """Whether it is a gift."""
    gift_message: _Text | None = None
    """What the giver wrote."""
    custom_fields: Annotated[tuple[_Text, ...], Field(max_length=3)] = ()
    """Up to three fields of your own."""
    requested_warehouse: _Text | None = None
    """From where it is to be shipped."""
    source: _Text | None = None
    """Where it was sold."""
    tags: ExpressionText | None = None
    """A list of words, for a store's filters."""

    @cached_property
    def rules(self) -> OrderRules:
        """What the map goes by."""
        return msgspec.convert(self, OrderRules, from_attributes=True)
