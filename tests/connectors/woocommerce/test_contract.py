"""WooCommerce keeps a connector's promises, wherever its tracking goes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.testing.contract import (
    ConnectorContract,
    DryRunContract,
    ShippingContract,
    TellingContract,
)
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from tests.connectors.woocommerce.harness import NoteHarness, PluginHarness, WooCommerceHarness


class TestWithFulfillments(ConnectorContract, TellingContract, DryRunContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[WooCommerceHarness]:
        async with FakeWooCommerceShop() as shop:
            yield WooCommerceHarness(shop)


class TestWithShipmentTracking(ShippingContract, TellingContract, DryRunContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[PluginHarness]:
        async with FakeWooCommerceShop() as shop:
            yield PluginHarness(shop)


class TestWithNotes(ShippingContract, TellingContract, DryRunContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[NoteHarness]:
        async with FakeWooCommerceShop() as shop:
            yield NoteHarness(shop)
