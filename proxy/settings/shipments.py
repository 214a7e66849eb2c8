"""How a store's shipments are written to its shop."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from connectors.shipments import ShippingRules
from proxy.settings.frozen import FROZEN


class ShipmentSettings(BaseModel):
    """How shipments are written to the shop, and when one counts as told."""

    model_config = FROZEN

    over_ship: Literal["refuse", "allow"] = Field(
        default="refuse",
        description=(
            "`refuse`: never tell the shop of more pieces than are left to ship. `allow`: pass on"
            " what the notice says."
        ),
    )
    confirm: bool = Field(
        default=True,
        description=(
            "Look for the effect after writing, and count a shipment as told only if the shop"
            " shows it."
        ),
    )

    def rules(self) -> ShippingRules:
        """The same, as connectors take it."""
        return ShippingRules(confirm=self.confirm, over_ship=self.over_ship == "allow")
