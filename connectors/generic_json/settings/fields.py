"""The fields of an order that need more than an expression: times, the status and weights."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.fieldmap.blocks import Block, ExpressionText, wrap_in_list
from connectors.fieldmap.sources import FieldSource, widen_field
from connectors.generic_json.settings.values import ReadForm, Zone
from connectors.orders import OrderStatus


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
