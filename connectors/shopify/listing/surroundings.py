"""What belongs to orders and is not in them: holds, delivery methods, products, customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from cachetools import TTLCache

from connectors.concurrency import run_together
from connectors.errors import PartError
from connectors.interface import ConnectorContext, Remark
from connectors.orders import RejectedOrder
from connectors.shopify.api.details import build_customers_query, build_variants_query
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.transport import Span
from connectors.shopify.listing.details import DetailReader, Found
from connectors.shopify.listing.holds import Holds
from connectors.shopify.listing.products import Catalog
from connectors.shopify.listing.routes import Routes
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.items import Variant
from connectors.shopify.mapping.routes import Route
from connectors.shopify.mapping.statuses import Held
from connectors.shopify.mapping.whole import Details
from connectors.shopify.settings import ShopifySettings
from connectors.upstream.isolation import Isolation

# In seconds.
_REMEMBERED = 600.0
# For so long, in seconds, the count that a walk began with is as good as a new one; of so many
# walks.
_COUNT_REMEMBERED = 60.0
_MOST_COUNTS = 16


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What is known around some orders, by the orders' ids and by the variants'."""

    held: Mapping[int, Held | PartError]
    routes: Mapping[int, Route | PartError]
    variants: Mapping[int, Variant]
    details: Details = Details()
    faults: Mapping[int, str] = {}

    def find_fault(self, order: int) -> str:
        """What the shop failed to say of an order that cannot do without it; empty if nothing."""
        for about, found in (("holds", self.held), ("delivery methods", self.routes)):
            if isinstance(fault := found.get(order), PartError):
                return f"{about}: {fault}"
        return self.faults.get(order, "")

    def find_held(self, order: int) -> Held | None:
        """What of the order is on hold."""
        held = self.held.get(order)
        return held if isinstance(held, Held) else None

    def find_route(self, order: int) -> Route | None:
        """How the order travels."""
        route = self.routes.get(order)
        return route if isinstance(route, Route) else None


class FirstLook:
    """What is asked for once in a walk, as soon as it is needed: see `Surroundings.list_held`. By
    then `first` holds the walk's first orders.
    """

    def __init__(
        self, surroundings: Surroundings, span: Span, first: Sequence[wire.Order | RejectedOrder]
    ) -> None:
        self._surroundings = surroundings
        self._span = span
        self._first = first
        self._found: tuple[Mapping[int, Held] | None, int | None] | None = None

    async def find_held(self) -> Mapping[int, Held] | None:
        """What is held."""
        return (await self._ask())[0]

    async def find_count(self) -> int | None:
        """The shop's count of the orders of the span."""
        return (await self._ask())[1]

    async def _ask(self) -> tuple[Mapping[int, Held] | None, int | None]:
        if self._found is None:
            self._found = await self._surroundings.list_held(self._span, self._first)
        return self._found


class Surroundings:
    """Asks one shop for what its settings want."""

    def __init__(
        self,
        client: GraphqlClient,
        settings: ShopifySettings,
        isolation: Isolation,
        context: ConnectorContext,
    ) -> None:
        self._settings = settings
        self._remark = context.remark
        filler = context.filler
        self._needs_customer = filler is not None and filler.needs("customer")
        product, variant, customer = (
            frozenset() if filler is None else filler.list_names_in(part)
            for part in ("product", "variant", "customer")
        )
        self._products = DetailReader(
            client, isolation, "ProductVariant", build_variants_query(product, variant), _REMEMBERED
        )
        # Nothing about buyers is kept.
        self._customers = DetailReader(
            client, isolation, "Customer", build_customers_query(customer), 0
        )
        self._catalog = Catalog(client, context.remark)
        self._holds = Holds(client, isolation)
        self._routes = Routes(client, isolation)
        self._counts: TTLCache[Span, int] = TTLCache(_MOST_COUNTS, _COUNT_REMEMBERED)

    async def list_held(
        self, span: Span, first: Sequence[wire.Order | RejectedOrder]
    ) -> tuple[Mapping[int, Held] | None, int | None]:
        """What is held, by order, and the shop's count of the orders of `span`; as
        `HeldList` says. Nothing where the settings do not want it. How the `first` orders travel is
        asked for beside it.
        """
        if not self._settings.holds:
            return {}, None
        orders = [one for one in first if isinstance(one, wire.Order)]
        beside = self._routes.list_unknown(orders) if self._settings.delivery_methods else []
        found = await self._holds.list_held(span, beside)
        await self._routes.take(orders, beside, found.routes)
        if found.count is not None:
            self._counts[span] = found.count
        return found.held, found.count

    def take_count(self, span: Span) -> int | None:
        """The count that a walk of this span has just begun with, for one asker; None if none."""
        return self._counts.pop(span, None)

    async def find_around(
        self, batch: Sequence[wire.Order | RejectedOrder], held: Mapping[int, Held] | None
    ) -> Around:
        """What belongs to these orders, asked for side by side; `held` is None where it is to be
        asked for.
        """
        orders = [one for one in batch if isinstance(one, wire.Order)]
        faults: dict[int, str] = {}
        details, found, routes, variants = await run_together(
            self._find_details(orders, faults),
            self._find_held(orders, held),
            self._find_routes(orders),
            self._find_variants(orders),
        )
        return Around(details=details, faults=faults, held=found, routes=routes, variants=variants)

    async def _find_held(
        self, orders: Sequence[wire.Order], held: Mapping[int, Held] | None
    ) -> Mapping[int, Held | PartError]:
        return await self._holds.find_held(orders) if held is None else held

    async def _find_routes(self, orders: Sequence[wire.Order]) -> Mapping[int, Route | PartError]:
        return await self._routes.find_routes(orders) if self._settings.delivery_methods else {}

    async def _find_details(self, orders: Sequence[wire.Order], faults: dict[int, str]) -> Details:
        """What the store's own expressions look up. `faults` is filled with the reasons of the
        orders that an address or a condition keeps back, because it cannot be had.
        """
        lines = {line.variant_id for order in orders for line in order.line_items or ()}
        people = {order.id: order.customer.id for order in orders if order.customer is not None}
        variants = await self._products.find(lines)
        customers = await self._customers.find(people.values())
        for order, person in people.items():
            if isinstance(fault := customers.get(person or 0), PartError) and self._needs_customer:
                faults[order] = f"customer: {fault}"
        return Details(
            variants=dict(self._leave_out_faults("product", variants)),
            customers=dict(self._leave_out_faults("customer", customers)),
        )

    def _leave_out_faults(
        self, part: str, found: Mapping[int, Found]
    ) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for number, one in found.items():
            if not isinstance(one, PartError):
                yield number, one
                continue
            text = f"What `fields` looks up in a {part} is not filled in: {one}"
            self._remark(Remark(about=f"{part}s", text=text, quoted=str(one)))

    async def _find_variants(self, orders: Sequence[wire.Order]) -> Mapping[int, Variant]:
        if not orders or not self._settings.product_details:
            return {}
        return await self._catalog.find_variants(orders)
