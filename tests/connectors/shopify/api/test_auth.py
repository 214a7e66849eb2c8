"""Tokens, rights and versions: fetched once, renewed in time, compared and complained of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from connectors.errors import AuthenticationError
from connectors.interface import ConnectorContext
from connectors.shopify.api.auth import (
    find_missing,
    find_newest_version,
    is_other_version,
    make_auth,
)
from connectors.shopify.api.version import VersionWatch
from connectors.shopify.connector import ShopifyConnector
from connectors.shopify.settings import ShopifySettings, read_shop
from connectors.testing.trial import QUICK, WINDOW, at, failure, ids, walk
from connectors.upstream.client import Upstream
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import open_shop, settings_for

APP: dict[str, Any] = {"client_id": "fake-client", "client_secret": "shpss_fake-secret"}


@pytest.fixture
async def shop() -> AsyncIterator[FakeShopify]:
    async with FakeShopify() as fake:
        fake.book.add(modified_at=at(1))
        yield fake


def logins(shop: FakeShopify) -> int:
    return shop.count("POST", "/oauth/access_token")


async def test_a_token_is_fetched_once_for_many_calls_at_the_same_time(shop: FakeShopify) -> None:
    async with open_shop(shop, **APP) as connector:
        await asyncio.gather(*(connector.count_orders(WINDOW) for _ in range(10)))
        await walk(connector)
    assert logins(shop) == 1


async def test_a_token_is_renewed_once_after_a_401(shop: FakeShopify) -> None:
    async with open_shop(shop, **APP) as connector:
        await walk(connector)
        shop.revoke_tokens()
        assert len(await ids(connector)) == 1
        shop.revoke_tokens()
        await asyncio.gather(*(connector.count_orders(WINDOW) for _ in range(5)))
    assert logins(shop) == 3


async def test_a_token_is_renewed_before_its_24_hours_end(shop: FakeShopify) -> None:
    now = 0.0
    settings = settings_for(shop, **APP)
    auth = make_auth(settings, clock=lambda: now)
    async with Upstream.open(
        settings.base_url, auth=auth, policy=QUICK, judge=VersionWatch("north", "2026-07")
    ) as upstream:
        connector = ShopifyConnector(
            upstream, settings, ConnectorContext(store="north", upstream=QUICK)
        )
        await walk(connector)
        now = 86_000.0
        await walk(connector)
        assert logins(shop) == 1
        now = 86_399 - 59.0
        await walk(connector)
    assert logins(shop) == 2
    assert not [seen for seen in shop.requests if seen.headers.get("X-Shopify-Access-Token") == ""]


async def test_a_login_that_is_refused_names_no_secret(shop: FakeShopify) -> None:
    async with open_shop(
        shop, client_id="fake-client", client_secret="shpss_not-this-one"
    ) as connector:
        error = await failure(walk(connector), AuthenticationError)
    assert "shpss_not-this-one" not in str(error)


async def test_a_version_that_fell_forward_is_warned_of_once(shop: FakeShopify) -> None:
    with capture_logs() as logs:
        async with open_shop(shop, api_version="2024-10") as connector:
            await walk(connector)
            await walk(connector)
    told = [entry for entry in logs if entry["event"] == "Shop serves another version."]
    assert [(entry["asked"], entry["served"]) for entry in told] == [("2024-10", "2026-01")]


def test_the_customers_scope_is_asked_for_only_where_it_is_needed(shop: FakeShopify) -> None:
    scopes = shop.scopes - {"read_customers"}
    assert find_missing(settings_for(shop), scopes) == ()
    assert [
        need.scope for need in find_missing(settings_for(shop, transport="graphql"), scopes)
    ] == ["read_customers"]
    assert find_missing(settings_for(shop), shop.scopes - {"read_orders"} | {"write_orders"}) == ()


def test_versions_compare() -> None:
    assert is_other_version("2024-10", "2025-10")
    assert not is_other_version("2026-07", "2026-07")
    assert not is_other_version("2026-07", None)
    assert find_newest_version(date(2026, 9, 30)) == "2026-07"
    assert find_newest_version(date(2026, 10, 1)) == "2026-10"


@pytest.mark.parametrize(
    "text",
    [
        "north",
        "North.myshopify.com",
        "https://north.myshopify.com/",
        "http://north.myshopify.com/admin/orders",
        "https://admin.shopify.com/store/north/settings/domains",
    ],
)
def test_the_shops_address_is_understood_however_it_is_copied(text: str) -> None:
    assert read_shop(text) == "north.myshopify.com"


@pytest.mark.parametrize(
    "text",
    [
        "north.example",
        "north.myshopify.com.evil.example",
        "",
        "no rth",
        "-north",
        "north.myshopify.co",
    ],
)
def test_another_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected the shop's own address"):
        read_shop(text)


def test_the_token_goes_to_the_shops_own_host_over_https() -> None:
    settings = ShopifySettings(shop="north", access_token="shpat_0")
    assert settings.base_url == "https://north.myshopify.com/admin/"
    with pytest.raises(ValidationError, match="expected an address of this machine"):
        ShopifySettings(shop="north", access_token="shpat_0", origin="https://elsewhere.example")
