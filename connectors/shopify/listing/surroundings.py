"""What belongs to orders and is not in them: holds, delivery methods, products."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from connectors.errors import PartError
from connectors.interface import Remark
from connectors.orders import RejectedOrder
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.transport import Span
from connectors.shopify.listing.holds import Holds
from connectors.shopify.listing.products import Catalog, drop_details
from connectors.shopify.listing.routes import Routes
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.items import Variant
from connectors.shopify.mapping.routes import Route
from connectors.shopify.mapping.statuses import Held
from connectors.shopify.settings import ShopifySettings
from connectors.upstream.isolation import Isolation


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What is known around some orders, by the orders' ids and by the variants'."""

    held: Mapping[int, Held | PartError]
    routes: Mapping[int, Route | PartError]
    variants: Mapping[int, Variant]

    def find_fault(self, order: int) -> str:
        """What the shop failed to say of an order that cannot do without it; empty if nothing."""
        for about, found in (("holds", self.held), ("delivery methods", self.routes)):
            if isinstance(fault := found.get(order), PartError):
                return f"{about}: {fault}"
        return ""

    def find_held(self, order: int) -> Held | None:
        """What of the order is on hold."""
        held = self.held.get(order)
        return held if isinstance(held, Held) else None

    def find_route(self, order: int) -> Route | None:
        """How the order travels."""
        route = self.routes.get(order)
        return route if isinstance(route, Route) else None


class Surroundings:
    """Asks one shop for what its settings want."""

    def __init__(
        self,
        client: GraphqlClient,
        settings: ShopifySettings,
        isolation: Isolation,
        remark: Callable[[Remark], None],
    ) -> None:
        self._settings = settings
        self._catalog = Catalog(client, remark)
        self._holds = Holds(client, isolation)
        self._routes = Routes(client, isolation)

    async def list_held(self, span: Span) -> tuple[Mapping[int, Held] | None, int | None]:
        """See `Holds.list_held`; nothing where the settings do not want it."""
        return await self._holds.list_held(span) if self._settings.holds else ({}, None)

    async def find_around(
        self, batch: Sequence[wire.Order | RejectedOrder], held: Mapping[int, Held] | None
    ) -> Around:
        """What belongs to these orders; `held` is None where it is to be asked for."""
        orders = [one for one in batch if isinstance(one, wire.Order)]
        return Around(
            held=await self._holds.find_held(orders) if held is None else held,
            routes=await self._routes.find_routes(orders)
            if self._settings.delivery_methods
            else {},
            variants=await self._find_variants(orders),
        )

    async def _find_variants(self, orders: Sequence[wire.Order]) -> Mapping[int, Variant]:
        if not orders or not (self._settings.product_details or self._settings.customs):
            return {}
        variants = await self._catalog.find_variants(orders)
        return variants if self._settings.product_details else drop_details(variants)
