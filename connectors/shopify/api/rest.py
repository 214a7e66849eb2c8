"""Shopify's REST Admin API as a `Transport`: few requests, exact inclusive filters, one
JSON shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec

from connectors.errors import RefusedError
from connectors.interface import FieldFiller
from connectors.orders import RejectedOrder
from connectors.shopify.api.graphql_fulfillment import GraphqlFulfillment
from connectors.shopify.api.transport import (
    COUNTED_ORDERS,
    LARGEST_PAGE,
    DoubtfulWriteError,
    ExpiredCursorError,
    NewFulfillment,
    OrderPage,
    Span,
    StampPage,
    Tracking,
)
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.order import decode_order
from connectors.shopify.mapping.whole import decode_whole
from connectors.shopify.mapping.wire_fulfillment import (
    Count,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrders,
    Fulfillments,
    OneOrder,
    OrdersPage,
    Written,
)
from connectors.upstream.client import Upstream
from connectors.upstream.masking import Mask
from connectors.upstream.refusals import read_words
from connectors.upstream.response import Reply, find_next_link

# What a shop answers that no longer serves a part of this API.
NOT_SERVED = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.GONE})

Pairs = Sequence[tuple[str, str]]


class _StampRows(msgspec.Struct, frozen=True):
    orders: tuple[wire.Stamp, ...]


class _IdRow(msgspec.Struct, frozen=True):
    id: int
    name: str | None = None


class _IdRows(msgspec.Struct, frozen=True):
    orders: tuple[_IdRow, ...]


class RestTransport:
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
        filler: FieldFiller | None = None,
    ) -> None:
        self._upstream = upstream
        self._root = f"api/{version}"
        self._graphql = graphql
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
        content, following = await self._read_list(
            cursor, (*_build_filters(span), ("limit", str(size)), *self._fields)
        )
        return OrderPage(orders=self._decode_orders(content), cursor=following)

    async def read_stamps(self, span: Span, cursor: str) -> StampPage:
        """Ids and times alone, 250 a page."""
        content, following = await self._read_list(
            cursor,
            (*_build_filters(span), ("limit", str(LARGEST_PAGE)), ("fields", "id,updated_at")),
        )
        return StampPage(stamps=content.decode(_StampRows).orders, cursor=following)

    def _decode_orders(self, reply: Any) -> tuple[wire.Order | RejectedOrder, ...]:
        return tuple(self._decode(raw) for raw in reply.decode(OrdersPage).orders)

    async def _read_list(self, cursor: str, params: Pairs) -> tuple[Any, str]:
        if not cursor:
            reply = await self._upstream.get(f"{self._root}/orders.json", params)
        else:
            try:
                reply = await self._upstream.get(cursor)
            except RefusedError as error:
                if error.status == HTTPStatus.BAD_REQUEST:
                    raise ExpiredCursorError(
                        f"Listing orders: the cursor has expired ({error})"
                    ) from error
                raise
        return reply, find_next_link(reply) or ""

    async def read_orders(self, ids: tuple[int, ...]) -> tuple[wire.Order | RejectedOrder, ...]:
        """By `ids`, in one request."""
        listed = ",".join(map(str, ids))
        params = (
            ("ids", listed),
            ("status", "any"),
            ("limit", str(LARGEST_PAGE)),
            *self._fields,
        )
        return self._decode_orders(await self._upstream.get(f"{self._root}/orders.json", params))

    async def read_order(self, order_id: int) -> wire.Order | RejectedOrder | None:
        """None on 404."""
        try:
            reply = await self._upstream.get(f"{self._root}/orders/{order_id}.json", self._fields)
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return self._decode(reply.decode(OneOrder).order)

    async def count_orders(self, span: Span) -> int | None:
        """None where there are more than Shopify counts."""
        params = tuple(pair for pair in _build_filters(span) if pair[0] != "order")
        count = (
            (await self._upstream.get(f"{self._root}/orders/count.json", params))
            .decode(Count)
            .count
        )
        return count if count <= COUNTED_ORDERS else None

    async def find_orders(self, name: str) -> tuple[int, ...]:
        """Shopify's `name` filter also finds parts of names, so names are compared here."""
        params = (("name", name), ("status", "any"), ("limit", "50"), ("fields", "id,name"))
        rows = (
            (await self._upstream.get(f"{self._root}/orders.json", params)).decode(_IdRows).orders
        )
        return tuple(
            row.id for row in rows if (row.name or "").removeprefix("#") == name.removeprefix("#")
        )

    async def read_fulfillment_orders(self, order_id: int) -> tuple[FulfillmentOrder, ...]:
        """All fulfillment orders of an order, in one answer."""
        reply = await self._upstream.get(f"{self._root}/orders/{order_id}/fulfillment_orders.json")
        return reply.decode(FulfillmentOrders).fulfillment_orders

    async def read_fulfillments(self, order_id: int) -> tuple[Fulfillment, ...] | None:
        """None on 404: the shop does not know the order."""
        try:
            reply = await self._upstream.get(
                f"{self._root}/orders/{order_id}/fulfillments.json", (("limit", str(LARGEST_PAGE)),)
            )
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return reply.decode(Fulfillments).fulfillments

    async def create_fulfillment(self, fulfillment: NewFulfillment) -> Fulfillment | None:
        """One POST: all picks lie at one location."""
        picks = [
            {
                "fulfillment_order_id": pick.id,
                "fulfillment_order_line_items": [
                    {"id": line.id, "quantity": line.quantity} for line in pick.lines
                ],
            }
            for pick in fulfillment.picks
        ]
        created = {
            "line_items_by_fulfillment_order": picks,
            "notify_customer": fulfillment.notify,
            **_write_tracking(fulfillment.tracking),
        }
        return await self._post(f"{self._root}/fulfillments.json", {"fulfillment": created})

    async def set_tracking(
        self, fulfillment_id: int, tracking: Tracking, *, notify: bool
    ) -> Fulfillment | None:
        """REST's one number replaces all that are there; several are set by GraphQL."""
        if tracking.earlier:
            return await self._graphql.set_tracking(fulfillment_id, tracking, notify=notify)
        changed = {"notify_customer": notify, **_write_tracking(tracking)}
        return await self._post(
            f"{self._root}/fulfillments/{fulfillment_id}/update_tracking.json",
            {"fulfillment": changed},
        )

    async def release_hold(self, fulfillment_order_id: int) -> None:
        """Release all holds of the fulfillment order."""
        await self._post(
            f"{self._root}/fulfillment_orders/{fulfillment_order_id}/release_hold.json", {}
        )

    async def open_scheduled(self, fulfillment_order_id: int) -> None:
        """Open the fulfillment order before its day."""
        await self._post(f"{self._root}/fulfillment_orders/{fulfillment_order_id}/open.json", {})

    async def _post(self, path: str, body: Mapping[str, Any]) -> Fulfillment | None:
        return _read_written(await self._upstream.write("POST", path, json=body))


def _read_written(reply: Reply) -> Fulfillment | None:
    """The parcel that the answer to a write shows; None if it shows none that can be read.

    Shopify has been seen to answer 200 with `{"error": …}` and to do nothing, in the public tracker
    of php-shopify: #112, #163.
    """
    if not reply.content:
        return None
    body = reply.json()
    if not isinstance(body, dict | None):
        raise DoubtfulWriteError(f"{reply.where}: Shopify's answer does not say what was done.")
    written = msgspec.convert(body or {}, Written)
    if written.errors or written.error:
        words = read_words(reply, Mask()) or "no words"
        raise DoubtfulWriteError(
            f"{reply.where}: Shopify answered {reply.status} with an error: {words.rstrip('.')}."
        )
    try:
        return msgspec.convert(written.fulfillment, Fulfillment)
    except msgspec.ValidationError:
        return None


def _build_filters(span: Span) -> tuple[tuple[str, str], ...]:
    """Both bounds are inclusive. Without `status=any` Shopify leaves out closed and archived
    orders.
    """
    pairs = [("status", "any"), ("order", "updated_at asc")]
    if span.start is not None:
        pairs.append(("updated_at_min", write_moment(span.start)))
    if span.end is not None:
        pairs.append(("updated_at_max", write_moment(span.end)))
    if span.unshipped:
        pairs.append(("fulfillment_status", "unfulfilled"))
    return tuple(pairs)


def write_moment(moment: datetime) -> str:
    """A time in whole seconds UTC, with `Z`: a `+` would have to be escaped in a query."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _choose_fields(filler: FieldFiller | None) -> Pairs:
    """Which fields of an order to ask for: those that are read, and those that the store fills in
    from; nothing that limits them where it needs all.
    """
    more = frozenset[str]() if filler is None else filler.list_names()
    if more is None:
        return ()
    known = wire.ORDER_FIELDS.split(",")
    return (("fields", ",".join([*known, *sorted(more - {*known})])),)


def _write_tracking(tracking: Tracking) -> dict[str, Any]:
    """Nothing without a number. A company that Shopify does not know comes with a link of
    its own.
    """
    if not tracking.number:
        return {}
    parts = {"number": tracking.number, "company": tracking.company, "url": tracking.url}
    return {"tracking_info": {name: value for name, value in parts.items() if value}}
