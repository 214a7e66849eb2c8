"""The contract holds for a plain connector; and it catches those that break a promise."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.testing import ConnectorContract, DryRunContract
from tests.connectors.contract.ledger import LedgerConnector, LedgerHarness
from tests.connectors.contract.ledger_shop import FakeLedgerShop


class TestLedger(ConnectorContract, DryRunContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[LedgerHarness]:
        async with FakeLedgerShop() as shop:
            yield LedgerHarness(shop)


class ForgetfulConnector(LedgerConnector):
    forgets_to_look = True


class CountingConnector(LedgerConnector):
    pages_by_number = True


async def test_a_connector_that_does_not_look_before_writing_is_caught() -> None:
    class Harness(LedgerHarness):
        connector = ForgetfulConnector

    contract = ConnectorContract()
    for promise in (
        contract.test_the_same_shipment_told_twice_ships_once,
        contract.test_a_partial_shipment_told_twice_ships_once,
        contract.test_a_shipment_whose_answer_was_lost_ships_once,
    ):
        async with FakeLedgerShop() as shop:
            with pytest.raises(AssertionError):
                await promise(Harness(shop))


async def test_a_connector_that_pages_by_number_is_caught() -> None:
    class Harness(LedgerHarness):
        connector = CountingConnector

    contract = ConnectorContract()
    for promise in (
        contract.test_an_edit_during_the_walk_hides_no_other_order,
        contract.test_an_edit_among_orders_of_one_second_hides_no_other_order,
        contract.test_an_order_deleted_during_the_walk_hides_no_other_order,
    ):
        async with FakeLedgerShop() as shop:
            with pytest.raises(AssertionError):
                await promise(Harness(shop))
