"""Which of a store's orders its client is given."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from connectors.fieldmap.blocks import ExpressionText
from connectors.interface import Duration
from connectors.reading.durations import write_duration
from proxy.settings.frozen import FROZEN

Included = Literal["pickup", "local_delivery", "other_service"]


class FilterSettings(BaseModel):
    """Which orders ShipStation is given.

    What is filtered out is counted and shown to the operator with its reason.
    """

    model_config = FROZEN

    max_age: Duration | None = Field(
        default=None, description="Leave out orders placed longer ago than this; none: all."
    )
    min_age: Duration | None = Field(
        default=None,
        description="Hold an order back until it was placed this long ago; none: at once.",
    )
    tags: tuple[str, ...] = Field(
        default=(), description="Only orders that carry one of these tags; none: all."
    )
    exclude_tags: tuple[str, ...] = Field(
        default=(), description="No order that carries one of these tags."
    )
    statuses: tuple[str, ...] = Field(
        default=(),
        description=(
            "Only orders in one of these states: the shop's words, or unpaid, paid, shipped,"
            " cancelled, on_hold; none: all."
        ),
    )
    shipping_methods: tuple[str, ...] = Field(
        default=(),
        description=(
            "Only orders whose buyer chose one of these shipping methods; none: all. Compared"
            " without regard to case."
        ),
    )
    only: ExpressionText | None = Field(
        default=None,
        description=(
            "Only orders for which this expression over the shop's order is true; none: all."
        ),
    )
    exclude: ExpressionText | None = Field(
        default=None,
        description="No order for which this expression over the shop's order is true.",
    )
    shippable_only: bool = Field(default=True, description="Leave out orders with nothing to ship.")
    include: tuple[Included, ...] = Field(
        default=(),
        description=(
            "Export these too, although no parcel of yours carries them: `pickup` (the buyer"
            " collects), `local_delivery` (you deliver), `other_service` (a fulfillment service or"
            " a printer ships)."
        ),
    )

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.min_age is not None and self.max_age is not None and self.min_age >= self.max_age:
            ages = f"found {write_duration(self.min_age)} and {write_duration(self.max_age)}"
            raise ValueError(f"expected a min_age below max_age, or no order is ever given; {ages}")
        return self
