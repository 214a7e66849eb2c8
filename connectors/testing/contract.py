"""The promises of a connector as test classes: give a `harness` fixture, inherit, and pytest runs
them.

```python
class WoodlandHarness(ShopHarness):
    def open_connector(self, policy):
        settings = WoodlandSettings(type="woodland", url=self.shop.url, key="k")
        return connector_type.open(settings, ConnectorContext(store="test", upstream=policy))

class TestWoodland(ConnectorContract):
    @pytest.fixture
    async def harness(self):
        async with FakeWoodlandShop() as shop:
            yield WoodlandHarness(shop)
```

Needs pytest with pytest-asyncio in auto mode. `ConnectorContract` is the sum of `ListingContract`,
`ShippingContract` and `FaultContract`; `TellingContract` and `DryRunContract` stand beside it.
"""

from __future__ import annotations

from connectors.testing.dry_run_contract import DryRunContract
from connectors.testing.fault_contract import FaultContract
from connectors.testing.harness import ShopHarness, Told
from connectors.testing.listing_contract import ListingContract
from connectors.testing.shipping_contract import ShippingContract
from connectors.testing.telling_contract import TellingContract

__all__ = [
    "ConnectorContract",
    "DryRunContract",
    "FaultContract",
    "ListingContract",
    "ShippingContract",
    "ShopHarness",
    "TellingContract",
    "Told",
]


class ConnectorContract(ListingContract, ShippingContract, FaultContract):
    """All promises."""
