"""What settings may say about a store's side in ShipStation: its own API, with key and secret."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from connectors.interface import Duration
from connectors.reading.durations import write_duration
from proxy.rules.audit.faults import STUCK_AFTER
from proxy.settings.frozen import FROZEN
from proxy.settings.values import Rate

# Base address and limit: docs.shipstation.com, API v1, "Requirements". Accounts of some regions
# have a number in the host's name, as client libraries show.
SHIPSTATION_URL = "https://ssapi.shipstation.com"
_SHIPSTATION_HOST = re.compile(r"ssapi[0-9]{0,3}\.shipstation\.com", re.ASCII)
_MOST_PER_MINUTE = 40
_MINUTE = 60
_LONGEST_URL = 2000
_SHORTEST_PAUSE = timedelta(seconds=30)
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

    every: Duration = Field(
        default=timedelta(minutes=15),
        ge=timedelta(minutes=1),
        le=timedelta(days=1),
        description="A shipment without a notice is found within this time.",
    )
    look_back: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(days=1),
        le=timedelta(days=90),
        description="What is read again once a day: shipments made or voided since so long ago.",
    )


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


class AccountSettings(BaseModel):
    """ShipStation's own API, asked with the merchant's key."""

    model_config = FROZEN

    api_key: SecretStr = Field(
        min_length=1,
        max_length=200,
        description="The key from ShipStation's Settings → Account → API Settings.",
    )
    api_secret: SecretStr = Field(
        min_length=1, max_length=200, description="The secret that belongs to it."
    )
    store_id: int | None = Field(
        default=None,
        ge=1,
        description="ShipStation's number of this store; `portside account stores` shows it.",
    )
    url: str = Field(
        default=SHIPSTATION_URL,
        max_length=_LONGEST_URL,
        description="Where the API is. Another address than ShipStation's stands in for it.",
    )
    rate: Rate = Field(
        default=20 / _MINUTE,
        description=(
            "Requests with this key, at most, by all replicas and commands together; `1/m` to"
            " `40/m`. ShipStation allows 40 a minute to all programs that use the key."
        ),
    )
    status_mappings: Literal["off", "check", "manage"] = Field(
        default="off",
        description=(
            "Whether ShipStation's store understands the status words of the orders: `off`, `check`"
            " (a wrong word is a remark in `portside status`), or `manage` (it is corrected there)."
        ),
    )
    refresh: RefreshSettings = Field(
        default=RefreshSettings(),
        description="When ShipStation is asked to import orders at once.",
    )
    reconcile: ReconcileSettings = Field(
        default=ReconcileSettings(),
        description=(
            "How the account's shipments are compared with what the shop was told. Needs"
            " `store_id`."
        ),
    )
    audit: AuditSettings = Field(
        default=AuditSettings(),
        description="When orders are compared with ShipStation by themselves.",
    )

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or port == 0 or re.search(r"[\s?#@]", value):
            raise ValueError(f"expected an address such as {SHIPSTATION_URL}, found something else")
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
            raise ValueError(
                "expected https, because the key travels with each request (http only to this"
                f" machine itself), found {parts.scheme or 'no scheme'}"
            )
        return value.rstrip("/")

    @field_validator("rate")
    @classmethod
    def _check_rate(cls, value: float) -> float:
        per_minute = round(value * _MINUTE, 6)
        if not 1 <= per_minute <= _MOST_PER_MINUTE:
            raise ValueError(f"expected 1/m to {_MOST_PER_MINUTE}/m, found {per_minute:g}/m")
        return value

    @property
    def per_minute(self) -> int:
        """Requests in any minute, at most."""
        return int(round(self.rate * _MINUTE, 6))

    @property
    def stands_in(self) -> bool:
        """Whether another address than ShipStation's stands in for it."""
        return not _SHIPSTATION_HOST.fullmatch((urlsplit(self.url).hostname or "").lower())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
