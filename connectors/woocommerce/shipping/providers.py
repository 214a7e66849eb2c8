"""How the tracking plugins name a carrier: as one of their providers, or as a custom one with a
link.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cachetools import TTLCache

from connectors.carriers import Carrier
from connectors.errors import PermanentError
from connectors.reading.markup import fold_name
from connectors.shipments import Shipment
from connectors.woocommerce.api.client import Api, order_path

_REMEMBERED = 3600.0


class Providers:
    """The plugin's list of providers, remembered for a while."""

    def __init__(self, api: Api, root: str) -> None:
        self._api = api
        self._root = root
        self._known: TTLCache[str, Mapping[str, str]] = TTLCache(1, _REMEMBERED)

    async def build_entry(
        self, order_id: str, shipment: Shipment, carrier: Carrier
    ) -> dict[str, str]:
        """The provider part of a tracking entry."""
        known = await self._read_providers(order_id)
        for word in (carrier.name, shipment.carrier, carrier.code):
            if name := known.get(fold_name(word)):
                return {"tracking_provider": name}
        custom = {"custom_tracking_provider": carrier.name or shipment.carrier or "Other"}
        link = carrier.link(shipment.tracking_number)
        return custom | ({"custom_tracking_link": link} if link else {})

    async def _read_providers(self, order_id: str) -> Mapping[str, str]:
        """The names by their folded form; none where the plugin has no list: it loads it from the
        web, which may have failed.
        """
        if (known := self._known.get("")) is None:
            try:
                reply = await self._api.get(
                    order_path(order_id, "/shipment-trackings/providers"), root=self._root
                )
                known = {fold_name(name): name for name in _list_names(reply.json())}
            except PermanentError:
                known = {}
            self._known[""] = known
        return known


def _list_names(value: Any) -> list[str]:
    """The names in `{"United States": {"USPS": "https://…"}}`; the plugin sends an empty list for
    none.
    """
    groups = value.values() if isinstance(value, dict) else []
    return [str(name) for group in groups if isinstance(group, dict) for name in group]
