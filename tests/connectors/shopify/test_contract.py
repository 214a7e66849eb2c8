"""The connector's promises, faults included, over both of Shopify's APIs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.testing.contract import ConnectorContract, DryRunContract, TellingContract
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import ShopifyHarness


class TestRest(ConnectorContract, TellingContract, DryRunContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[ShopifyHarness]:
        async with FakeShopify() as shop:
            yield ShopifyHarness(shop, "rest")


class TestGraphql(ConnectorContract, TellingContract, DryRunContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[ShopifyHarness]:
        async with FakeShopify() as shop:
            yield ShopifyHarness(shop, "graphql")
