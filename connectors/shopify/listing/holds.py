"""Which orders may not be shipped now: on hold, or scheduled for later.

REST's lists of orders do not say it. Only GraphQL can ask for all held fulfillment orders of the
shop at once, instead of order by order, so both transports use it for this. In a shop where very
many are held, as with prepaid subscriptions, the orders at hand are asked for instead.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from connectors.errors import AuthenticationError
from connectors.shopify.api import queries
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.graphql_fulfillment import GraphqlFulfillment
from connectors.shopify.api.graphql_wire import Node, Rows, read_gid, write_gid
from connectors.shopify.api.graphql_wire_fulfillment import FulfillmentOrderNode
from connectors.shopify.mapping.statuses import Held, count_left, read_held, read_state
from connectors.shopify.mapping.wire import Order
from connectors.shopify.mapping.wire_fulfillment import FulfillmentOrder

# Pages of twenty fulfillment orders.
MOST_PAGES = 10
_BATCH = 250
_REASONS = {"ON_HOLD": "On hold", "SCHEDULED": "Scheduled for later"}
_SEARCH = "status:ON_HOLD OR status:SCHEDULED"
_log = structlog.get_logger(__name__)


class _HeldRows(Node, frozen=True):
    fulfillment_orders: Rows[FulfillmentOrderNode]


class _State(Node, frozen=True):
    id: str = ""
    display_fulfillment_status: str | None = None


class _States(Node, frozen=True):
    nodes: tuple[_State | None, ...]


class Holds:
    """Asks one shop."""

    def __init__(self, client: GraphqlClient) -> None:
        self._client = client
        self._fulfillment = GraphqlFulfillment(client)
        self._forbidden = False

    async def list_held(self) -> dict[int, Held] | None:
        """What is held, by order; None if that is too much to read at each poll: then use
        `find_held` for the orders at hand.

        Empty, with a warning, if the app has no right to see fulfillment orders.
        """
        if self._forbidden:
            return {}
        found: dict[int, list[FulfillmentOrder]] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            try:
                rows = (
                    await self._client.ask(
                        queries.HELD, {"after": cursor, "query": _SEARCH}, _HeldRows
                    )
                ).fulfillment_orders
            except AuthenticationError as error:
                self._forbidden = True
                _log.warning("shop_hides_holds", error=str(error))
                return {}
            for node in rows.nodes:
                if node.order is not None:
                    order = read_gid(node.order.id)
                    found.setdefault(order, []).append(
                        await self._fulfillment.to_fulfillment_order(node)
                    )
            following = rows.cursor
            if not following or following == cursor:
                return {
                    order: held
                    for order, ones in found.items()
                    if (held := read_held(ones)) is not None
                }
            cursor = following
        return None

    async def find_held(self, orders: Iterable[Order]) -> dict[int, Held]:
        """Which of these orders are held as a whole; those that are held in part are not found."""
        open_orders = {order.id: order for order in orders if not read_state(order, None).over}
        held: dict[int, Held] = {}
        numbers = sorted(open_orders)
        for start in range(0, len(numbers), _BATCH):
            ids = [write_gid("Order", number) for number in numbers[start : start + _BATCH]]
            for node in (
                await self._client.ask(queries.STATES, {"ids": ids}, _States, size=len(ids))
            ).nodes:
                reason = _REASONS.get((node.display_fulfillment_status or "") if node else "")
                if node is not None and reason:
                    order = open_orders[read_gid(node.id)]
                    units = {line.id: count_left(order, line) for line in order.line_items or ()}
                    held[order.id] = Held(units=units, reasons=(reason,))
        return held
