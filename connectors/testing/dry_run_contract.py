"""What a connector promises about a dry run: the shop is looked at as ever, and nothing in it
changes.
"""

from __future__ import annotations

from contextlib import suppress

import msgspec

from connectors.errors import UnsentError
from connectors.testing.harness import ShopHarness
from connectors.testing.shipping_contract import make_shipment
from connectors.testing.trial import QUICK, at

_DRY = msgspec.structs.replace(QUICK, dry_run=True)


class DryRunContract:
    """Needs a `harness` fixture."""

    async def test_a_dry_run_reads_the_order_and_writes_nothing(self, harness: ShopHarness) -> None:
        order = harness.add_order(at(1), lines=(("A", 2),))
        shipment = make_shipment(harness, order, "T1", A=2)
        async with harness.open_connector(_DRY) as connector:
            with suppress(UnsentError):
                assert not (await connector.ship(shipment, ())).already
        assert harness.shop.requests, "the shop was not looked at"
        assert not [seen for seen in harness.shop.requests if harness.is_write(seen)]
        async with harness.open_connector(QUICK) as connector:
            assert not (await connector.ship(shipment, ())).already
        assert [tracking for tracking, _ in harness.list_received(order)] == ["T1"]
        assert harness.is_shipped(order)
