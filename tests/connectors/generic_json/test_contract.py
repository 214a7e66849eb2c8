"""The promises of a connector, for each style of list that shops have."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from connectors.generic_json import connector_type
from connectors.interface import Connector, ConnectorContext
from connectors.testing.contract import (
    ConnectorContract,
    DryRunContract,
    ShopHarness,
    TellingContract,
)
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.upstream.policy import UpstreamPolicy
from tests.connectors.generic_json.styles import read_style


class JsonHarness(ShopHarness):
    """One style of the fake shop."""

    shop: FakeJsonShop
    takes_further = False

    def open_connector(self, policy: UpstreamPolicy) -> AbstractAsyncContextManager[Connector]:
        settings = read_style(self.shop.style, self.shop.url)
        return connector_type.open(settings, ConnectorContext(store="test", upstream=policy))

    def is_list(self, seen: SeenRequest) -> bool:
        if self.shop.style is Style.GRAPHQL:
            return b"query Orders" in seen.body
        return super().is_list(seen)

    def is_write(self, seen: SeenRequest) -> bool:
        if self.shop.style is Style.GRAPHQL:
            return b"mutation" in seen.body
        return super().is_write(seen)

    def odd_answers(self) -> tuple[Any, ...]:
        return (
            *super().odd_answers(),
            {"orders": {}},
            {"data": None},
            {"data": {"orders": {"items": None}}},
        )


class Contract(ConnectorContract, TellingContract, DryRunContract):
    style: Style

    @pytest.fixture
    async def harness(self) -> AsyncIterator[JsonHarness]:
        async with FakeJsonShop(self.style) as shop:
            yield JsonHarness(shop)


class TestPage(Contract):
    style = Style.PAGE


class TestOffset(Contract):
    style = Style.OFFSET


class TestCursor(Contract):
    style = Style.CURSOR


class TestLink(Contract):
    style = Style.LINK


class TestNextUrl(Contract):
    style = Style.NEXT_URL


class TestKeyset(Contract):
    style = Style.KEYSET


class TestGraphQL(Contract):
    style = Style.GRAPHQL


class TestScan(Contract):
    style = Style.SCAN
