"""The `connector:` block of a Shopify store."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import msgspec
from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from connectors.interface import ConnectorSettings
from connectors.shopify.mapping.rules import (
    Discounts,
    Money,
    PartialOrders,
    Rules,
    TestOrders,
)

# The newest version whose answers the tests were written against; Shopify serves each for at least
# a year.
DEFAULT_API_VERSION = "2026-10"
MYSHOPIFY = ".myshopify.com"
_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,98}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECRETS_BEGIN = "shpss_"

Transport = Literal["auto", "rest", "graphql"]
# `order:…` names a fact of the order itself; anything else is the name of one of its note
# attributes.
CustomField = Annotated[str, Field(min_length=1, max_length=100)]


def read_shop(value: object) -> str:
    """The shop's address as `north.myshopify.com`, from that, its URL, its admin page or its bare
    name.

    Raises ValueError.
    """
    text = str(value).strip().lower()
    text = text.removeprefix("https://").removeprefix("http://")
    host, _, path = text.partition("/")
    if host == "admin.shopify.com" and path.startswith("store/"):
        host = path.removeprefix("store/").partition("/")[0]
    handle = host.removesuffix(MYSHOPIFY)
    if not _HANDLE.fullmatch(handle):
        raise ValueError(
            f"expected the shop's own address such as north{MYSHOPIFY}, found {text!r}: a custom"
            " domain answers with redirects that lose the access token; Shopify's admin shows the"
            " address under Settings, Domains"
        )
    return handle + MYSHOPIFY


Shop = Annotated[str, BeforeValidator(read_shop)]


class ShopifySettings(ConnectorSettings):
    """A Shopify shop: how to get in, what to read, and how to report shipments."""

    type: Literal["shopify"] = "shopify"
    shop: Shop = Field(
        description="The shop's address, e.g. `north.myshopify.com`; never its custom domain."
    )
    access_token: SecretStr = Field(
        default=SecretStr(""),
        description="A permanent Admin API token (`shpat_…`) of an older custom app.",
    )
    client_id: str = Field(
        default="",
        max_length=200,
        description="The client id of a Dev Dashboard app, in place of `access_token`.",
    )
    client_secret: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "The client secret of the same app; with a permanent token, only to check webhooks."
        ),
    )
    api_version: str = Field(
        default=DEFAULT_API_VERSION,
        pattern=r"^20\d\d-(01|04|07|10)$",
        description="The version of Shopify's Admin API, one a quarter.",
    )
    transport: Transport = Field(
        default="auto",
        description=(
            "`rest`, `graphql`, or `auto`: REST as long as the shop serves it, because it needs"
            " fewer requests."
        ),
    )
    page_size: int = Field(
        default=250,
        ge=1,
        le=250,
        description="Orders asked for at once; halved by itself when the shop fails.",
    )
    money: Money = Field(
        default="shop",
        description="Amounts in the shop's currency, or as the buyer saw them (`presentment`).",
    )
    discounts: Discounts = Field(
        default="line",
        description=(
            "`line`: one negative line with the codes. `net`: taken off the prices of the lines."
        ),
    )
    partial_orders: PartialOrders = Field(
        default="remaining",
        description="Of an order shipped in part: what is left to ship, or every line (`full`).",
    )
    test_orders: TestOrders = Field(
        default="reject",
        description=(
            "Orders paid through Shopify's test gateway: set aside with a reason, or sent like"
            " others."
        ),
    )
    product_details: bool = Field(
        default=True,
        description=(
            "Images, barcodes, exact weights, HS codes and countries of origin, read per variant"
            " and remembered."
        ),
    )
    gift_attributes: tuple[str, ...] = Field(
        default=("gift_message", "gift_note", "gift message", "gift note", "Gift-Message"),
        description=(
            "The note attributes that hold a gift message; compared without regard to case, blanks"
            " and hyphens."
        ),
    )
    custom_fields: tuple[CustomField, ...] = Field(
        default=(),
        max_length=3,
        description=(
            "Up to three: `order:po_number`, `order:confirmation_number`, `order:discount_codes`,"
            " `order:tags`, `order:source`, or the name of a note attribute."
        ),
    )
    holds: bool = Field(
        default=True,
        description="Read which orders are on hold or scheduled: one more request for a window.",
    )
    delivery_methods: bool = Field(
        default=True,
        description=(
            "Read which goods buyers collect, the merchant delivers or a service ships, and which"
            " go to another address: one more request for 25 open orders."
        ),
    )
    release_holds: bool = Field(
        default=False,
        description="Release a hold when the shipping client ships the order nevertheless.",
    )
    open_scheduled: bool = Field(
        default=False,
        description="Open a scheduled fulfillment order when the shipping client ships it early.",
    )
    origin: str = Field(
        default="",
        description="Where to reach a fake shop on this machine, for the demo and tests.",
    )

    @field_validator("origin")
    @classmethod
    def _require_loopback(cls, value: str) -> str:
        if value and (urlsplit(value).hostname or "") not in _LOOPBACK:
            raise ValueError(
                "expected an address of this machine such as http://127.0.0.1:8000; real shops"
                " are named by `shop`"
            )
        return value.rstrip("/")

    @field_validator("access_token")
    @classmethod
    def _refuse_secret(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().startswith(_SECRETS_BEGIN):
            raise ValueError(
                "expected an Admin API access token (shpat_…), found an app's client secret"
                " (shpss_…)"
            )
        return value

    @model_validator(mode="after")
    def _require_one_login(self) -> Self:
        token, secret = (
            bool(self.access_token.get_secret_value()),
            bool(self.client_secret.get_secret_value()),
        )
        if token and self.client_id:
            raise ValueError("expected access_token, or client_id and client_secret, found both")
        if not token and not self.client_id:
            raise ValueError("expected access_token, or client_id and client_secret, found neither")
        if self.client_id and not secret:
            raise ValueError("expected client_id and client_secret together, found only client_id")
        return self

    @property
    def rules(self) -> Rules:
        """What the mapping needs to know of these settings."""
        return msgspec.convert(self, Rules, from_attributes=True)

    @property
    def base_url(self) -> str:
        """Where the Admin API is, without the version."""
        return f"{self.origin or 'https://' + self.shop}/admin/"
