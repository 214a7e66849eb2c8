"""Which orders may not be shipped now: on hold, or scheduled for later.

REST's lists of orders do not say it. Only GraphQL can ask for all held fulfillment orders of the
shop at once, instead of order by order, so both transports use it for this. In a shop where very
many are held, as with prepaid subscriptions, the orders at hand are asked for instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog

from connectors.errors import (
    AuthenticationError,
    PartError,
    RefusedError,
    TemporaryError,
    UnreadableResponseError,
)
from connectors.shopify.api import queries
from connectors.shopify.api.graphql import Count
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.graphql_fulfillment import GraphqlFulfillment
from connectors.shopify.api.graphql_wire import Node, Rows, read_gid, write_gid
from connectors.shopify.api.graphql_wire_fulfillment import FulfillmentOrderNode
from connectors.shopify.api.search import write_search
from connectors.shopify.api.transport import Span
from connectors.shopify.listing.batches import ask_in_batches
from connectors.shopify.mapping.statuses import Held, count_left, read_held, read_state
from connectors.shopify.mapping.wire import Order
from connectors.shopify.mapping.wire_fulfillment import FulfillmentOrder
from connectors.upstream.isolation import Isolation, is_shops_own

# Pages of twenty fulfillment orders.
MOST_PAGES = 10
_BATCH = 250
_REASONS = {"ON_HOLD": "On hold", "SCHEDULED": "Scheduled for later"}
_SEARCH = "status:ON_HOLD OR status:SCHEDULED"
_log = structlog.get_logger(__name__)


class _HeldRows(Node, frozen=True):
    fulfillment_orders: Rows[FulfillmentOrderNode | None]
    orders_count: Count | None = None


class _State(Node, frozen=True):
    display_fulfillment_status: str | None = None


class _States(Node, frozen=True):
    nodes: tuple[_State | None, ...]


class Holds:
    """Asks one shop."""

    def __init__(self, client: GraphqlClient, isolation: Isolation) -> None:
        self._client = client
        self._parts = client.for_parts(once=False)
        self._isolation = isolation
        self._fulfillment = GraphqlFulfillment(client)
        self._forbidden = False

    async def list_held(self, span: Span) -> tuple[dict[int, Held] | None, int | None]:
        """What is held, by order, and the shop's count of the orders of `span`.

        In place of what is held None if that is too much to read at each poll, or cannot be read:
        then use `find_held` for the orders at hand. Empty, with a warning, if the app has no right
        to see fulfillment orders. The count is None where it is not known.
        """
        if self._forbidden:
            return {}, None
        try:
            return await self._read_held(span)
        except AuthenticationError as error:
            self._forbidden = True
            _log.warning("Shop hides holds.", error=error)
            return {}, None
        except (TemporaryError, PartError, UnreadableResponseError, RefusedError) as error:
            if is_shops_own(error):
                raise
            _log.warning("Shop does not list holds.", error=error)
            return None, None

    async def _read_held(self, span: Span) -> tuple[dict[int, Held] | None, int | None]:
        found: dict[int, list[FulfillmentOrder]] = {}
        cursor, count = "", None
        for page in range(MOST_PAGES):
            variables: dict[str, str | None] = {"after": cursor or None, "query": _SEARCH}
            query = queries.HELD
            if page == 0:
                query, variables["orders"] = queries.HELD_AND_COUNT, write_search(span)
            answer, failed = await self._client.ask_rows(query, variables, _HeldRows)
            rows = answer.fulfillment_orders
            if page == 0 and answer.orders_count is not None:
                count = answer.orders_count.known
            if failed or None in rows.nodes or rows.is_cut or (page and rows.cursor == cursor):
                return None, count
            for node in rows.nodes:
                if node is not None and node.order is not None:
                    held = await self._fulfillment.to_fulfillment_order(node)
                    found.setdefault(read_gid(node.order.id), []).append(held)
            cursor = rows.cursor
            if not cursor:
                units = {order: read_held(ones) for order, ones in found.items()}
                return {order: held for order, held in units.items() if held is not None}, count
        return None, count

    async def find_held(self, orders: Iterable[Order]) -> dict[int, Held | PartError]:
        """Which of these orders are held as a whole; those that are held in part are not found.

        An error in place of an order of which the shop does not say it, although it answers others.
        """
        open_orders = {order.id: order for order in orders if not read_state(order, None).over}
        held: dict[int, Held | PartError] = {}
        numbers = sorted(open_orders)
        for start in range(0, len(numbers), _BATCH):
            for number, word in (await self._read_words(numbers[start : start + _BATCH])).items():
                order = open_orders[number]
                if isinstance(word, PartError):
                    held[number] = word
                elif reason := _REASONS.get(word):
                    units = {line.id: count_left(order, line) for line in order.line_items or ()}
                    held[number] = Held(units=units, reasons=(reason,))
        return held

    async def _read_words(self, numbers: list[int]) -> dict[int, str | PartError]:
        """The word for the state of each order."""
        return await ask_in_batches(self._isolation, "holds", numbers, self._ask_words, self._parts)

    async def _ask_words(self, numbers: Sequence[int]) -> dict[int, str | PartError]:
        ids = [write_gid("Order", number) for number in numbers]
        answer, failed = await self._parts.ask_rows(
            queries.STATES, {"ids": ids}, _States, size=len(ids)
        )
        words: dict[int, str | PartError] = {
            number: (node.display_fulfillment_status or "") if node else ""
            for number, node in zip(numbers, answer.nodes, strict=False)
        }
        return words | {
            number: PartError(failed[place])
            for place, number in enumerate(numbers)
            if place in failed
        }
