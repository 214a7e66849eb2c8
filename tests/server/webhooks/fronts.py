"""Portside in front of a fake shop of either kind, listening to its webhooks; and messages as each
kind signs them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from connectors.registry import Registry
from connectors.testing.shop import FakeShop
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.app import open_portside
from proxy.settings.models import Settings
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.databases import make_migrated_file

SECRET = "a-long-random-text"
ORDER = "1001"


class FakeWooCommerceWithWebhooks(FakeWooCommerceShop):
    """The fake shop with the webhooks of WooCommerce's API."""

    def __init__(self) -> None:
        super().__init__()
        self.webhooks: dict[int, dict[str, Any]] = {}

    def routes(self) -> list[web.AbstractRouteDef]:
        root = "/wp-json/wc/v3/webhooks"
        return [
            *super().routes(),
            web.get(root, self._list),
            web.post(root, self._create),
            web.post(root + r"/{hook:\d+}", self._delete),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response(list(self.webhooks.values()))

    async def _create(self, request: web.Request) -> web.Response:
        number = len(self.webhooks) + 1
        self.webhooks[number] = {"id": number, **(await request.json())}
        return web.json_response(self.webhooks[number], status=201)

    async def _delete(self, request: web.Request) -> web.Response:
        assert request.query["_method"] == "DELETE"
        if self.webhooks.pop(int(request.match_info["hook"]), None) is None:
            return web.json_response(
                {"code": "woocommerce_rest_shop_webhook_invalid_id", "message": "Invalid ID."},
                status=404,
            )
        return web.json_response({})


def store_of(shop: FakeShop) -> dict[str, Any]:
    """The store's settings."""
    if isinstance(shop, FakeShopify):
        connector = {
            "type": "shopify",
            "shop": "north",
            "origin": shop.url,
            "access_token": shop.token,
            "client_secret": SECRET,
        }
    else:
        assert isinstance(shop, FakeWooCommerceShop)
        key = shop.access.key
        connector = {
            "type": "woocommerce",
            "url": shop.url,
            "consumer_key": key,
            "consumer_secret": shop.access.secret,
        }
    return {
        "credentials": {"username": "north", "password": "pass-word"},
        "connector": connector,
        "webhooks": {"address": "https://portside.example/", "secret": SECRET},
        "upstream": {"rate": "10000/s"},
    }


def settings_of(store: dict[str, Any], folder: Path) -> Settings:
    """Settings for one store on free ports."""
    kind = Registry().get(store["connector"]["type"])
    return Settings.model_validate(
        {
            "listen": "127.0.0.1:0",
            "admin": {"listen": "127.0.0.1:0"},
            "database": make_migrated_file(folder / "portside.db"),
            "stores": {
                "north": {**store, "connector": kind.settings.model_validate(store["connector"])}
            },
        }
    )


@asynccontextmanager
async def open_front(shop: FakeShop, folder: Path, **changes: Any) -> AsyncIterator[str]:
    """Portside's public address."""
    async with open_portside(
        settings_of(store_of(shop) | changes, folder), Registry().get
    ) as portside:
        yield f"http://{portside.public}"


async def poll(url: str) -> str:
    """ShipStation's answer for a window long past, in which nothing changed."""
    login = {"Authorization": "Basic " + base64.b64encode(b"north:pass-word").decode()}
    window = {
        "action": "export",
        "start_date": "01/02/2026 00:00",
        "end_date": "01/02/2026 01:00",
        "page": "1",
    }
    async with (
        ClientSession() as session,
        session.get(f"{url}/stores/north", params=window, headers=login) as response,
    ):
        assert response.status == 200, await response.text()
        return await response.text()


def sign(body: bytes, secret: str = SECRET) -> str:
    """As both kinds do."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def message(
    shop: FakeShop,
    order: str = ORDER,
    *,
    delivery: str = "d-1",
    topic: str = "",
    changed: datetime | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[bytes, dict[str, str]]:
    """A message of this shop that an order changed, just now unless told otherwise: body and
    headers.
    """
    moment = changed or datetime.now(UTC)
    if isinstance(shop, FakeShopify):
        body = json.dumps(
            {
                "id": int(order),
                "updated_at": moment.astimezone(timezone(timedelta(hours=-5))).isoformat(),
            }
        ).encode()
        told = {
            "X-Shopify-Topic": topic or "orders/updated",
            "X-Shopify-Hmac-Sha256": sign(body),
            "X-Shopify-Shop-Domain": "north.myshopify.com",
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Triggered-At": datetime.now(UTC).isoformat(),
        }
    else:
        body = json.dumps(
            {
                "id": int(order),
                "date_modified_gmt": moment.astimezone(UTC).replace(tzinfo=None).isoformat(),
            }
        ).encode()
        told = {
            "X-WC-Webhook-Topic": topic or "order.updated",
            "X-WC-Webhook-Signature": sign(body),
            "X-WC-Webhook-ID": "7",
            "X-WC-Webhook-Delivery-ID": delivery,
        }
    return body, told | (headers or {})


async def tell(
    url: str, body: bytes, headers: dict[str, str], store: str = "north"
) -> tuple[int, str]:
    """Status and words."""
    async with (
        ClientSession() as session,
        session.post(f"{url}/webhooks/{store}", data=body, headers=headers) as response,
    ):
        return response.status, (await response.text()).strip()
