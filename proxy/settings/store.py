"""What settings may say about one store: its ShipStation credentials, its shop, and how orders and
notices are to be treated.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)

from connectors.fieldmap.settings import AddressSettings, FillSettings
from connectors.interface import ConnectorSettings, Duration
from connectors.orders import OrderStatus
from proxy.doors.custom_store.words import fill_status_words
from proxy.rules.customs import CustomsPlace, TaxIdPlace
from proxy.settings.account import AccountSettings
from proxy.settings.filters import FilterSettings
from proxy.settings.frozen import FROZEN
from proxy.settings.shipments import ShipmentSettings
from proxy.settings.upstream import UpstreamSettings

Door = Literal["shipstation", "shiprush"]
StatusWord = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
NotifyCustomer = Literal["as_told", "always", "never"]


class CredentialSettings(BaseModel):
    """One login of a store: what is typed into ShipStation's form, or the `auth_key` some shops
    carry in the URL instead.
    """

    model_config = FROZEN

    username: str = Field(
        default="", max_length=200, description="The user name typed into ShipStation's form."
    )
    password: SecretStr = Field(
        default=SecretStr(""), description="The password typed into ShipStation's form."
    )
    auth_key: SecretStr = Field(
        default=SecretStr(""),
        description="A key in the URL (`?auth_key=…`) in place of user name and password.",
    )

    @model_validator(mode="after")
    def _require_both(self) -> Self:
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("expected username and password together, found only one of them")
        if not self.username and not self.auth_key.get_secret_value():
            raise ValueError("expected username and password, or auth_key, found neither")
        if ":" in self.username:
            raise ValueError(
                "expected a username without a colon, because HTTP's Basic login cannot carry one"
            )
        return self


def _wrap_single(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class CarrierSettings(BaseModel):
    """What the shop calls one of ShipStation's carriers, and where its parcels are followed."""

    model_config = FROZEN

    name: str = Field(
        default="",
        max_length=200,
        description="The shop's name for the carrier; empty: ShipStation's.",
    )
    tracking_url: str = Field(
        default="",
        description="Where a parcel is followed; `{number}` stands for its tracking number.",
    )

    @field_validator("tracking_url")
    @classmethod
    def _check_tracking_url(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s{}]+(?:\{number\}[^\s{}]*)*", value):
            raise ValueError(
                "expected an address such as https://carrier.example/track/{number}, found"
                f" {value!r}"
            )
        return value


class WebhookSettings(BaseModel):
    """Let the shop say at once when an order changes.

    A hint only: the next poll then holds that order, even if the shop's list lags.
    """

    model_config = FROZEN

    address: str = Field(
        pattern=r"^https?://[^\s?#]+$",
        description=(
            "Portside's public address, e.g. `https://portside.example`; the shop calls"
            " `/webhooks/NAME` there."
        ),
    )
    secret: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "What the shop signs with: a long random text; empty where the shop signs with the"
            " app's own secret."
        ),
    )
    max_age: Duration = Field(
        default=timedelta(hours=6), description="Messages older than this are refused as replays."
    )

    def url(self, store: str) -> str:
        """Where the shop of this store calls."""
        return f"{self.address.rstrip('/')}/webhooks/{store}"


def _read_carrier(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class StoreSettings(BaseModel):
    """One store: what ShipStation calls at `/stores/NAME`, and the shop behind it."""

    model_config = FROZEN

    credentials: Annotated[
        tuple[CredentialSettings, ...],
        BeforeValidator(
            _wrap_single, json_schema_input_type=CredentialSettings | tuple[CredentialSettings, ...]
        ),
    ] = Field(
        min_length=1,
        description=(
            "The login ShipStation uses. A list of several lets you change a password without a"
            " gap."
        ),
    )
    door: Door = Field(
        default="shipstation",
        description=(
            "The protocol spoken to the client that polls. `shiprush` is never given orders older"
            " than it asked for."
        ),
    )
    connector: ConnectorSettings = Field(
        description="The shop. `type` names the kind of shop; the other keys are that kind's own."
    )
    upstream: UpstreamSettings = Field(
        default=UpstreamSettings(), description="How hard the shop may be asked."
    )
    shipments: ShipmentSettings = Field(
        default=ShipmentSettings(), description="How shipments are written to the shop."
    )
    fields: FillSettings = Field(
        default=FillSettings(),
        description=(
            "Fields filled in by expressions over the shop's own JSON, on top of what the connector"
            " reads."
        ),
    )
    address: AddressSettings = Field(
        default=AddressSettings(),
        description="Parts of the addresses filled in by expressions, e.g. a house number.",
    )
    status_words: dict[OrderStatus, StatusWord] = Field(
        default={},
        description=(
            "What ShipStation's form says for each state where it is filled in already, e.g."
            " `{paid: processing}`; the others keep Portside's words."
        ),
    )
    statuses: dict[str, OrderStatus] = Field(
        default={},
        description="The shop's words for an order's state, on top of the connector's own.",
    )
    shipping_methods: dict[str, str] = Field(
        default={},
        description=(
            "What the buyer chose, and what ShipStation is asked for instead. Compared without"
            " regard to case."
        ),
    )
    default_shipping_method: str = Field(
        default="",
        description=(
            "What ShipStation is asked for when the map has no entry; empty: the shop's text."
        ),
    )
    customs: CustomsPlace = Field(
        default=CustomsPlace.OFF,
        description=(
            "Where HS code, country of origin, customs description and declared value of the lines"
            " go: `off`, `options` of each line, or `custom_field_1`, `custom_field_2` or"
            " `custom_field_3`."
        ),
    )
    tax_ids: TaxIdPlace = Field(
        default=TaxIdPlace.OFF,
        description=(
            "Where the receiver's tax number, or else the buyer's, goes: `off`, `custom_field_1`,"
            " `custom_field_2` or `custom_field_3`."
        ),
    )
    filters: FilterSettings = Field(
        default=FilterSettings(), description="Which orders ShipStation is given."
    )
    notify_customer: NotifyCustomer = Field(
        default="as_told",
        description=(
            "Whether the shop mails the buyer about a shipment: as the notice says, `always` or"
            " `never`."
        ),
    )
    carriers: dict[
        str,
        Annotated[
            CarrierSettings,
            BeforeValidator(_read_carrier, json_schema_input_type=CarrierSettings | str),
        ],
    ] = Field(
        default={},
        description=(
            "ShipStation's carriers by the shop's name: `usps: USPS`, or `{name: …, tracking_url:"
            " 'https://…{number}'}`."
        ),
    )
    webhooks: WebhookSettings | None = Field(
        default=None, description="Listen to the shop's webhooks, as hints; none: do not."
    )
    account: AccountSettings | None = Field(
        default=None, description="ShipStation's own API, to look at the account; none: do not."
    )
    dimensions: bool = Field(
        default=False,
        description=(
            "Send the parcel's size where the shop knows it. ShipStation's schema of 2019 does not"
            " know it."
        ),
    )

    @field_validator("status_words")
    @classmethod
    def _tell_apart(cls, value: dict[OrderStatus, str]) -> dict[OrderStatus, str]:
        words = fill_status_words(value)
        for status, word in words.items():
            twin = next(
                (
                    other
                    for other, its in words.items()
                    if other is not status and its.casefold() == word.casefold()
                ),
                None,
            )
            if twin is not None:
                raise ValueError(
                    f"expected a word of its own for each state, found {word!r} for {status} and"
                    f" {twin}"
                )
        return value

    @model_validator(mode="after")
    def _separates_fields(self) -> Self:
        if self.tax_ids != TaxIdPlace.OFF and self.tax_ids.value == self.customs.value:
            raise ValueError(
                f"expected different fields for customs and tax_ids, found {self.tax_ids} for both"
            )
        return self

    @model_validator(mode="after")
    def _asks_again(self) -> Self:
        if self.door == "shiprush" and self.filters.min_age is not None:
            raise ValueError(
                "expected no filters.min_age with door: shiprush, which would never ask for"
                " an order that was held back"
            )
        return self
