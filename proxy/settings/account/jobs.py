"""What settings may say about what Portside does by itself in a store's account."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from connectors.interface import Duration
from connectors.reading.durations import write_duration
from proxy.rules.audit.faults import STUCK_AFTER
from proxy.settings.frozen import FROZEN

_SHORTEST_PAUSE = timedelta(seconds=30)
_SHORTEST_RECONCILE, _LONGEST_RECONCILE = timedelta(minutes=1), timedelta(days=1)
_SHORTEST_AUDIT = timedelta(hours=1)
_LONGEST_AUDIT = timedelta(days=90)


class RefreshSettings(BaseModel):
    """When ShipStation is asked to import orders at once, in place of when it would by itself.

    Needs `store_id`.
    """

    model_config = FROZEN

    on_new_orders: bool = Field(
        default=True,
        description=(
            "When a webhook or a sweep of the shop shows a paid order that ShipStation has not been"
            " given."
        ),
    )
    heal: bool = Field(
        default=True,
        description=("From the start of a gap that is older than `export.max_recovery`."),
    )
    on_silence: bool = Field(
        default=True,
        description=(
            "Once, when it has not polled for three of its usual intervals, and two hours at least."
        ),
    )
    at_most_every: Duration = Field(
        default=timedelta(minutes=2), description="How often, at most, for one store."
    )

    @field_validator("at_most_every")
    @classmethod
    def _check_pause(cls, value: timedelta) -> timedelta:
        if value < _SHORTEST_PAUSE:
            raise ValueError(f"expected 30s or more, found {write_duration(value)}")
        return value


class ReconcileSettings(BaseModel):
    """Comparing the account's shipments with what the shop was told."""

    model_config = FROZEN

    every: Literal["never"] | Duration = Field(
        default=timedelta(minutes=15),
        description=(
            "A shipment without a notice is found within this time, 1m to 1d; `never`: none is"
            " looked for, whatever webhooks say."
        ),
    )
    look_back: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(days=1),
        le=timedelta(days=90),
        description="What is read again once a day: shipments made or voided since so long ago.",
    )
    withdraw: bool = Field(
        default=True,
        description=(
            "Take the tracking number of a label that was voided after the shop heard of it out of"
            " the shop, where its connector can."
        ),
    )

    @field_validator("every")
    @classmethod
    def _check_every(cls, value: timedelta | Literal["never"]) -> timedelta | Literal["never"]:
        if value != "never" and not _SHORTEST_RECONCILE <= value <= _LONGEST_RECONCILE:
            raise ValueError(f"expected 1m to 1d, or never, found {write_duration(value)}")
        return value


class AuditSettings(BaseModel):
    """How often the orders of the store are compared by themselves, as `portside audit` does."""

    model_config = FROZEN

    every: Literal["never"] | Duration = Field(
        default=timedelta(hours=24),
        description="How long after one audit the next one begins, 1h or more; or `never`.",
    )
    look_back: Duration = Field(
        default=timedelta(days=7),
        description="Orders that changed within so long; `every` or more, up to 90d.",
    )
    stuck: Duration = Field(
        default=STUCK_AFTER,
        gt=timedelta(0),
        description=(
            "An order that waits for its parcel longer than this is stuck; `4d` where nothing is"
            " packed at weekends."
        ),
    )

    @field_validator("every")
    @classmethod
    def _check_every(cls, value: timedelta | Literal["never"]) -> timedelta | Literal["never"]:
        if value != "never" and value < _SHORTEST_AUDIT:
            raise ValueError(f"expected 1h or more, or never, found {write_duration(value)}")
        return value

    @field_validator("look_back")
    @classmethod
    def _check_look_back(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        every = info.data.get("every", "never")
        least = _SHORTEST_AUDIT if every == "never" else every
        if not least <= value <= _LONGEST_AUDIT:
            raise ValueError(
                f"expected {write_duration(least)} to {write_duration(_LONGEST_AUDIT)}, so that no"
                f" order is left out between two audits, found {write_duration(value)}"
            )
        return value
