"""How orders travel, and where to, asked for many orders at once.

REST's lists of orders do not say it, and its fulfillment orders are asked for order by order. So
both transports use GraphQL for this: at first what is the same for most orders, then the lines of
those orders whose goods part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice

import msgspec
import structlog
from cachetools import TTLCache

from connectors.errors import AuthenticationError, PartError
from connectors.shopify.api import queries
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.graphql_fulfillment import GraphqlFulfillment
from connectors.shopify.api.graphql_wire import Node, write_gid
from connectors.shopify.api.graphql_wire_fulfillment import (
    FulfillmentOrderNode,
    OrderFulfillmentOrders,
)
from connectors.shopify.api.transport import LARGEST_PAGE
from connectors.shopify.listing.batches import ask_in_batches
from connectors.shopify.mapping.routes import Route, list_live, needs_lines, read_route
from connectors.shopify.mapping.statuses import read_state
from connectors.shopify.mapping.wire import Order
from connectors.shopify.mapping.wire_fulfillment import FulfillmentOrder
from connectors.upstream.isolation import Isolation

# Of so many orders the shop is asked at first, alone and beside what is held, and of so many
# fulfillment orders with their lines: all stay well below the dearest query that Shopify answers.
_ORDERS = 60
_ORDERS_BESIDE = 25
_PARTED = 10
_REMEMBERED = 20_000
_FOR_SECONDS = 3600.0
_log = structlog.get_logger("portside.shopify")

Found = Route | PartError


class _Orders(Node, frozen=True):
    nodes: tuple[OrderFulfillmentOrders | None, ...]


class _Lines(Node, frozen=True):
    nodes: tuple[FulfillmentOrderNode | None, ...]


class Routes:
    """Asks one shop, and remembers what it said of an order until the order changes."""

    def __init__(self, client: GraphqlClient, isolation: Isolation) -> None:
        self._parts = client.for_parts(once=False)
        self._isolation = isolation
        self._fulfillment = GraphqlFulfillment(self._parts)
        self._known: TTLCache[tuple[int, datetime], Route] = TTLCache(_REMEMBERED, _FOR_SECONDS)
        self._forbidden = False

    async def find_routes(self, orders: Iterable[Order]) -> Mapping[int, Found]:
        """How these orders travel; nothing of one that is over, and an error in place of an order
        of which the shop does not say it although it answers others.

        Nothing, with a warning, if the app has no right to see fulfillment orders.
        """
        wanted = {order.id: order for order in orders if _is_open(order)}
        unknown = left = self.list_unknown(wanted.values(), len(wanted))
        found: dict[int, Found] = {
            number: self._known[number, order.updated_at]
            for number, order in wanted.items()
            if number not in unknown
        }
        while left and not self._forbidden:
            size = self._parts.budget.count_affordable(
                queries.ROUTES, at_first=_ORDERS, most=LARGEST_PAGE
            )
            batch, left = left[:size], left[size:]
            try:
                found |= await self._ask(batch)
            except AuthenticationError as error:
                self._forbidden = True
                _log.warning("Shop hides delivery methods.", error=error)
        for number in unknown:
            if isinstance(route := found.get(number), Route):
                self._known[number, wanted[number].updated_at] = route
        return found

    def list_unknown(self, orders: Iterable[Order], most: int = _ORDERS_BESIDE) -> list[int]:
        """The ids of the first of these orders that have to be asked for."""
        unknown = (
            order.id
            for order in orders
            if _is_open(order) and (order.id, order.updated_at) not in self._known
        )
        return list(islice(unknown, most))

    async def take(
        self,
        orders: Iterable[Order],
        numbers: Sequence[int],
        nodes: Sequence[OrderFulfillmentOrders | None],
    ) -> None:
        """Remember what was asked for by these numbers beside something else, as far as it says all
        of an order.
        """
        changed = {order.id: order.updated_at for order in orders}
        for number, node in zip(numbers, nodes, strict=False):
            rows = node.fulfillment_orders if node is not None else None
            if rows is None or rows.page_info.has_next_page:
                continue
            live = list_live(
                [await self._fulfillment.to_fulfillment_order(one) for one in rows.nodes]
            )
            if not needs_lines(live):
                self._known[number, changed[number]] = read_route(live)

    async def _ask(self, numbers: Sequence[int]) -> dict[int, Found]:
        return await ask_in_batches(
            self._isolation, "delivery methods", numbers, self._read_routes, self._parts
        )

    async def _read_routes(self, numbers: Sequence[int]) -> dict[int, Found]:
        ids = [write_gid("Order", number) for number in numbers]
        answer, failed = await self._parts.ask_rows(
            queries.ROUTES, {"ids": ids}, _Orders, size=len(ids)
        )
        found: dict[int, Found] = {}
        parted: dict[int, list[FulfillmentOrder]] = {}
        for place, (number, node) in enumerate(zip(numbers, answer.nodes, strict=False)):
            if place in failed:
                found[number] = PartError(failed[place])
                continue
            rows = node.fulfillment_orders if node is not None else None
            if rows is not None and rows.page_info.has_next_page:
                every = await self._fulfillment.read_fulfillment_orders(number)
            else:
                nodes = rows.nodes if rows is not None else ()
                every = tuple([await self._fulfillment.to_fulfillment_order(one) for one in nodes])
            live = list_live(every)
            if needs_lines(live) and not any(one.lines for one in live):
                parted[number] = live
            else:
                found[number] = read_route(live)
        lines = await self._read_lines([one.id for live in parted.values() for one in live])
        for number, live in parted.items():
            found[number] = read_route(
                [msgspec.structs.replace(one, line_items=lines[one.id].line_items) for one in live]
            )
        return found

    async def _read_lines(self, numbers: Sequence[int]) -> Mapping[int, FulfillmentOrder]:
        """These fulfillment orders with their lines."""
        found: dict[int, FulfillmentOrder] = {}
        for start in range(0, len(numbers), _PARTED):
            batch = numbers[start : start + _PARTED]
            ids = [write_gid("FulfillmentOrder", number) for number in batch]
            answer = await self._parts.ask(queries.ROUTE_LINES, {"ids": ids}, _Lines, size=len(ids))
            for node in answer.nodes:
                if node is not None:
                    one = await self._fulfillment.to_fulfillment_order(node)
                    found[one.id] = one
        if lacking := set(numbers) - found.keys():
            raise PartError(f"Shopify does not give the fulfillment order {min(lacking)}.")
        return found


def _is_open(order: Order) -> bool:
    """Whether something of it may still be brought to the buyer."""
    goods = any(line.requires_shipping for line in order.line_items or ())
    return goods and not read_state(order, None).over
