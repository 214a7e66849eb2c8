"""What settings may say about alerts: whom to tell, of what, and when not."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, Field, SecretStr, field_validator

from connectors.interface import Duration
from proxy.rules.alarms import Thresholds
from proxy.settings.alerts.values import Intervals, Quiet, Size, write_intervals, write_size
from proxy.settings.frozen import FROZEN

_USUAL = Thresholds()
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,30}://\S+", re.IGNORECASE)

Never = Literal["never"]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class AlarmSettings(BaseModel):
    """From when on each condition is an alarm; `never` or `false`: it is none."""

    model_config = FROZEN

    shop_down: Never | Duration = Field(
        default=_USUAL.shop_down or "never",
        description="The shop has not answered, or no poll has brought orders, for so long.",
    )
    no_poll: Never | Intervals = Field(
        default=_USUAL.no_poll or "never",
        description=(
            "ShipStation has not asked for orders for so many of its usual intervals, and for two"
            " hours at least."
        ),
        json_schema_extra={"default": write_intervals(_USUAL.no_poll or 0)},
    )
    dead: Never | Count = Field(
        default=_USUAL.dead or "never",
        description="So many shipments of a store wait for a person.",
    )
    unreadable: Never | Count = Field(
        default=_USUAL.unreadable or "never",
        description="So many orders of a store are unreadable.",
    )
    invalid: Never | Count = Field(
        default=_USUAL.invalid or "never",
        description="So many orders of a store would be refused by ShipStation.",
    )
    incomplete: Never | Duration = Field(
        default=_USUAL.incomplete or "never",
        description="The shop's list could not be proved complete for so long.",
    )
    gap: bool = Field(default=_USUAL.gap, description="Changes may never have reached ShipStation.")
    late: bool = Field(
        default=_USUAL.late, description="The shop lists changes late, or its clock is behind."
    )
    miscount: bool = Field(
        default=_USUAL.miscount, description="The shop counts more orders than were found."
    )
    second_poller: bool = Field(
        default=_USUAL.second_poller, description="Two clients poll one store."
    )
    disk_below: Never | Size = Field(
        default=_USUAL.disk_below or "never",
        description="The disk of a SQLite database has less room than this, e.g. `200MB`.",
        json_schema_extra={"default": write_size(_USUAL.disk_below or 0)},
    )
    wrong_login: Never | Count = Field(
        default=_USUAL.wrong_login or "never", description="So many logins failed within an hour."
    )
    oldest_waiting: Never | Duration = Field(
        default=_USUAL.oldest_waiting or "never",
        description="A shipment has waited so long to be told to the shop.",
    )

    audit: Never | Count = Field(
        default=_USUAL.audit or "never",
        description="So many orders of a store with a fault in the last audit by itself.",
    )

    def thresholds(self) -> Thresholds:
        """The same for the rules."""
        values = {name: getattr(self, name) for name in Thresholds.__struct_fields__}
        values = {name: None if value == "never" else value for name, value in values.items()}
        return msgspec.convert(values, Thresholds)


class AlertSettings(BaseModel):
    """Who is told when a person is needed, and when that is over."""

    model_config = FROZEN

    to: tuple[SecretStr, ...] = Field(
        default=(),
        max_length=20,
        description=(
            "Addresses as Apprise writes them: `mailtos://…`, `slack://…`, `https://…` for a"
            " webhook, and many more. Empty: no message is sent."
        ),
    )
    when: AlarmSettings = Field(
        default=AlarmSettings(), description="From when on each condition is an alarm."
    )
    quiet: Quiet | None = Field(
        default=None,
        description=(
            "Hours in which nothing is sent but that the disk is full, e.g. `22:00-06:00"
            " Europe/Berlin`; the rest follows at their end."
        ),
    )

    @field_validator("to")
    @classmethod
    def _check_addresses(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, address in enumerate(value, 1):
            if not _ADDRESS.fullmatch(address.get_secret_value()):
                raise ValueError(
                    "expected addresses such as mailtos://user:password@mail.example or"
                    f" https://hooks.example/…, found something else in place {number}"
                )
        return value
