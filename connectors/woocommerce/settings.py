"""The `connector:` block of a WooCommerce store."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from pydantic import Field, SecretStr, field_validator

from connectors.interface import ConnectorSettings
from connectors.woocommerce.mapping.rules import (
    Discounts,
    Rules,
    VendorOrders,
    VirtualItems,
)
from connectors.woocommerce.mapping.statuses import CLOSED, normalize_status

_API = "/wp-json"


class AuthMode(StrEnum):
    """How requests prove who we are."""

    AUTO = "auto"
    BASIC = "basic"
    QUERY = "query"
    OAUTH1 = "oauth1"


class TrackingPlace(StrEnum):
    """Where a tracking number is written."""

    AUTO = "auto"
    FULFILLMENTS = "fulfillments"
    SHIPMENT_TRACKING = "shipment_tracking"
    AST = "ast"
    NOTE = "note"


class WooCommerceSettings(ConnectorSettings):
    """One WooCommerce shop."""

    type: Literal["woocommerce"] = Field(description="The kind of shop.")
    url: str = Field(
        description=(
            "The shop's address, with the path if WordPress lives in a folder:"
            " `https://shop.example/store`."
        )
    )
    auth: AuthMode = Field(
        default=AuthMode.AUTO,
        description=(
            "`auto`: Basic over https, with the query string as fallback where the host drops the"
            " header; OAuth 1.0a over http."
        ),
    )
    consumer_key: SecretStr = Field(
        description=(
            "A key of WooCommerce → Settings → Advanced → REST API, with read and write access."
        )
    )
    consumer_secret: SecretStr = Field(description="The secret that belongs to the key.")
    internal_notes: bool = Field(
        default=False,
        description=(
            "Send what people wrote in private order notes. Costs one request for each order."
        ),
    )
    discounts: Discounts = Field(
        default=Discounts.LINE,
        description=(
            "`line`: full prices and one negative line; `net`: prices after discounts, no such"
            " line."
        ),
    )
    virtual_items: VirtualItems = Field(
        default=VirtualItems.LEAVE_OUT,
        description="Lines of virtual products in an order that has others: `leave_out` or `keep`.",
    )
    vendor_orders: VendorOrders = Field(
        default=VendorOrders.PARENTS,
        description=(
            "Of a marketplace (Dokan, YITH Multi Vendor, MultiVendorX), which hold the same goods"
            " twice: export the `parents`, the vendors' `sub_orders`, or `both`."
        ),
    )
    pickup_methods: tuple[str, ...] = Field(
        default=(),
        description=(
            "Ids or titles of further shipping methods by which buyers collect, e.g. `Counter`;"
            " WooCommerce's own and those of common plugins are known."
        ),
    )
    local_delivery_methods: tuple[str, ...] = Field(
        default=(),
        description=(
            "Ids or titles of further shipping methods by which you deliver without a carrier."
        ),
    )
    tracking: TrackingPlace = Field(
        default=TrackingPlace.AUTO,
        description=(
            "Where tracking numbers go: WooCommerce's `fulfillments`, the plugins"
            " `shipment_tracking` or `ast`, or an order `note`."
        ),
    )
    page_size: int = Field(
        default=100,
        ge=1,
        le=100,
        description="How many orders are asked for at a time; less suits a slow shop.",
    )
    shipped_status: str = Field(
        default="completed",
        description=(
            "The status of an order once all of it has been shipped; empty: leave the status alone."
        ),
    )
    partial_status: str = Field(
        default="",
        description=(
            "The status of an order of which a part has been shipped, e.g. `partial-shipped`;"
            " empty: leave it alone."
        ),
    )

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        stated = value.strip()
        parts = urlsplit(stated)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("expected the shop's address, such as https://shop.example")
        if parts.username or parts.password:
            raise ValueError(
                "expected an address without a user name and password in it; those go into"
                " consumer_key and consumer_secret"
            )
        if parts.query or parts.fragment:
            raise ValueError("expected an address without ? or #")
        return stated.partition(_API)[0].rstrip("/")

    @field_validator("consumer_key", "consumer_secret")
    @classmethod
    def _require_key(cls, value: SecretStr) -> SecretStr:
        found = value.get_secret_value().strip()
        if not found:
            raise ValueError("expected a key, found nothing")
        return SecretStr(found)

    @field_validator("consumer_key")
    @classmethod
    def _refuse_secret(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().startswith("cs_"):
            raise ValueError(
                "expected the key, which begins with ck_; found a secret, which begins with cs_"
            )
        return value

    @field_validator("shipped_status", "partial_status")
    @classmethod
    def _refuse_closed_status(cls, value: str) -> str:
        found = normalize_status(value)
        if found in CLOSED:
            raise ValueError(f"expected a status of a living order, found {found!r}")
        return found

    @property
    def rules(self) -> Rules:
        """What the mapping needs to know of these settings."""
        return msgspec.convert(self, Rules, from_attributes=True)

    @property
    def auth_mode(self) -> AuthMode:
        """The mode in use: with this address, `auto` is Basic over https, with a fallback of its
        own, and OAuth 1.0a over http.
        """
        if self.auth is AuthMode.AUTO:
            return AuthMode.BASIC if self.url.startswith("https:") else AuthMode.OAUTH1
        return self.auth
