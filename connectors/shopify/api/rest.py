"""Shopify's REST Admin API as a `Transport`: few requests, exact inclusive filters, one
JSON shape.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Self

import msgspec

from connectors.errors import RefusedError
from connectors.filling import FieldFiller
from connectors.interface import Remark, remark_left_out
from connectors.orders import RejectedOrder
from connectors.shopify.api.graphql_fulfillment import GraphqlFulfillment
from connectors.shopify.api.rest_fulfillment import RestFulfillment
from connectors.shopify.api.search import write_moment
from connectors.shopify.api.transport import (
    COUNTED_ORDERS,
    LARGEST_PAGE,
    ExpiredCursorError,
    OrderPage,
    Span,
)
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.order import decode_order, decode_row, decode_stamp
from connectors.shopify.mapping.whole import decode_whole
from connectors.shopify.mapping.wire_fulfillment import (
    Count,
    OneOrder,
    OrdersPage,
)
from connectors.turns import map_in_turns, measure_bytes, run_aside
from connectors.upstream.client import Upstream
from connectors.upstream.response import Reply, find_next_link

# What a shop answers that no longer serves a part of this API.
NOT_SERVED = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.GONE})

Pairs = Sequence[tuple[str, str]]


class _StampRows(msgspec.Struct, frozen=True):
    orders: tuple[msgspec.Raw, ...]


class _IdRow(msgspec.Struct, frozen=True):
    id: int
    name: str | None = None


class _IdRows(msgspec.Struct, frozen=True):
    orders: tuple[_IdRow, ...]


class RestTransport(RestFulfillment):
    """`version` is the version of the API in all paths; `graphql` says what REST cannot: a parcel
    with several tracking numbers. `filler` is what the store fills in from an order's JSON, which
    is then kept.
    """

    name = "rest"

    def __init__(
        self,
        upstream: Upstream,
        version: str,
        graphql: GraphqlFulfillment,
        remark: Callable[[Remark], None],
        filler: FieldFiller | None = None,
    ) -> None:
        super().__init__(upstream, version, graphql)
        self._remark = remark
        self._decode = decode_order if filler is None else decode_whole
        self._fields = _choose_fields(filler)

    async def is_served(self) -> bool:
        """Whether the shop has this API at all. Raises any other error."""
        try:
            await self._upstream.get(f"{self._root}/shop.json", (("fields", "id"),))
        except RefusedError as error:
            if error.status in NOT_SERVED:
                return False
            raise
        return True

    async def read_page(self, span: Span, size: int, cursor: str) -> OrderPage:
        """`cursor` is the shop's own link, followed untouched."""
        filters = (*_build_filters(span), ("order", "updated_at asc"))
        reply = await self._read_list(cursor, (*filters, ("limit", str(size)), *self._fields))
        rows = (await run_aside(len(reply.content), reply.decode, OrdersPage)).orders
        decoded = await map_in_turns(lambda raw: decode_row(raw, self._decode), rows, measure_bytes)
        orders = tuple(order for order in decoded if order is not None)
        remark_left_out(self._remark, len(rows), len(orders))
        return OrderPage(
            orders=orders,
            cursor=find_next_link(reply) or "",
            asked=size,
            is_broken=len(orders) < len(rows),
        )

    async def read_stamps(
        self, span: Span, after: int, most: int = LARGEST_PAGE
    ) -> tuple[wire.Stamp, ...]:
        """By `since_id`, which Shopify sorts by id."""
        params = (
            *_build_filters(span),
            ("since_id", str(after)),
            ("limit", str(most)),
            ("fields", "id,updated_at"),
        )
        reply = await self._upstream.get(f"{self._root}/orders.json", params)
        rows = reply.decode(_StampRows).orders
        decoded = await map_in_turns(decode_stamp, rows, measure_bytes)
        stamps = [stamp for stamp in decoded if stamp]
        remark_left_out(self._remark, len(rows), len(stamps))
        return tuple(sorted(stamps, key=lambda stamp: stamp.id))

    def for_parts(self, *, once: bool) -> Self:
        """With its own way through `Upstream`."""
        twin = copy.copy(self)
        twin._upstream = self._upstream.for_parts()  # noqa: SLF001 - the same class
        if once:
            twin._upstream = twin._upstream.once()  # noqa: SLF001 - the same class
        return twin

    async def _read_list(self, cursor: str, params: Pairs) -> Reply:
        if not cursor:
            return await self._upstream.get(f"{self._root}/orders.json", params, rows=True)
        try:
            return await self._upstream.get(cursor, rows=True)
        except RefusedError as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise ExpiredCursorError(
                    f"Listing orders: the cursor has expired ({error})"
                ) from error
            raise

    async def read_orders(self, ids: tuple[int, ...]) -> tuple[wire.Order | RejectedOrder, ...]:
        """By `ids`, in one request."""
        listed = ",".join(map(str, ids))
        params = (
            ("ids", listed),
            ("status", "any"),
            ("limit", str(LARGEST_PAGE)),
            *self._fields,
        )
        reply = await self._upstream.get(f"{self._root}/orders.json", params, rows=True)
        rows = (await run_aside(len(reply.content), reply.decode, OrdersPage)).orders
        decoded = await map_in_turns(lambda raw: decode_row(raw, self._decode), rows, measure_bytes)
        return tuple(order for order in decoded if order is not None)

    async def read_order(self, order_id: int) -> wire.Order | RejectedOrder | None:
        """None on 404."""
        try:
            reply = await self._upstream.get(f"{self._root}/orders/{order_id}.json", self._fields)
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        row = (await run_aside(len(reply.content), reply.decode, OneOrder)).order
        return await run_aside(measure_bytes(row), self._decode, row)

    async def count_orders(self, span: Span) -> int | None:
        """None where there are more than Shopify counts."""
        reply = await self._upstream.get(f"{self._root}/orders/count.json", _build_filters(span))
        count = reply.decode(Count).count
        return count if 0 <= count <= COUNTED_ORDERS else None

    async def find_orders(self, name: str) -> tuple[int, ...]:
        """Shopify's `name` filter also finds parts of names, so names are compared here."""
        params = (("name", name), ("status", "any"), ("limit", "50"), ("fields", "id,name"))
        rows = (
            (await self._upstream.get(f"{self._root}/orders.json", params)).decode(_IdRows).orders
        )
        return tuple(
            row.id for row in rows if (row.name or "").removeprefix("#") == name.removeprefix("#")
        )


def _build_filters(span: Span) -> tuple[tuple[str, str], ...]:
    """Both bounds are inclusive. Without `status=any` Shopify leaves out closed and archived
    orders.
    """
    pairs = [("status", "any")]
    if span.start is not None:
        pairs.append(("updated_at_min", write_moment(span.start)))
    if span.end is not None:
        pairs.append(("updated_at_max", write_moment(span.end)))
    if span.unshipped:
        pairs.append(("fulfillment_status", "unfulfilled"))
    return tuple(pairs)


def _choose_fields(filler: FieldFiller | None) -> Pairs:
    """Which fields of an order to ask for: those that are read, and those that the store fills in
    from; nothing that limits them where it needs all.
    """
    more = frozenset[str]() if filler is None else filler.list_names()
    if more is None:
        return ()
    known = wire.ORDER_FIELDS.split(",")
    return (("fields", ",".join([*known, *sorted(more - {*known})])),)
