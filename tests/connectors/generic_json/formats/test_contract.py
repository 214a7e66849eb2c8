"""The promises of a connector, for each format in which shops answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from connectors.errors import UnavailableError
from connectors.generic_json import connector_type
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.interface import Connector, ConnectorContext
from connectors.testing.contract import (
    ConnectorContract,
    ShopHarness,
)
from connectors.testing.faults import Truncate
from connectors.testing.trial import QUICK, at, failure, walk
from connectors.upstream.policy import UpstreamPolicy
from tests.connectors.generic_json.formats.dresses import Dress, DressedShop, dress_block


class FormatHarness(ShopHarness):
    """The fake shop in one dress."""

    takes_further = False

    def __init__(self, dress: Dress, shop: DressedShop) -> None:
        super().__init__(shop)
        self._dress = dress

    def open_connector(self, policy: UpstreamPolicy) -> AbstractAsyncContextManager[Connector]:
        block = {**dress_block(self._dress), "url": self.shop.url}
        settings = GenericJsonSettings.model_validate(block)
        return connector_type.open(settings, ConnectorContext(store="test", upstream=policy))

    def odd_answers(self) -> tuple[Any, ...]:
        # An object may be a line of JSON lines, if one without an order.
        texts = (None, "", 7, "No database.", {"message": "no"})
        return texts if self._dress is Dress.JSON_LINES else (*super().odd_answers(), *texts)


class Contract(ConnectorContract):
    dress: Dress

    @pytest.fixture
    async def harness(self) -> AsyncIterator[FormatHarness]:
        async with DressedShop(self.dress) as shop:
            yield FormatHarness(self.dress, shop)


class TestXml(Contract):
    dress = Dress.XML


class TestCsv(Contract):
    dress = Dress.CSV


class TestJsonLines(Contract):
    dress = Dress.JSON_LINES

    async def test_an_answer_cut_short_is_temporary_and_never_the_end_of_the_list(
        self, harness: ShopHarness
    ) -> None:
        """Cut between two lines it is told by the shop's count alone; here, within one."""
        harness.add_order(at(1))
        harness.add_order(at(2), lines=(("A", 1), ("B", 1)))
        for framed in (False, True):
            harness.shop.faults.add(Truncate(framed=framed), when=harness.is_list, times=None)
            async with harness.open_connector(QUICK) as connector:
                await failure(walk(connector), UnavailableError)
            harness.shop.faults.clear()
