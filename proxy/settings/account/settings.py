"""What settings may say about a store's side in ShipStation: its own API, with key and secret."""

from __future__ import annotations

import ipaddress
import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from proxy.settings.account.after_import import AfterImportSettings
from proxy.settings.account.jobs import AuditSettings, ReconcileSettings, RefreshSettings
from proxy.settings.account.webhooks import AccountWebhookSettings
from proxy.settings.frozen import FROZEN
from proxy.settings.values import Rate

# Base address and limit: docs.shipstation.com, API v1, "Requirements". Accounts of some regions
# have a number in the host's name, as client libraries show.
SHIPSTATION_URL = "https://ssapi.shipstation.com"
_SHIPSTATION_HOST = re.compile(r"ssapi[0-9]{0,3}\.shipstation\.com", re.ASCII)
_MOST_PER_MINUTE = 40
_MINUTE = 60
_LONGEST_URL = 2000


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
    after_import: tuple[AfterImportSettings, ...] = Field(
        default=(),
        description="What is done once to each order that ShipStation imported.",
    )
    webhooks: AccountWebhookSettings | None = Field(
        default=None,
        description=(
            "Let ShipStation say at once that it made a label or imported an order; then run"
            " `portside account webhooks register`."
        ),
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
