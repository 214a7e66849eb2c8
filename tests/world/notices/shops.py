"""The kinds of shop that notices are sent to, each by its fake and its real connector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from connectors.testing.harness import ShopHarness
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from tests.connectors.generic_json.test_contract import JsonHarness
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import ShopifyHarness
from tests.connectors.woocommerce.harness import NoteHarness, PluginHarness, WooCommerceHarness


@asynccontextmanager
async def open_woocommerce(
    harness: Callable[[FakeWooCommerceShop], ShopHarness],
) -> AsyncIterator[ShopHarness]:
    """WooCommerce, with the place for tracking that the harness knows."""
    async with FakeWooCommerceShop() as shop:
        yield harness(shop)


@asynccontextmanager
async def open_shopify(transport: str) -> AsyncIterator[ShopHarness]:
    """Shopify, over one of its two APIs."""
    async with FakeShopify() as shop:
        yield ShopifyHarness(shop, transport)


@asynccontextmanager
async def open_json(style: Style) -> AsyncIterator[ShopHarness]:
    """A shop that is described in YAML."""
    async with FakeJsonShop(style) as shop:
        yield JsonHarness(shop)


SHOPS = {
    "woocommerce": partial(open_woocommerce, WooCommerceHarness),
    "woocommerce-plugin": partial(open_woocommerce, PluginHarness),
    "woocommerce-note": partial(open_woocommerce, NoteHarness),
    "shopify-rest": partial(open_shopify, "rest"),
    "shopify-graphql": partial(open_shopify, "graphql"),
    "json": partial(open_json, Style.PAGE),
    "json-graphql": partial(open_json, Style.GRAPHQL),
}
"""A way to open the harness of each kind, by its name."""
