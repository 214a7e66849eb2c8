"""Where this shop keeps tracking: as the settings say, or else found by asking the shop."""

from __future__ import annotations

from cachetools import TTLCache

from connectors.carriers import Carriers
from connectors.errors import AuthenticationError, PermanentError, RefusedError
from connectors.woocommerce.api.client import Api, order_path
from connectors.woocommerce.api.permalinks import ROOT
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.settings import TrackingPlace
from connectors.woocommerce.shipping.tracking import FulfillmentPlace, NotePlace, Place, PluginPlace

_SHARED = "wc-shipment-tracking/v3"
_OLD_AST = "wc-ast/v3"
# In seconds; a plugin that is switched on or off is noticed after this long.
_REMEMBERED = 600.0
_NO_ROUTE = "rest_no_route"


class Places:
    """Knows or finds the place."""

    def __init__(self, api: Api, carriers: Carriers, chosen: TrackingPlace) -> None:
        self._api = api
        self._carriers = carriers
        self._chosen = chosen
        self._found: TTLCache[str, Place] = TTLCache(1, _REMEMBERED)

    async def find_place(self, order_id: str = "0") -> Place:
        """The place of this shop.

        It is remembered for a while; `order_id` is any order of the shop.
        """
        if (found := self._found.get("")) is None:
            found = self._found[""] = await self._choose_place(order_id)
        return found

    async def _choose_place(self, order_id: str) -> Place:
        chosen = self._chosen
        if chosen is TrackingPlace.NOTE:
            return NotePlace(self._api, self._carriers)
        if chosen is TrackingPlace.FULFILLMENTS or (
            chosen is TrackingPlace.AUTO and await self.has_fulfillments(order_id)
        ):
            return FulfillmentPlace(self._api, self._carriers)
        namespaces = await self.list_namespaces()
        ast = chosen is TrackingPlace.AST or _OLD_AST in namespaces
        namespace = next((name for name in (_SHARED, _OLD_AST) if name in namespaces), "")
        if not namespace and chosen is TrackingPlace.AUTO:
            return NotePlace(self._api, self._carriers)
        name = "Advanced Shipment Tracking" if ast else "Shipment Tracking"
        return PluginPlace(self._api, self._carriers, name=name, namespace=namespace or _SHARED)

    async def list_namespaces(self) -> list[str]:
        """The namespaces in the site's index; none where the index is hidden."""
        try:
            reply = await self._api.get("", [("_fields", "namespaces")], root=ROOT)
            return reply.decode(wire.Index).namespaces
        except PermanentError:
            return []

    async def has_plugin(self) -> bool:
        """Whether the index names one of the tracking plugins."""
        return bool({_SHARED, _OLD_AST} & set(await self.list_namespaces()))

    async def has_fulfillments(self, order_id: str) -> bool:
        """Whether WooCommerce's own fulfillments are switched on: only then their route exists."""
        try:
            await self._api.get(order_path(order_id, "/fulfillments"))
        except RefusedError as error:
            return bool(error.code) and error.code != _NO_ROUTE
        except AuthenticationError:
            return False
        return True
