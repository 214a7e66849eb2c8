"""Shopify's GraphQL Admin API as a `Transport`: the one that stays; orders cost more, and have
lists that are paged on their own.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Self, TypeVar

import msgspec

from connectors.errors import PartError, RefusedError
from connectors.interface import Remark, remark_left_out
from connectors.orders import RejectedOrder
from connectors.reading.complaints import UNDECODABLE
from connectors.reading.rows import find_mark
from connectors.shopify.api import queries
from connectors.shopify.api.graphql_client import COST_CODE, GraphqlClient
from connectors.shopify.api.graphql_fulfillment import GraphqlFulfillment, collect_rows
from connectors.shopify.api.graphql_orders import (
    decode_stamp,
    reject_node,
    to_line,
    to_order,
    to_shipping_line,
)
from connectors.shopify.api.graphql_wire import (
    Line,
    Node,
    Order,
    Rows,
    ShippingLine,
    read_gid,
    write_gid,
)
from connectors.shopify.api.search import quote_phrase, write_search
from connectors.shopify.api.transport import (
    COUNTED_ORDERS,
    LARGEST_PAGE,
    ExpiredCursorError,
    OrderPage,
    Span,
)
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.order import reject_marked, reject_order, reject_raw
from connectors.shopify.mapping.rules import Money
from connectors.turns import Turns, map_in_turns, measure_bytes, run_aside
from connectors.upstream.isolation import Isolation

T = TypeVar("T")
_FetchRows = Callable[[str, str], Awaitable[T]]
# Until the first answer has said what an order costs.
_FIRST_SIZE = 5
# How many orders are asked for at once by their ids.
_BY_ID = 5


class _OrderRows(Node, frozen=True):
    orders: Rows[msgspec.Raw]


class _Nodes(Node, frozen=True):
    nodes: tuple[msgspec.Raw, ...]


class _Named(Node, frozen=True):
    id: str
    name: str | None = None


class _NamedRows(Node, frozen=True):
    orders: Rows[_Named]


class Count(Node, frozen=True):
    """How many orders a search finds."""

    count: int

    @property
    def known(self) -> int | None:
        """The count, None where there are more than Shopify counts."""
        return self.count if 0 <= self.count <= COUNTED_ORDERS else None


class _Counted(Node, frozen=True):
    orders_count: Count | None = None


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
    """`side` is the side of amounts that the settings choose; `isolation` decides whose fault a
    list of one order is that cannot be read on.
    """

    name = "graphql"

    def __init__(
        self,
        client: GraphqlClient,
        side: Money,
        isolation: Isolation,
        remark: Callable[[Remark], None],
    ) -> None:
        super().__init__(client)
        self._remark = remark
        self._side = side
        self._isolation = isolation
        self._orders = queries.build_orders_query(side)
        self._most = _FIRST_SIZE

    async def read_page(self, span: Span, size: int, cursor: str) -> OrderPage:
        """As many orders as one query may cost, at most `size`."""
        found, failed, asked = await self._list_orders(span, size, cursor)
        rows = found.orders
        orders = await self._read_rows(rows.nodes, failed)
        remark_left_out(self._remark, len(rows.nodes), len(orders))
        return OrderPage(
            orders=tuple(orders),
            cursor=rows.cursor,
            asked=asked,
            is_broken=len(orders) < len(rows.nodes) or rows.is_cut,
        )

    async def _read_rows(
        self, nodes: Sequence[msgspec.Raw], failed: Mapping[int, str]
    ) -> list[wire.Order | RejectedOrder]:
        """The rows that are orders. One of which a part failed is rejected with Shopify's words."""
        orders, turns = [], Turns()
        for place, raw in enumerate(nodes):
            await turns.spend(measure_bytes(raw))
            if bytes(raw) in (b"null", b"{}"):
                continue
            order = await self._to_order(raw)
            if place in failed and isinstance(order, wire.Order):
                order = reject_order(order, failed[place])
            if isinstance(order, wire.Order) or order.id or order.number:
                orders.append(order)
        return orders

    async def _list_orders(
        self, span: Span, size: int, cursor: str
    ) -> tuple[_OrderRows, dict[int, str], int]:
        while True:
            first = self._client.budget.count_affordable(
                self._orders, at_first=self._most, most=min(size, LARGEST_PAGE)
            )
            variables = {"first": first, "after": cursor or None, "query": write_search(span)}
            try:
                found, failed = await self._client.ask_rows(
                    self._orders, variables, _OrderRows, size=first, splits=True
                )
            except RefusedError as error:
                if error.code == COST_CODE and first > 1:
                    self._most = first // 2
                    continue
                if cursor and "cursor" in str(error).lower():
                    raise ExpiredCursorError(
                        f"Listing orders: the cursor has expired ({error})"
                    ) from error
                raise
            else:
                return found, failed, first

    async def read_stamps(
        self, span: Span, after: int, most: int = LARGEST_PAGE
    ) -> tuple[wire.Stamp, ...]:
        """Sorted by id, so that nothing moves while they are read."""
        variables = {"first": most, "query": f"{write_search(span)} AND id:>{after}"}
        answer, _ = await self._client.ask_rows(queries.STAMPS, variables, _OrderRows)
        decoded = await map_in_turns(decode_stamp, answer.orders.nodes, measure_bytes)
        stamps = [stamp for stamp in decoded if stamp]
        remark_left_out(self._remark, len(answer.orders.nodes), len(stamps))
        return tuple(sorted(stamps, key=lambda stamp: stamp.id))

    def for_parts(self, *, once: bool) -> Self:
        """With its own way through `Upstream`."""
        twin = copy.copy(self)
        twin._client = self._client.for_parts(once=once)  # noqa: SLF001 - the same class
        return twin

    async def read_orders(self, ids: tuple[int, ...]) -> tuple[wire.Order | RejectedOrder, ...]:
        """A few at a time, because of their cost."""
        found: list[wire.Order | RejectedOrder] = []
        query = queries.build_orders_by_id_query(self._side)
        for start in range(0, len(ids), _BY_ID):
            wanted = [write_gid("Order", number) for number in ids[start : start + _BY_ID]]
            answer, failed = await self._client.ask_rows(
                query, {"ids": wanted}, _Nodes, size=len(wanted)
            )
            found += await self._read_rows(answer.nodes, failed)
            found += [
                reject_node(ids[start + place], failed[place])
                for place, raw in enumerate(answer.nodes)
                if place in failed and bytes(raw) == b"null"
            ]
        return tuple(found)

    async def read_order(self, order_id: int) -> wire.Order | RejectedOrder | None:
        """None if there is no such node."""
        return next(iter(await self.read_orders((order_id,))), None)

    async def count_orders(self, span: Span) -> int | None:
        """None where there are more than Shopify counts."""
        counted = (
            await self._client.ask(queries.COUNT, {"query": write_search(span)}, _Counted)
        ).orders_count
        return counted.known if counted is not None else None

    async def find_orders(self, name: str) -> tuple[int, ...]:
        """The search is loose, so names are compared here."""
        bare = name.removeprefix("#")
        rows = (
            await self._client.ask(
                queries.NAMED, {"query": f"name:{quote_phrase(bare)}"}, _NamedRows
            )
        ).orders
        return tuple(
            read_gid(row.id) for row in rows.nodes if (row.name or "").removeprefix("#") == bare
        )

    async def _to_order(self, raw: msgspec.Raw) -> wire.Order | RejectedOrder:
        """An order in the REST shape; lists that the page cut short are read to their end."""
        if mark := find_mark(raw):
            rejected = reject_marked(raw, mark)
            return msgspec.structs.replace(rejected, id=rejected.id.rpartition("/")[2])
        try:
            order = await run_aside(measure_bytes(raw), _ORDER.decode, raw)
            lines = await collect_rows(
                order.line_items, partial(self._read_part, self._read_more_lines, order.id)
            )
            shipping = await collect_rows(
                order.shipping_lines, partial(self._read_part, self._read_more_shipping, order.id)
            )
            return await run_aside(
                measure_bytes(raw),
                to_order,
                order,
                tuple(map(to_line, lines)),
                tuple(map(to_shipping_line, shipping)),
            )
        except UNDECODABLE as error:
            rejected = reject_raw(raw, error)
            return msgspec.structs.replace(rejected, id=rejected.id.rpartition("/")[2])
        except PartError as error:
            rejected = reject_raw(raw, msgspec.DecodeError(str(error)))
            return msgspec.structs.replace(
                rejected, id=rejected.id.rpartition("/")[2], reason=f"lines: {error}"
            )

    async def _read_part(self, fetch: _FetchRows[T], order: str, cursor: str) -> T:
        ask, probe = partial(fetch, order, cursor), partial(self.read_stamps, Span(), 0, most=1)
        return await self._isolation.fetch("lines of an order", ask, probe=probe)

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
