"""Where one field of an order comes from, in its short and its long spellings."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Self

import msgspec
from pydantic import BeforeValidator, Field, model_validator

from connectors.generic_json.mapping.rules import Constant, FieldRule
from connectors.generic_json.settings.values import (
    Block,
    ExpressionText,
    ReadForm,
    Zone,
    wrap_in_list,
)
from connectors.orders import OrderStatus


def widen_field(value: Any) -> Any:
    """The short spellings of a field: an expression, or a list of them, the first that is not empty
    being taken.
    """
    return (
        {"from": wrap_in_list(value)}
        if isinstance(value, str | list | int) and not isinstance(value, bool)
        else value
    )


class FieldSource(Block):
    """Where a field comes from. Its short forms are an expression, or a list of expressions."""

    sources: Annotated[
        tuple[ExpressionText, ...],
        BeforeValidator(wrap_in_list, json_schema_input_type=str | list[str]),
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
    def _check_origin(self) -> Self:
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
        tuple[ExpressionText, ...],
        BeforeValidator(wrap_in_list, json_schema_input_type=str | list[str]),
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


TextField = Annotated[
    FieldSource, BeforeValidator(widen_field, json_schema_input_type=str | list[str] | FieldSource)
]
TimeField = Annotated[
    TimeSource, BeforeValidator(widen_field, json_schema_input_type=str | list[str] | TimeSource)
]
StatusField = Annotated[
    StatusSource,
    BeforeValidator(widen_field, json_schema_input_type=str | list[str] | StatusSource),
]
WeightField = Annotated[
    WeightSource,
    BeforeValidator(widen_field, json_schema_input_type=str | list[str] | WeightSource),
]
