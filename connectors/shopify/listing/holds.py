"""Which orders may not be shipped now: on hold, or scheduled for later.

REST's lists of orders do not say it. Only GraphQL can ask for all held fulfillment orders of the
shop at once, instead of order by order, so both transports use it for this. In a shop where very
many are held, as with prepaid subscriptions, the orders at hand are asked for instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
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
from connectors.shopify.api.graphql_wire_fulfillment import (
    FulfillmentOrderNode,
    OrderFulfillmentOrders,
)
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
_log = structlog.get_logger("portside.shopify")


class _HeldRows(Node, frozen=True):
    fulfillment_orders: Rows[FulfillmentOrderNode | None]
    orders_count: Count | None = None
    nodes: tuple[OrderFulfillmentOrders | None, ...] = ()


class HeldList(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop holds, by order, and its count of a span's orders.

    `held` is None if that is too much to read at each poll, or cannot be read; `count` where it is
    not known. `routes` are the fulfillment orders of the orders that were asked for beside it.
    """

    held: Mapping[int, Held] | None = None
    count: int | None = None
    routes: Sequence[OrderFulfillmentOrders | None] = ()


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
        self._joins = True

    async def list_held(self, span: Span, beside: Sequence[int]) -> HeldList:
        """What is held, the shop's count of the orders of `span`, and in the same request how the
        orders with the ids `beside` travel. Where that is asked for in vain, it is left out.

        Where nothing can be said of what is held, use `find_held` for the orders at hand. Nothing
        is held, with a warning, if the app has no right to see fulfillment orders.
        """
        if self._forbidden:
            return HeldList(held={})
        if beside and self._joins:
            try:
                return await self._read_held(span, beside)
            except (TemporaryError, PartError, UnreadableResponseError, RefusedError) as error:
                if is_shops_own(error):
                    raise
                self._joins = not isinstance(error, RefusedError)
            except AuthenticationError:
                self._joins = False
        try:
            return await self._read_held(span)
        except AuthenticationError as error:
            self._forbidden = True
            _log.warning("Shop hides holds.", error=error)
            return HeldList(held={})
        except (TemporaryError, PartError, UnreadableResponseError, RefusedError) as error:
            if is_shops_own(error):
                raise
            _log.warning("Shop does not list holds.", error=error)
            return HeldList()

    async def _read_held(self, span: Span, beside: Sequence[int] = ()) -> HeldList:
        """Raises `PartError` where the shop fails over a row of what was asked for `beside`."""
        found: dict[int, list[FulfillmentOrder]] = {}
        first = await self._ask_first(span, beside)
        count = first.orders_count.known if first.orders_count is not None else None
        cursor, rows = "", first.fulfillment_orders
        for page in range(MOST_PAGES):
            if page:
                more, failed = await self._client.ask_rows(
                    queries.HELD, {"after": cursor, "query": _SEARCH}, _HeldRows
                )
                if failed:
                    break
                rows = more.fulfillment_orders
            if None in rows.nodes or rows.is_cut or (page and rows.cursor == cursor):
                break
            for node in rows.nodes:
                if node is not None and node.order is not None:
                    held = await self._fulfillment.to_fulfillment_order(node)
                    found.setdefault(read_gid(node.order.id), []).append(held)
            cursor = rows.cursor
            if not cursor:
                units = {order: read_held(ones) for order, ones in found.items()}
                known = {order: held for order, held in units.items() if held is not None}
                return HeldList(held=known, count=count, routes=first.nodes)
        return HeldList(count=count, routes=first.nodes)

    async def _ask_first(self, span: Span, beside: Sequence[int]) -> _HeldRows:
        """The first page of what is held, with all that is asked for beside it."""
        query, ids, client = queries.HELD_AND_COUNT, {}, self._client
        if beside:
            # What fails here is asked for on its own next.
            query, client = queries.HELD_COUNT_AND_ROUTES, self._client.for_parts(once=True)
            ids = {"ids": [write_gid("Order", number) for number in beside]}
        variables = {"after": None, "query": _SEARCH, "orders": write_search(span), **ids}
        answer, failed = await client.ask_rows(query, variables, _HeldRows)
        if not failed:
            return answer
        if beside:
            raise PartError(next(iter(failed.values())))
        # What is held cannot be told by such a list.
        return msgspec.structs.replace(answer, fulfillment_orders=Rows(nodes=(None,)))

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
