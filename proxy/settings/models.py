"""What settings.yaml may say, as frozen models: the root and everything that is not about one
store.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, SecretStr, StringConstraints, model_validator

from connectors.interface import Duration
from connectors.reading.durations import write_duration
from proxy.rules.coverage import CoverageRules
from proxy.settings.alerts.settings import AlertSettings
from proxy.settings.filters import FilterSettings
from proxy.settings.frozen import FROZEN
from proxy.settings.shipments import ShipmentSettings
from proxy.settings.store import (
    CarrierSettings,
    CredentialSettings,
    Door,
    NotifyCustomer,
    StoreSettings,
)
from proxy.settings.tracing import TracingSettings
from proxy.settings.upstream import UpstreamSettings
from proxy.settings.values import (
    DatabaseUrl,
    HostName,
    Listen,
    ListenAddress,
    TrustedNetwork,
    parse_network,
)

__all__ = [
    "AdminSettings",
    "AlertSettings",
    "CarrierSettings",
    "CredentialSettings",
    "DeliverySettings",
    "Door",
    "ExportSettings",
    "FilterSettings",
    "LogSettings",
    "NotifyCustomer",
    "Settings",
    "ShipmentSettings",
    "StoreName",
    "StoreSettings",
    "UpstreamSettings",
    "WhenShopIsDown",
]

WhenShopIsDown = Literal["fail", "defer"]
StoreName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$")]

_USUAL = CoverageRules()
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


class AdminSettings(BaseModel):
    """The operator's side: health, metrics, deliveries, how the stores stand.

    Never to be reached by the public.
    """

    model_config = FROZEN

    listen: Listen = Field(
        default=ListenAddress("127.0.0.1", 9090), description="Where the operator's side listens."
    )
    password: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "Asked for by HTTP Basic, with any user name. Required unless `listen` is a loopback"
            " address."
        ),
    )

    hosts: tuple[HostName, ...] = Field(
        default=(),
        max_length=100,
        description=(
            "Names under which the operator's side is answered, without a port; empty: any with a"
            " password, else localhost. `/healthz` and `/readyz` are answered under any name."
        ),
    )

    @model_validator(mode="after")
    def _require_password(self) -> Self:
        if not self.listen.loopback and not self.password.get_secret_value():
            raise ValueError(
                f"expected a password, because {self.listen} can be reached from other machines;"
                " or listen on 127.0.0.1"
            )
        return self


class ExportSettings(BaseModel):
    """How orders are given to ShipStation."""

    model_config = FROZEN

    page_size: int = Field(default=100, ge=1, le=500, description="Orders on one page.")
    lookback: Duration = Field(
        default=_USUAL.lookback,
        le=timedelta(days=1),
        description=(
            "How far before the asked start a window is read, because some shops list changes late."
            " Widens by itself up to a day for a store whose list is later."
        ),
    )
    keep_for: Duration = Field(
        default=timedelta(minutes=30),
        ge=_MINUTE,
        description="How long the pages of a window are held still.",
    )
    deadline: Duration = Field(
        default=timedelta(seconds=25),
        ge=_SECOND,
        description="How long ShipStation waits for a page before it hears 503 and comes again.",
    )
    when_shop_is_down: WhenShopIsDown = Field(
        default="fail",
        description=(
            "`fail`: ShipStation hears 503. `defer`: a valid empty page; the gap is read once the"
            " shop is back."
        ),
    )
    max_recovery: Duration = Field(
        default=_USUAL.max_recovery,
        description="How far back a gap is closed by itself; older gaps raise an alarm.",
    )
    sweep: Literal["auto", "never"] | Duration = Field(
        default="auto",
        description=(
            "How often open orders are read again for changes the shop does not date, e.g. `6h`."
            " `auto`: each hour where the shop does not date every change; `never`."
        ),
    )
    resend_unchanged: bool = Field(
        default=True,
        description="Send an order again although nothing ShipStation sees has changed since.",
    )


class DeliverySettings(BaseModel):
    """How ShipStation's notices are carried to the shops."""

    model_config = FROZEN

    answer_within: Duration = Field(
        default=timedelta(seconds=10),
        ge=_SECOND,
        le=_MINUTE,
        description="How long the shop may take before ShipStation is answered without it.",
    )
    schedule: tuple[Duration, ...] = Field(
        default=(
            timedelta(minutes=1),
            timedelta(minutes=5),
            timedelta(minutes=15),
            timedelta(hours=1),
            timedelta(hours=6),
            timedelta(hours=24),
        ),
        min_length=1,
        max_length=50,
        description=(
            "The waits between attempts; after the last one the delivery is dead and a person"
            " decides."
        ),
    )
    concurrency: int = Field(
        default=4, ge=1, le=64, description="Deliveries to one store at the same time."
    )
    lease: Duration = Field(
        default=timedelta(minutes=2),
        ge=timedelta(seconds=5),
        description="How long a worker may hold a delivery before another takes it over.",
    )
    order_grace: Duration = Field(
        default=timedelta(hours=1),
        description=(
            "How long a notice for an order the shop does not know yet is tried again, because some"
            " shops show orders late."
        ),
    )
    retention: Duration = Field(
        default=timedelta(days=30),
        ge=timedelta(hours=1),
        description=(
            "How long attempts, and the buyer's data, are kept in finished deliveries. What remains"
            " tells a repeat from news."
        ),
    )

    @model_validator(mode="after")
    def _require_long_lease(self) -> Self:
        if self.lease <= self.answer_within:
            longest, found = write_duration(self.answer_within), write_duration(self.lease)
            raise ValueError(
                f"expected a lease longer than answer_within ({longest}), found {found}; a notice"
                " could be told twice"
            )
        return self


class LogSettings(BaseModel):
    """What is written to standard error."""

    model_config = FROZEN

    format: Literal["auto", "json", "console"] = Field(
        default="auto", description="`auto`: readable lines on a terminal, JSON elsewhere."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least level that is written."
    )


class Settings(BaseModel):
    """All of settings.yaml."""

    model_config = FROZEN

    listen: Listen = Field(
        default=ListenAddress("0.0.0.0", 8080),  # noqa: S104 -- a server
        description="ShipStation's side: the only public port.",
    )
    admin: AdminSettings = Field(
        default=AdminSettings(), description="The operator's side: health, metrics, deliveries."
    )
    trusted_proxies: tuple[TrustedNetwork, ...] = Field(
        default=(parse_network("127.0.0.1"), parse_network("::1")),
        max_length=100,
        description=(
            "Addresses, or networks such as `10.0.0.0/8`, of your own proxies in front of `listen`:"
            " the client addresses that they forward are believed."
        ),
    )
    database: DatabaseUrl = Field(
        default=SecretStr("sqlite:///portside.db"),
        description=(
            "`sqlite:///file.db`, or `postgresql://user:password@host/name` for several replicas."
        ),
    )
    stop_within: Duration = Field(
        default=timedelta(seconds=30),
        ge=_SECOND,
        description="How long running requests may finish when Portside is asked to stop.",
    )
    alerts: AlertSettings = Field(
        default=AlertSettings(),
        description="Who is told when a person is needed, and when that is over.",
    )
    tracing: TracingSettings = Field(
        default=TracingSettings(), description="Spans for OpenTelemetry."
    )
    logs: LogSettings = Field(
        default=LogSettings(), description="What is written to standard error."
    )
    export: ExportSettings = Field(
        default=ExportSettings(), description="How orders are given to ShipStation."
    )
    delivery: DeliverySettings = Field(
        default=DeliverySettings(),
        description="How ShipStation's notices are carried to the shops.",
    )
    stores: dict[StoreName, StoreSettings] = Field(
        min_length=1,
        description=(
            "The shops by name; ShipStation's custom store URL is `https://host/stores/NAME`."
        ),
    )
