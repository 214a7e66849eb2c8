"""How Portside gets into a shop: tokens, the rights they carry, and the version of the API."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import date

import msgspec

from connectors.shopify.settings import ShopifySettings
from connectors.upstream.auth.auth import Auth, HeaderAuth
from connectors.upstream.auth.oauth2 import use_client_credentials

TOKEN_HEADER = "X-Shopify-Access-Token"  # noqa: S105 - a header's name
VERSION_HEADER = "X-Shopify-API-Version"
# Without `read_all_orders` Shopify silently leaves out orders that are older.
WALL_DAYS = 60
_QUARTER_MONTHS = (1, 4, 7, 10)


def make_auth(settings: ShopifySettings, *, clock: Callable[[], float] = time.monotonic) -> Auth:
    """The credentials: a permanent token, or one of 24 hours that is fetched with the client's id
    and secret and renewed in time.
    """
    token = settings.access_token.get_secret_value()
    if token:
        return HeaderAuth(TOKEN_HEADER, token)
    return use_client_credentials(
        f"{settings.base_url}oauth/access_token",
        settings.client_id,
        settings.client_secret.get_secret_value(),
        carry=lambda value: HeaderAuth(TOKEN_HEADER, value),
        clock=clock,
    )


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A right, what breaks without it, and whether that stops Portside altogether (`vital`).

    Any scope of `instead` will do too.
    """

    scope: str
    breaks: str
    vital: bool = True
    instead: tuple[str, ...] = ()


def list_needs(settings: ShopifySettings) -> tuple[Need, ...]:
    """The rights these settings need."""
    wanted = [
        Need(scope="read_orders", instead=("write_orders",), breaks="no order can be read"),
        Need(
            scope="read_merchant_managed_fulfillment_orders",
            breaks=(
                "Shopify silently leaves out fulfillment orders, so nothing can be reported as"
                " shipped and no hold is seen"
            ),
            instead=("write_merchant_managed_fulfillment_orders",),
        ),
        Need(
            scope="write_merchant_managed_fulfillment_orders",
            breaks="nothing can be reported as shipped",
        ),
        Need(
            scope="read_all_orders",
            breaks=f"orders older than {WALL_DAYS} days are left out without a word",
            vital=False,
        ),
    ]
    if settings.product_details:
        lost = "images, barcodes, exact weights and HS codes are missing"
        wanted.append(
            Need(scope="read_products", instead=("write_products",), breaks=lost, vital=False)
        )
    if settings.transport == "graphql":
        lost = "the customer's number is missing where an order has no e-mail address"
        wanted.append(
            Need(scope="read_customers", instead=("write_customers",), breaks=lost, vital=False)
        )
    return tuple(wanted)


def find_missing(settings: ShopifySettings, scopes: Collection[str]) -> tuple[Need, ...]:
    """The needs that these scopes do not meet."""
    return tuple(
        need for need in list_needs(settings) if not {need.scope, *need.instead} & set(scopes)
    )


def is_other_version(asked: str, served: str | None) -> bool:
    """Whether the shop answered in another version than asked for: it retires each after about a
    year and then serves the oldest it has.
    """
    return bool(served) and served not in (asked, "unstable")


def find_newest_version(today: date) -> str:
    """The newest version on a day: Shopify releases one on the first day of each quarter."""
    month = max(start for start in _QUARTER_MONTHS if start <= today.month)
    return f"{today.year}-{month:02}"
