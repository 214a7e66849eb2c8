"""What settings may say about what is done to an order in ShipStation once it is imported."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Self

from pydantic import BaseModel, Field, field_validator, model_validator

from connectors.fieldmap.blocks import ExpressionText
from connectors.reading.durations import parse_duration
from proxy.settings.frozen import FROZEN

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LONGEST_HOLD = timedelta(days=365)


class AfterImportSettings(BaseModel):
    """What is done once to each order that ShipStation imported. Needs `store_id`."""

    model_config = FROZEN

    only: ExpressionText | None = Field(
        default=None,
        description=(
            "Only orders for which this expression over the shop's order is true; none: all."
        ),
    )
    assign_user: str = Field(
        default="",
        max_length=200,
        description="Assign the order to this user: name, user name or id.",
    )
    add_tag: str = Field(
        default="", max_length=200, description="Put this tag on the order: name or id."
    )
    hold_until: str = Field(
        default="",
        max_length=20,
        description=(
            "Hold the order until a day (`2026-12-24`), or for so long from its import on (`3d`)."
        ),
    )

    @field_validator("hold_until")
    @classmethod
    def _check_hold(cls, value: str) -> str:
        if value:
            find_hold_day(value, date(2026, 1, 1))
        return value

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if not (self.assign_user or self.add_tag or self.hold_until):
            raise ValueError("expected assign_user, add_tag or hold_until, found none of them")
        return self


def find_hold_day(text: str, imported_on: date) -> date:
    """The day until which an order is held that was imported on that day. Raises ValueError."""
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"expected a day such as 2026-12-24, found {text!r}") from error
    span = parse_duration(text)
    if not timedelta(days=1) <= span <= _LONGEST_HOLD:
        raise ValueError(f"expected a day such as 2026-12-24, or 1d to 365d, found {text!r}")
    return imported_on + timedelta(days=span.days)
