"""Shopify's GraphQL Admin API as a `Transport`: the one that stays; orders cost more, and have
lists that are paged on their own.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from connectors.errors import RefusedError
from connectors.orders import RejectedOrder
from connectors.reading.complaints import UNDECODABLE
from connectors.shopify.api import queries
from connectors.shopify.api.graphql_client import COST_CODE, GraphqlClient
from connectors.shopify.api.graphql_fulfillment import GraphqlFulfillment, collect_rows
from connectors.shopify.api.graphql_orders import to_line, to_order, to_shipping_line
from connectors.shopify.api.graphql_wire import (
    Line,
    Node,
    Order,
    Rows,
    ShippingLine,
    read_gid,
    write_gid,
)
from connectors.shopify.api.rest import write_moment
from connectors.shopify.api.transport import (
    COUNTED_ORDERS,
    LARGEST_PAGE,
    ExpiredCursorError,
    OrderPage,
    Span,
    StampPage,
)
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.order import reject_raw
from connectors.shopify.mapping.rules import Money

# Shopify refuses a query that costs more.
_DEAREST = 1000.0
# Until the first answer has said what an order costs.
_FIRST_SIZE = 5
# How many orders are asked for at once by their ids.
_BY_ID = 5
_UNSHIPPED_STATES = (
    "unfulfilled",
    "unshipped",
    "partial",
    "scheduled",
    "on_hold",
    "request_declined",
)


class _OrderRows(Node, frozen=True):
    orders: Rows[msgspec.Raw]


class _Nodes(Node, frozen=True):
    nodes: tuple[msgspec.Raw, ...]


class _Stamp(Node, frozen=True):
    id: str
    updated_at: datetime


class _StampRows(Node, frozen=True):
    orders: Rows[_Stamp]


class _Named(Node, frozen=True):
    id: str
    name: str | None = None


class _NamedRows(Node, frozen=True):
    orders: Rows[_Named]


class _Count(Node, frozen=True):
    count: int


class _Counted(Node, frozen=True):
    orders_count: _Count | None = None


class _MoreLines(Node, frozen=True):
    line_items: Rows[Line]


class _OrderWithLines(Node, frozen=True):
    order: _MoreLines | None = None


class _MoreShipping(Node, frozen=True):
    shipping_lines: Rows[ShippingLine]


class _OrderWithShipping(Node, frozen=True):
    order: _MoreShipping | None = None


_ORDER = msgspec.json.Decoder(Order)


class GraphqlTransport(GraphqlFulfillment):
    """`side` is the side of amounts that the settings choose."""

    name = "graphql"

    def __init__(self, client: GraphqlClient, side: Money) -> None:
        super().__init__(client)
        self._side = side
        self._orders = queries.build_orders_query(side)
        self._most = _FIRST_SIZE

    async def read_page(self, span: Span, size: int, cursor: str) -> OrderPage:
        """As many orders as one query may cost, at most `size`."""
        rows = (await self._list_orders(span, size, cursor)).orders
        return OrderPage(
            orders=tuple([await self._to_order(raw) for raw in rows.nodes]), cursor=rows.cursor
        )

    async def _list_orders(self, span: Span, size: int, cursor: str) -> _OrderRows:
        while True:
            first = min(size, self._count_affordable())
            variables = {"first": first, "after": cursor or None, "query": _write_search(span)}
            try:
                return await self._client.ask(self._orders, variables, _OrderRows, size=first)
            except RefusedError as error:
                if error.code == COST_CODE and first > 1:
                    self._most = first // 2
                    continue
                if cursor and "cursor" in str(error).lower():
                    raise ExpiredCursorError(
                        f"Listing orders: the cursor has expired ({error})"
                    ) from error
                raise

    def _count_affordable(self) -> int:
        """How many orders one query may ask for, by the cost that the shop has stated."""
        cost = self._client.find_cost(self._orders)
        if cost is None:
            return self._most
        return max(
            min(int(min(_DEAREST, self._client.ceiling or _DEAREST) / cost), LARGEST_PAGE), 1
        )

    async def read_stamps(self, span: Span, cursor: str) -> StampPage:
        """Sorted by id, so that nothing moves while they are read."""
        variables = {"first": LARGEST_PAGE, "after": cursor or None, "query": _write_search(span)}
        rows = (await self._client.ask(queries.STAMPS, variables, _StampRows)).orders
        stamps = tuple(wire.Stamp(read_gid(row.id), row.updated_at) for row in rows.nodes)
        return StampPage(stamps=stamps, cursor=rows.cursor)

    async def read_orders(self, ids: tuple[int, ...]) -> tuple[wire.Order | RejectedOrder, ...]:
        """A few at a time, because of their cost."""
        found: list[wire.Order | RejectedOrder] = []
        query = queries.build_orders_by_id_query(self._side)
        for start in range(0, len(ids), _BY_ID):
            wanted = [write_gid("Order", number) for number in ids[start : start + _BY_ID]]
            answer = await self._client.ask(query, {"ids": wanted}, _Nodes, size=len(wanted))
            found += [
                await self._to_order(raw)
                for raw in answer.nodes
                if bytes(raw) not in (b"null", b"{}")
            ]
        return tuple(found)

    async def read_order(self, order_id: int) -> wire.Order | RejectedOrder | None:
        """None if there is no such node."""
        return next(iter(await self.read_orders((order_id,))), None)

    async def count_orders(self, span: Span) -> int | None:
        """None where there are more than Shopify counts."""
        counted = (
            await self._client.ask(queries.COUNT, {"query": _write_search(span)}, _Counted)
        ).orders_count
        return counted.count if counted is not None and counted.count <= COUNTED_ORDERS else None

    async def find_orders(self, name: str) -> tuple[int, ...]:
        """The search is loose, so names are compared here."""
        bare = name.removeprefix("#")
        rows = (
            await self._client.ask(queries.NAMED, {"query": f"name:{_quote(bare)}"}, _NamedRows)
        ).orders
        return tuple(
            read_gid(row.id) for row in rows.nodes if (row.name or "").removeprefix("#") == bare
        )

    async def _to_order(self, raw: msgspec.Raw) -> wire.Order | RejectedOrder:
        """An order in the REST shape; lists that the page cut short are read to their end."""
        try:
            order = _ORDER.decode(raw)
            lines = await collect_rows(
                order.line_items, lambda cursor: self._read_more_lines(order.id, cursor)
            )
            shipping = await collect_rows(
                order.shipping_lines, lambda cursor: self._read_more_shipping(order.id, cursor)
            )
            return to_order(
                order, tuple(map(to_line, lines)), tuple(map(to_shipping_line, shipping))
            )
        except UNDECODABLE as error:
            rejected = reject_raw(raw, error)
            return msgspec.structs.replace(rejected, id=rejected.id.rpartition("/")[2])

    async def _read_more_lines(self, order: str, cursor: str) -> Rows[Line] | None:
        answer = await self._client.ask(
            queries.build_more_lines_query(self._side),
            {"id": order, "after": cursor},
            _OrderWithLines,
        )
        return answer.order.line_items if answer.order else None

    async def _read_more_shipping(self, order: str, cursor: str) -> Rows[ShippingLine] | None:
        answer = await self._client.ask(
            queries.build_more_shipping_query(self._side),
            {"id": order, "after": cursor},
            _OrderWithShipping,
        )
        return answer.order.shipping_lines if answer.order else None


def _write_search(span: Span) -> str:
    """The span in Shopify's search language; times are whole seconds, both bounds are inclusive."""
    terms = []
    if span.start is not None:
        terms.append(f"updated_at:>='{write_moment(span.start)}'")
    if span.end is not None:
        terms.append(f"updated_at:<='{write_moment(span.end)}'")
    if span.unshipped:
        states = " OR ".join(f"fulfillment_status:{state}" for state in _UNSHIPPED_STATES)
        terms.append(f"({states})")
    return " AND ".join([*terms, "status:any"])


def _quote(text: str) -> str:
    """A value of a search, as a phrase."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
